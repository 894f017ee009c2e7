/**
 * The epoch names one life of the data: while it stays, its counters only grow. A copy has
 * none, so that whoever serves it names it anew.
 */
import type { Database } from "bun:sqlite"
import { newEpoch } from "../new-epoch.ts"

/** Names data anew that has no epoch, or that is not what was served under the one it has. */
export function nameEpoch(db: Database, isSame: (epoch: string) => boolean): void {
  const found = db.query<{ epoch: string }, []>("SELECT epoch FROM totals").get()?.epoch ?? ""
  if (found !== "" && isSame(found)) return
  db.query("UPDATE totals SET epoch = ?").run(newEpoch())
}

/**
 * The epoch names one life of the data: while it stays, counters only grow. A copy has
 * none, so whoever serves it names it anew.
 */
import type { Database } from "bun:sqlite"
import { newEpoch } from "../new-epoch.ts"

/** Gives data a new epoch if it has none, or is not what was served under its epoch. */
export function nameEpoch(db: Database, isSame: (epoch: string) => boolean): void {
  const found = db.query<{ epoch: string }, []>("SELECT epoch FROM totals").get()?.epoch ?? ""
  if (found !== "" && isSame(found)) return
  db.query("UPDATE totals SET epoch = ?").run(newEpoch())
}

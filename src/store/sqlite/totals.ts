/** The SQL of facts about the data as a whole. */
import type { Database } from "bun:sqlite"
import type { Counts } from "../../chat/store.ts"

export function totalsSql(db: Database) {
  const counts = db.query<Counts, []>("SELECT rooms, messages FROM totals")
  const added = db.query("UPDATE totals SET rooms = rooms + $rooms, messages = messages + $messages")
  const probed = db.query("UPDATE totals SET probed_at = $at")
  const servedAt = db.query<{ at: number }, []>("SELECT probed_at AS at FROM totals")
  const epoch = db.query<{ epoch: string }, []>("SELECT epoch FROM totals")
  return {
    counts: (): Counts => counts.get() ?? { rooms: 0, messages: 0 },
    epoch: (): string => epoch.get()?.epoch ?? "",
    servedAt: (): number => servedAt.get()?.at ?? 0,
    add: (rooms: number, messages: number): void => {
      if (rooms + messages > 0) added.run({ rooms, messages })
    },
    probe: (at: number | undefined): void => {
      if (at !== undefined) probed.run({ at })
    },
  }
}

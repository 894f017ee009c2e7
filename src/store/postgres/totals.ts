/** The SQL of facts about the data as a whole. */
import type { Counts } from "../../chat/store.ts"
import type { Connection } from "./connection.ts"

/** Rows of counters: as many as the first migration makes. */
const shards = 64

/** Nearly always another one for each server: then no two of them wait for each other's commit. */
export function newShard(): number {
  return Math.floor(Math.random() * shards)
}

/** The latest of all servers. */
export async function readServedAt(connection: Connection): Promise<number> {
  const [row] = await connection.run<{ at: number }>("SELECT max(probed_at)::float8 AS at FROM totals")
  return row?.at ?? 0
}

export async function readCounts(connection: Connection): Promise<Counts> {
  const [counts] = await connection.run<Counts>(
    "SELECT sum(rooms)::float8 AS rooms, sum(messages)::float8 AS messages FROM totals",
  )
  return counts ?? { rooms: 0, messages: 0 }
}

/**
 * Whether a file that nobody serves is complete. The counters are part of the copied
 * moment, so they show how much must be there.
 */
import { Database } from "bun:sqlite"
import type { Counts } from "../../chat/store.ts"
import { queryInThread, runInThread } from "./query-thread.ts"
import { versionIn } from "./schema.ts"

/** Checks every page and index, or only the pages, which is several times as fast on a large file. */
type Thoroughness = "integrity_check" | "quick_check"

type Found = { readonly counts: Counts } | { readonly wrong: string }

const countsQuery = `SELECT rooms, (SELECT count(*) FROM rooms), messages, (SELECT count(*) FROM messages) FROM totals`

export async function lookWhether(path: string, how: Thoroughness, signal: AbortSignal): Promise<Found> {
  const [[integrity] = []] = await queryInThread({ path, sql: `PRAGMA ${how}(1)`, signal })
  const strays = await queryInThread({ path, sql: "PRAGMA foreign_key_check", signal })
  const [[rooms, roomsThere, messages, messagesThere] = []] = await queryInThread({ path, sql: countsQuery, signal })
  if (integrity === "ok" && strays.length === 0 && rooms === roomsThere && messages === messagesThere)
    return { counts: { rooms: Number(rooms), messages: Number(messages) } }
  return { wrong: `${integrity}; ${roomsThere} of ${rooms} rooms, ${messagesThere} of ${messages} messages` }
}

/**
 * Removes the epoch, so that whoever serves it names a new one. Folds a log beside it into it. The first version had no
 * epoch.
 */
export async function dropEpoch(path: string): Promise<void> {
  const sql = (versionOf(path) ?? 0) > 1 ? "UPDATE totals SET epoch = ''" : "BEGIN; COMMIT"
  await runInThread({ path, sql: `PRAGMA journal_mode = DELETE; ${sql}` })
}

/** 0 for an empty file; none for one of another program. */
export function versionOf(path: string): number | undefined {
  using db = new Database(path)
  return versionIn(db)
}

/**
 * A connection that only reads. When a server opens or closes the same file, SQLite briefly
 * locks it to fold the log: that is waited for, not reported.
 */
import { Database } from "bun:sqlite"

/** How long whoever opens a file waits for another program that holds it locked. It blocks, so it is short. */
export const openTimeoutMs = 2_000

/** Throws SQLite's error when there is no such file. */
export function openReader(path: string): Database {
  const db = new Database(path, { readonly: true, strict: true })
  db.run(`PRAGMA busy_timeout = ${openTimeoutMs}`)
  return db
}

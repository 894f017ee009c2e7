/**
 * A connection that only reads. Whoever opens a file as its server ends, or begins, meets
 * the short lock under which SQLite folds its log: that is waited for, not reported.
 */
import { Database } from "bun:sqlite"

/** As long as the server's own connection waits when it opens. */
export const readerTimeoutMs = 2_000

/** Throws SQLite's error when there is no such file. */
export function openReader(path: string): Database {
  const db = new Database(path, { readonly: true, strict: true })
  db.run(`PRAGMA busy_timeout = ${readerTimeoutMs}`)
  return db
}

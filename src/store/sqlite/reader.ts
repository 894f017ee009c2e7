/**
 * A connection that only reads. Whoever opens a file as its server ends, or begins, meets
 * the short lock under which SQLite folds its log: that is waited for, not reported.
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

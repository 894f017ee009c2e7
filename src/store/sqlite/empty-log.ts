import type { Database } from "bun:sqlite"

/** Folds the log into the file, and empties it. Returns whether that is done, which it is not while somebody reads the log. */
export function emptyLog(db: Database): boolean {
  const [[isBusy] = []] = db.query("PRAGMA wal_checkpoint(TRUNCATE)").values()
  return isBusy === 0
}

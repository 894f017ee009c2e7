/**
 * Notices that a file of the data was moved, deleted, replaced or cut under a running
 * server. SQLite goes on writing to the files it has open, which no restart finds again.
 * Without its lock the folder may belong to a second server by now.
 */
import type { Database } from "bun:sqlite"
import { realpathSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { lockName } from "./lock.ts"

/** A check costs some 10 µs, so not every batch makes one: a message may be stored in a lost file for this long. */
const lookIntervalMs = 100

/** Header sizes: of a log of SQLite, and of each page in it. */
const [logHeaderBytes, frameHeaderBytes] = [32, 24]

/**
 * For an open database. Returns a check to call outside a transaction, before each that writes. It throws with SQLite's
 * code while something is wrong.
 */
export function filesInPlace(db: Database, elapsedMs: () => number = () => performance.now()): () => void {
  // SQLite keeps its log beside the file itself, wherever links lead to it from.
  const file = realpathSync(db.filename)
  const log = `${file}-wal`
  const lock = join(dirname(file), lockName)
  const watched = [db.filename, log, lock].map((path) => ({ path, found: identityOf(path) }))
  const neededBytes = logSizeOf(db)
  let lookedMs = -Infinity
  return () => {
    const nowMs = elapsedMs()
    // A log that is too short is checked at every call: one more commit behind the gap would damage the file.
    const isShort = sizeOf(log) < neededBytes()
    if (!isShort && nowMs - lookedMs < lookIntervalMs) return
    for (const { path, found } of watched) checkPlace(path, found)
    if (isShort) throw cut(log)
    lookedMs = nowMs
  }
}

/**
 * The end of the last commit in the log, as SQLite itself knows it: another program may have emptied the log rightly.
 */
function logSizeOf(db: Database): () => number {
  const pageBytes = db.query<{ page_size: number }, []>("PRAGMA page_size").get()?.page_size ?? 0
  const state = db.query<{ log: number }, []>("PRAGMA wal_checkpoint(NOOP)")
  return () => {
    const frames = state.get()?.log ?? 0
    return frames > 0 ? logHeaderBytes + frames * (frameHeaderBytes + pageBytes) : 0
  }
}

function cut(log: string): Error {
  const message = `${log} was cut while the server uses it, so its last messages are lost: restart the server`
  return Object.assign(new Error(message), { code: "SQLITE_IOERR_SHORT_READ" })
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function checkPlace(path: string, found: string | undefined): void {
  if (identityOf(path) === found) return
  const message = `${path} was moved, deleted or replaced while the server uses it: put it back, or restart the server`
  throw Object.assign(new Error(message), { code: "SQLITE_READONLY_DBMOVED" })
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}

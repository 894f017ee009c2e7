/**
 * One data folder belongs to one process: an exclusive transaction on `lock.db`, held
 * for life. It is a lock of the operating system, so a `kill -9` leaves none behind.
 */
import { Database } from "bun:sqlite"
import { join } from "node:path"
import { codeOf, OperatorError } from "../observe/operator-error.ts"

/** Throws an OperatorError when another process holds the folder. Returns the release. */
export function lockFolder(folder: string): () => void {
  const db = new Database(join(folder, "lock.db"))
  try {
    db.run("BEGIN EXCLUSIVE")
  } catch (cause) {
    db.close()
    if (codeOf(cause) !== "SQLITE_BUSY") throw cause
    const message = `Another Warren is using the folder ${folder}: stop it, or give this one a DATA_DIR of its own.`
    throw new OperatorError(message, { cause })
  }
  return () => db.close()
}

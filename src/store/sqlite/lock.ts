/**
 * One data folder belongs to one process: an exclusive transaction on `lock.db`, held
 * while it runs. It is a lock of the operating system, so a `kill -9` leaves none behind.
 */
import { Database } from "bun:sqlite"
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { codeOf, OperatorError } from "../../observe/operator-error.ts"

export const lockName = "lock.db"

/**
 * Throws an OperatorError when another process holds the folder. Returns the function that releases it; keep it, since
 * the lock goes with it.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, lockName)
  const isNew = !existsSync(path)
  const db = new Database(path)
  try {
    db.run("BEGIN EXCLUSIVE")
  } catch (cause) {
    db.close()
    // For example on a full disk. A lock that another process holds existed before.
    if (isNew && codeOf(cause) !== "SQLITE_BUSY") rmSync(path, { force: true })
    throw explained(folder, path, cause)
  }
  return () => db.close()
}

function explained(folder: string, path: string, cause: unknown): unknown {
  switch (codeOf(cause)) {
    case "SQLITE_BUSY":
      return new OperatorError(
        `Another Warren is using the folder ${folder}: stop it first, or set DATA_DIR to another folder.`,
        { cause },
      )
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return new OperatorError(`${path} is damaged: delete it, it holds no data.`, { cause })
    default:
      return cause
  }
}

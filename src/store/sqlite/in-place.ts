/**
 * Notices that the data was moved, deleted or replaced under a running server: SQLite
 * goes on writing to the files that it has open, and no restart would find them again.
 */
import { statSync } from "node:fs"

/** A look costs some 10 µs, so not every batch takes one: so long may one be stored where nobody finds it. */
const lookIntervalMs = 100

/** Of an open database. Throws, while a file is not in its place, with the code that SQLite has for it. */
export function filesInPlace(path: string): () => void {
  const files = [path, `${path}-wal`].map((file) => ({ file, inode: inodeOf(file) }))
  let lookedMs = -Infinity
  return () => {
    const nowMs = performance.now()
    if (nowMs - lookedMs < lookIntervalMs) return
    const moved = files.find(({ file, inode }) => inodeOf(file) !== inode)
    if (moved !== undefined) {
      const message = `${moved.file} was moved, deleted or replaced while the server uses it`
      throw Object.assign(new Error(message), { code: "SQLITE_READONLY_DBMOVED" })
    }
    lookedMs = nowMs
  }
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino
}

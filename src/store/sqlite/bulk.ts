/**
 * Many messages from elsewhere at once, into a folder that nobody serves: all of them in one
 * transaction, or none. What is there already, by its id, stays as it is, so that the same
 * may come twice.
 *
 * A room goes on counting where it stands, and its times never go back: what comes to a room
 * in which people have talked meanwhile stands behind that. A room that was deleted here
 * takes nothing any more.
 */
import type { Database } from "bun:sqlite"
import { join } from "node:path"
import type { Bulk } from "./bulk-rows.ts"
import { bulkOn } from "./bulk-writer.ts"
import { databaseName, enterFolder, openServed, upgradeFolder } from "./open.ts"
import { Served } from "./served.ts"
import { opening, writing } from "./trouble.ts"

const silent = { onBegin: () => {}, onProgress: () => {}, onEnd: () => {} }

/** Keeps all that `work` writes, or nothing if it throws, no folder either. Throws an OperatorError for one in use. */
export async function writeInBulk<T>(folder: string, work: (bulk: Bulk) => Promise<T>): Promise<T> {
  await upgradeFolder(folder, silent)
  const { file, release, abandon } = enterFolder(folder)
  let leaveFolder = abandon
  try {
    const [path, served] = [join(folder, databaseName), new Served(file)]
    const told = <T>(write: () => T): T => writing(folder, path, write)
    const { db, epoch } = opening(folder, path, () => openServed(path, served))
    try {
      told(() => begin(db))
      const { bulk, finish } = bulkOn(db, told)
      const result = await work(bulk)
      told(() => {
        finish()
        db.run("COMMIT")
        db.run("PRAGMA wal_checkpoint(TRUNCATE)")
      })
      served.remember(epoch, { isClosed: true })
      leaveFolder = release
      return result
    } finally {
      if (db.inTransaction) db.run("ROLLBACK")
      db.close()
    }
  } finally {
    leaveFolder()
  }
}

function begin(db: Database): void {
  db.run("PRAGMA cache_size = -65536")
  db.run("BEGIN IMMEDIATE")
}

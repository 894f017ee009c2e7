/**
 * Imports many messages into a folder that nobody serves: all of them, or none. They are written into a copy, part by
 * part, which replaces the data at the end; after a kill the next run continues in it. What exists already, by its id,
 * stays as it is, so an import may be repeated.
 *
 * A room's numbers continue, and its times never go back: what comes to a room in which people have talked meanwhile
 * stands after that. A room that was deleted here takes no messages.
 */
import type { Database } from "bun:sqlite"
import { join } from "node:path"
import { beginCopy, foldLog, publishCopy, removeCopies } from "./bulk-copy.ts"
import type { Bulk } from "./bulk-rows.ts"
import { bulkOn } from "./bulk-writer.ts"
import { databaseName, enterFolder, upgradeFolder } from "./open.ts"
import { Served } from "./served.ts"
import { openDatabase } from "./store.ts"
import { totalsSql } from "./totals.ts"
import { opening, writing } from "./trouble.ts"

const silent = { onBegin: () => {}, onProgress: () => {}, onEnd: () => {} }
/** Calls of `rest` in one part; with a thousand messages between two calls, a part is 10,000 messages. */
const restsOfPart = 10

interface BulkOptions {
  /** Names what is read, so a later run can continue, also after this signal. */
  readonly source?: string
  readonly signal?: AbortSignal
}

/**
 * Keeps everything that `work` writes, or nothing if it throws, not even a new folder. Throws an OperatorError for a
 * folder in use.
 */
export async function writeInBulk<T>(
  folder: string,
  work: (bulk: Bulk) => Promise<T>,
  { source = crypto.randomUUID(), signal }: BulkOptions = {},
): Promise<T> {
  await upgradeFolder(folder, silent)
  const { file, release, abandon } = enterFolder(folder)
  let [isWhole, hasPart] = [false, false]
  const told = <T>(write: () => T): T => writing(folder, file, write)
  try {
    const served = new Served(file)
    const { copy, isBegun, db } = opening(folder, join(folder, databaseName), () => openCopy(file, source, served))
    hasPart = isBegun
    const onPart = () => {
      hasPart = true
    }
    const { result, epoch } = await fill(db, work, told, onPart)
    told(() => publishCopy(copy, file))
    served.remember(epoch, { isClosed: true })
    isWhole = true
    return result
  } finally {
    if (isWhole || (hasPart && signal?.aborted)) release()
    else {
      removeCopies(file)
      abandon()
    }
  }
}

/** Opened as a server would, so its epoch is the one it would have. */
function openCopy(file: string, source: string, served: Served) {
  if (foldLog(file)) served.rememberChanged()
  const begun = beginCopy(file, source)
  return { ...begun, db: openDatabase(begun.copy, (epoch) => served.isSame(epoch)) }
}

/** Closes it. `told` reports why something cannot be written. */
async function fill<T>(
  db: Database,
  work: (bulk: Bulk) => Promise<T>,
  told: <T>(write: () => T) => T,
  onPart: () => void,
): Promise<{ readonly result: T; readonly epoch: string }> {
  try {
    told(() => begin(db))
    const { bulk, finish, end } = bulkOn(db, told)
    let rests = 0
    const keepPart = () => {
      finish()
      db.run("COMMIT")
      db.run("BEGIN IMMEDIATE")
    }
    const rest = () => {
      if (++rests % restsOfPart !== 0) return
      told(keepPart)
      onPart()
    }
    const result = await work({ ...bulk, rest })
    return told(() => {
      end()
      db.run("COMMIT")
      db.run("PRAGMA wal_checkpoint(TRUNCATE)")
      return { result, epoch: totalsSql(db).epoch() }
    })
  } finally {
    if (db.inTransaction) db.run("ROLLBACK")
    db.close()
  }
}

/** A loss of power may take the latest writes, but leaves it intact; all of it is synced at the end. */
function begin(db: Database): void {
  db.run("PRAGMA synchronous = NORMAL")
  db.run("PRAGMA wal_autocheckpoint = 16384")
  db.run("PRAGMA cache_size = -65536")
  db.run("BEGIN IMMEDIATE")
}

/** Opens a data folder, or says in one sentence why it cannot be used. */
import type { Database } from "bun:sqlite"
import { accessSync, constants, existsSync, lstatSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import type { ChatStore } from "../../chat/store.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import { removeCopies } from "./bulk-copy.ts"
import { databaseName, makeFolder, movingName, putAsideIn, removeUnfinished, restoringEnding } from "./folder.ts"
import type { FreeBytes } from "./free-disk.ts"
import { lockFolder, lockName } from "./lock.ts"
import { giveAllToOwner } from "./ownership.ts"
import { Served } from "./served.ts"
import { openDatabase, SqliteStore, type SqliteStoreOptions } from "./store.ts"
import { totalsSql } from "./totals.ts"
import { tracesIn } from "./traces.ts"
import { opening } from "./trouble.ts"
import { type UpgradeWatcher, upgradeFile } from "./upgrade.ts"

export { databaseName }

/** Makes the folder when it is missing. Throws an OperatorError, also where its data has moved away. The lock goes when the store is closed. */
export function openSqliteStore(folder: string, options: Omit<SqliteStoreOptions, "release" | "onFolded">): ChatStore {
  const { path, file, release, abandon } = enterFolder(folder)
  try {
    return opening(folder, path, () => {
      checkFinished(folder, path)
      // Once the data is served, nothing of this can be continued.
      removeCopies(file)
      for (const left of [join(folder, movingName), file + restoringEnding]) removeUnfinished(left)
      return openStore(path, new Served(file), { ...options, release })
    })
  } catch (error) {
    abandon()
    throw error
  }
}

function openStore(path: string, served: Served, options: SqliteStoreOptions): SqliteStore {
  const { db, epoch } = openServed(path, served)
  try {
    return new SqliteStore(db, { ...options, onFolded: () => served.remember(epoch, { isClosed: true }) })
  } catch (error) {
    db.close()
    throw error
  }
}

/** The file and its current epoch: a new one if the file was replaced since it was last served. */
export function openServed(path: string, served: Served): { readonly db: Database; readonly epoch: string } {
  const db = openDatabase(path, (epoch) => served.isSame(epoch))
  try {
    const epoch = totalsSql(db).epoch()
    served.remember(epoch, { isClosed: false })
    return { db, epoch }
  } catch (error) {
    db.close()
    throw error
  }
}

/** Call it before the folder is opened: upgrades data of an older version. Throws an OperatorError. */
export async function upgradeFolder(folder: string, watcher: UpgradeWatcher, freeBytes?: FreeBytes): Promise<void> {
  if (!existsSync(join(folder, databaseName))) return
  const { file, release } = enterFolder(folder)
  try {
    const served = new Served(file)
    if (await upgradeFile(file, watcher, freeBytes)) served.rememberChanged()
  } finally {
    release()
  }
}

interface EnteredFolder {
  readonly path: string
  /** The file itself, where the path is a link. */
  readonly file: string
  readonly release: () => void
  /** Releases the folder, and removes what was made in it if it held no data. Its files are closed by then. */
  readonly abandon: () => void
}

interface Entering {
  /** The data that was moved to PostgreSQL is moved back. */
  readonly isReturn?: boolean
}

/** Makes the folder when it is missing, and takes its lock. Throws an OperatorError, also where its data has moved away. */
export function enterFolder(folder: string, { isReturn = false }: Entering = {}): EnteredFolder {
  const traces = tracesIn(folder)
  try {
    opening(folder, folder, () => makeFolder(folder))
    const path = join(folder, databaseName)
    const file = opening(folder, path, () => fileBehind(path))
    // Locked where the file itself is, so that a link in another folder does not open it to a second server.
    const home = dirname(file)
    for (const used of [join(home, lockName), file, `${file}-wal`, `${file}-shm`]) checkWritable(folder, used)
    if (!isReturn) checkNotMoved(folder)
    const unlock = opening(folder, home, () => lockFolder(home))
    const release = () => {
      for (const left of new Set([folder, home])) giveAllToOwner(left)
      unlock()
    }
    const takeFilesBack = traces.locked()
    const abandon = () => {
      takeFilesBack()
      release()
      traces.takeFoldersBack()
    }
    return { path, file, release, abandon }
  } catch (error) {
    traces.takeFoldersBack()
    throw error
  }
}

function checkNotMoved(folder: string): void {
  const moved = putAsideIn(folder)
  if (moved === undefined) return
  throw new OperatorError(
    `The data of ${folder} was moved to PostgreSQL: set DATABASE_URL. To go on with it here, as it was then, rename ${moved} to ${databaseName}; to begin anew, move it elsewhere.`,
  )
}

/** An empty server in place of what was to come would be a surprise. */
function checkFinished(folder: string, path: string): void {
  const moving = join(folder, movingName)
  if (existsSync(path) || !existsSync(moving)) return
  throw new OperatorError(
    `An import or a move into ${folder} was not finished: run it again, or delete ${moving} to begin with nothing.`,
  )
}

/** The file itself when the path is a link; SQLite keeps its log there too. */
function fileBehind(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return path
  throw new OperatorError(`${path} is a link to a file that is not there: bring the file back, or delete the link.`)
}

/** SQLite opens such a file read-only and says nothing until the first write; and a lock on one keeps nobody away. */
function checkWritable(folder: string, file: string): void {
  opening(folder, file, () => existsSync(file) && accessSync(file, constants.W_OK))
}

/**
 * Brings the data of an older version to this one.
 *
 * A copy is migrated, compacted and synced, and only then takes the name of the file, which
 * stays beside it under the name of its version. The original file is never written to, so
 * whatever interrupts this leaves either the old data or the new.
 */
import { Database } from "bun:sqlite"
import { chmodSync, constants, copyFileSync, existsSync, linkSync, renameSync, rmSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { codeOf, isDiskFull, OperatorError, reasonOf } from "../../observe/operator-error.ts"
import { emptyLog } from "./empty-log.ts"
import { freeBytesOf, makePrivate, syncFile, syncFolder } from "./folder.ts"
import { runInThread } from "./query-thread.ts"
import { openReader } from "./reader.ts"
import { checkVersion, migrationsFrom, schemaVersion } from "./schema.ts"

interface Upgrade {
  readonly file: string
  readonly fromVersion: number
  readonly toVersion: number
}

/** Called during an upgrade; never without one. */
export interface UpgradeWatcher {
  readonly onBegin: (upgrade: Upgrade) => void
  /** Several times a second, with the share that is done, from 0 to 1. */
  readonly onProgress: (upgrade: Upgrade, share: number) => void
  /** `kept` is the file as it was. */
  readonly onEnd: (upgrade: Upgrade, kept: string) => void
}

const progressIntervalMs = 200

/** The copy, the space that rewriting its tables takes, and the compact copy: each about the size of the file. */
const sizesNeeded = 3

/** Enough for the ends of all indexes of a large file; a smaller cache writes the same pages repeatedly. */
const cacheKiB = 64 * 1024

/**
 * Call it with the folder's lock. Returns whether there was anything to do. Throws an OperatorError when it cannot be
 * done; nothing has changed then.
 */
export async function upgradeFile(file: string, watcher: UpgradeWatcher, freeBytes = freeBytesOf): Promise<boolean> {
  const fromVersion = versionOf(file)
  if (fromVersion === 0 || fromVersion === schemaVersion) return false
  const upgrade = { file, fromVersion, toVersion: schemaVersion }
  const [copy, result] = [`${file}.migrating`, `${file}.migrated`]
  const removeAll = () => {
    for (const left of [copy, `${copy}-journal`, result, `${result}-journal`]) rmSync(left, { force: true })
  }
  // What a killed start has left.
  removeAll()
  try {
    foldLog(file)
    checkSpace(file, freeBytes(dirname(file)))
    watcher.onBegin(upgrade)
    const before = stateOf(file)
    await reporting(
      () => watcher.onProgress(upgrade, shareOf(before.bytes, copy, result)),
      async () => {
        await migrated(file, fromVersion, copy, result)
      },
    )
    if (stateOf(file).text !== before.text) {
      throw new OperatorError(
        `Another program wrote to ${file} while it was upgraded: close that one, and start again.`,
      )
    }
    watcher.onEnd(upgrade, publish(file, fromVersion, result))
    return true
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause
    throw new OperatorError(explain(file, cause), { cause })
  } finally {
    removeAll()
  }
}

/** 0 for a file that cannot be read: whoever opens it next says why. */
function versionOf(file: string): number {
  try {
    using db = openReader(file)
    return checkVersion(db, file)
  } catch {
    return 0
  }
}

/** Folds the log into the file, which then is all there is to copy. */
function foldLog(file: string): void {
  using db = new Database(file)
  if (!emptyLog(db)) throw new OperatorError(`Another program is using ${file}: close it, and start again.`)
}

function checkSpace(file: string, freeBytes: number): void {
  const neededBytes = sizesNeeded * statSync(file).size
  if (freeBytes >= neededBytes) return
  const [needed, free] = [neededBytes, freeBytes].map((bytes) => `${Math.ceil(bytes / 1024 / 1024)} MiB`)
  throw new OperatorError(
    `${file} is of an older Warren, and to upgrade it takes ${needed} on its disk, where ${free} are free: free some space.`,
  )
}

async function migrated(file: string, version: number, copy: string, result: string): Promise<void> {
  copyFileSync(file, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  chmodSync(copy, 0o600)
  makePrivate(result)
  // It is thrown away if anything fails, so it needs neither syncs nor protection against a crash.
  const settings = `PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA cache_size = -${cacheKiB};`
  const compacted = `PRAGMA auto_vacuum = INCREMENTAL; VACUUM INTO '${result.replaceAll("'", "''")}';`
  await runInThread({ path: copy, sql: [settings, ...migrationsFrom(version), compacted].join("\n") })
  chmodSync(result, statSync(file).mode & 0o777)
  syncFile(result)
}

/** Gives the old file a second name, beside the one that the new file takes from it. Returns that name. */
function publish(file: string, version: number, result: string): string {
  const kept = keepAs(file, version)
  syncFolder(dirname(file))
  renameSync(result, file)
  syncFolder(dirname(file))
  return kept
}

/** Nothing is overwritten: takes the first name that is free, or already this file's. */
function keepAs(file: string, version: number): string {
  for (let n = 1; ; n++) {
    const name = `${file}.version-${version}${n === 1 ? "" : `-${n}`}`
    if (existsSync(name)) {
      if (statSync(name).ino === statSync(file).ino) return name
      continue
    }
    try {
      linkSync(file, name)
    } catch {
      // A file system without links.
      copyFileSync(file, name, constants.COPYFILE_EXCL)
      syncFile(name)
    }
    return name
  }
}

async function reporting(report: () => void, work: () => Promise<void>): Promise<void> {
  const timer = setInterval(report, progressIntervalMs)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}

/** Estimated from file sizes: the copy comes to twice the file's size, the result to once. */
function shareOf(bytes: number, copy: string, result: string): number {
  const made = [copy, result].reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)
  return Math.min(1, made / (sizesNeeded * bytes))
}

function stateOf(file: string) {
  const { size, ino, mtimeMs } = statSync(file)
  const logBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  return { bytes: size, text: `${ino} ${size} ${mtimeMs} ${logBytes}` }
}

function explain(file: string, cause: unknown): string {
  if (isDiskFull(cause)) return `The disk that holds ${file} is full, so it was not upgraded: free some space.`
  switch (codeOf(cause)) {
    case "SQLITE_BUSY":
      return `Another program is using ${file}: close it, and start again.`
    case "SQLITE_CORRUPT":
    case "SQLITE_NOTADB":
      return `${file} is damaged, so it was not upgraded: restore a backup.`
    default:
      return `${file} could not be upgraded, and is as it was: ${reasonOf(cause)}.`
  }
}

/**
 * Replaces the data of a folder that nobody serves by a backup.
 *
 * The backup is copied once more, the copy is checked, and it replaces the data by a
 * rename, so whatever interrupts this leaves either the old data or the new. At no moment
 * is the folder without data, where a start would begin an empty chat. The old data is kept
 * in a folder beside it, and can be restored in turn.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs"
import { copyFile } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import type { Counts } from "../../chat/store.ts"
import { momentInName } from "../../observe/moment.ts"
import { codeOf, isDiskFull, OperatorError, reasonOf } from "../../observe/operator-error.ts"
import { contentsIn, contentsOf, copyFiles, type FilesCopied, filesBeside } from "./files-beside.ts"
import {
  freeBytesOf,
  freePath,
  removeLog,
  removeUnfinished,
  restoringEnding,
  syncFile,
  syncFolder,
  syncWithoutWaiting,
} from "./folder.ts"
import type { FreeBytes } from "./free-disk.ts"
import { lockFolder, lockName } from "./lock.ts"
import { databaseName, enterFolder } from "./open.ts"
import { giveToOwner } from "./ownership.ts"
import { queryInThread, runInThread } from "./query-thread.ts"
import { schemaVersion } from "./schema.ts"
import { dropEpoch, lookWhether, versionOf } from "./whole.ts"

export interface RestoreOptions {
  readonly dataDir: string
  readonly file: string
  readonly now: Date
  /** Ends it, and leaves everything as it was. */
  readonly signal: AbortSignal
  /** Called often, with the share of the step that is done, from 0 to 1, of so many bytes. */
  readonly onProgress: (step: "copying" | "checking", share: number, bytes: number) => void
  /** As folder.ts tells it, unless told otherwise. */
  readonly freeBytes?: FreeBytes
}

export interface Restored extends Counts, FilesCopied {
  readonly bytes: number
  /** When anything was last written or created in it; milliseconds since the epoch. */
  readonly latestAt: number | undefined
  /** The folder that holds what was there before, if anything was. */
  readonly kept: string | undefined
  /** Whether the next start upgrades it first. */
  readonly isOlder: boolean
}

const progressIntervalMs = 200

/** Throws an OperatorError when it cannot be done; the data is then as it was. */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { file, dataDir } = options
  checkSource(file)
  const { file: target, release, abandon } = enterFolder(dataDir)
  let leaveFolder = abandon
  try {
    const releaseSource = lockSource(file, dirname(target))
    try {
      const restored = await restoreTo(target, options)
      leaveFolder = release
      return restored
    } finally {
      releaseSource()
    }
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause
    throw new OperatorError(explain(file, dirname(target), cause), { cause })
  } finally {
    leaveFolder()
  }
}

async function restoreTo(target: string, options: RestoreOptions): Promise<Restored> {
  const { file, signal, now } = options
  const copy = target + restoringEnding
  // What a killed run has left.
  removeUnfinished(copy)
  try {
    await copyOf(target, copy, options)
    const isOlder = checkVersion(copy, file) < schemaVersion
    const found = await checked(copy, options)
    signal.throwIfAborted()
    const files = await putBack(copy, dirname(target), options)
    const kept = existsSync(target) ? await keepAside(target, now, signal) : undefined
    giveToOwner(copy, dirname(target))
    renameSync(copy, target)
    syncFolder(dirname(target))
    return { ...found, ...files, bytes: statSync(target).size, kept, isOlder }
  } finally {
    removeUnfinished(copy)
  }
}

function checkSource(file: string): void {
  const found = statOf(file)
  if (found === undefined) throw new OperatorError(`There is no ${file}: name the backup that is to be restored.`)
  if (found.isFile()) return
  const inside = join(file, databaseName)
  const meant = existsSync(inside) ? `: did you mean ${inside}?` : ": name the file of the backup."
  throw new OperatorError(`${file} is no file${meant}`)
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch (cause) {
    throw new OperatorError(`${file} cannot be read (${codeOf(cause)}): run this as the server's user.`, { cause })
  }
}

/** A copy of a file that a server is writing would not be of one moment. */
function lockSource(file: string, home: string): () => void {
  const folder = dirname(resolve(file))
  if (basename(file) !== databaseName || !existsSync(join(folder, lockName))) return () => {}
  if (statSync(folder).ino !== statSync(home).ino) return lockFolder(folder)
  throw new OperatorError(`${file} is the data of that folder itself: name the backup that is to be restored.`)
}

/** With the log that a killed server left beside it, if any. */
async function copyOf(
  target: string,
  copy: string,
  { file, signal, onProgress, freeBytes = freeBytesOf }: RestoreOptions,
) {
  const logs = [`${file}-wal`].filter(existsSync)
  const bytes = [file, ...logs].reduce((sum, path) => sum + statSync(path).size, 0)
  if (freeBytes(dirname(target)) < bytes) throw Object.assign(new Error("too little space"), { code: "ENOSPC" })
  const report = () =>
    onProgress("copying", Math.min(1, (statSync(copy, { throwIfNoEntry: false })?.size ?? 0) / bytes), bytes)
  report()
  const reporting = setInterval(report, progressIntervalMs)
  try {
    await copyFile(file, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    for (const log of logs) await copyFile(log, `${copy}-wal`, constants.COPYFILE_EXCL)
  } finally {
    clearInterval(reporting)
  }
  chmodSync(copy, 0o600)
  signal.throwIfAborted()
}

function checkVersion(copy: string, file: string): number {
  const version = versionOf(copy)
  if (version === undefined) throw new OperatorError(`${file} is no backup of Warren: it belongs to another program.`)
  if (version === 0) throw new OperatorError(`${file} is empty: name the backup that is to be restored.`)
  if (version <= schemaVersion) return version
  throw new OperatorError(
    `${file} was written by a newer Warren (schema ${version}, this one knows ${schemaVersion}): restore it with that version.`,
  )
}

async function checked(copy: string, { file, signal, onProgress }: RestoreOptions) {
  onProgress("checking", 0, statSync(copy).size)
  await dropEpoch(copy)
  const found = await lookWhether(copy, "quick_check", signal)
  if ("wrong" in found) {
    throw new OperatorError(`${file} is not whole (${found.wrong}), so nothing was restored: take another backup.`)
  }
  const [[latestAt] = []] = await queryInThread({ path: copy, sql: "SELECT max(last_at) FROM rooms", signal })
  await syncWithoutWaiting(copy)
  return { ...found.counts, latestAt: typeof latestAt === "number" ? latestAt : undefined }
}

/** Added to the existing ones: the next start removes those that the new data does not know. */
async function putBack(copy: string, home: string, { file, signal }: RestoreOptions): Promise<FilesCopied> {
  const onMade = (path: string) => giveToOwner(path, home)
  const to = join(home, "files")
  const contents = await contentsIn(copy, signal)
  return copyFiles({ contents, from: filesBeside(file), to, isLinked: false, signal, onMade })
}

/**
 * By second names, so the file stays in place until the other replaces it. Keeps its files too, as beside a backup,
 * since the next start removes those that the new data does not know. Returns the folder.
 */
async function keepAside(target: string, now: Date, signal: AbortSignal): Promise<string> {
  const home = dirname(target)
  const folder = newFolder(home, now)
  try {
    const from = join(home, "files")
    const to = filesBeside(join(folder, basename(target)))
    await copyFiles({ contents: contentsOf(from), from, to, isLinked: true, signal })
    await foldLog(target)
    for (const path of [target, `${target}-wal`].filter(existsSync)) keepAs(path, join(folder, basename(path)))
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true })
    throw cause
  }
  syncFolder(folder)
  syncFolder(home)
  removeLog(target)
  return folder
}

function newFolder(home: string, now: Date): string {
  const folder = freePath(join(home, `replaced-${momentInName(now.getTime())}`))
  mkdirSync(folder, { mode: 0o700 })
  giveToOwner(folder, home)
  return folder
}

/** So that the file alone is complete. A damaged one is kept as it is. */
async function foldLog(target: string): Promise<void> {
  await runInThread({ path: target, sql: "PRAGMA wal_checkpoint(TRUNCATE)" }).catch(() => {})
}

function keepAs(path: string, name: string): void {
  try {
    linkSync(path, name)
  } catch {
    // A file system without links.
    copyFileSync(path, name, constants.COPYFILE_EXCL)
    syncFile(name)
  }
}

function explain(file: string, folder: string, cause: unknown): string {
  const code = codeOf(cause)
  if (isDiskFull(cause) || code === "EFBIG")
    return `The disk that holds ${folder} has too little space for ${file}: free some. The data is as it was.`
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `${file} cannot be read, or ${folder} not written: run this as the server's user.`
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
    case "SQLITE_ERROR":
      return `${file} is not a database, or is damaged, so nothing was restored: take another backup.`
    default:
      return `${file} could not be restored, and the data is as it was: ${reasonOf(cause)}.`
  }
}

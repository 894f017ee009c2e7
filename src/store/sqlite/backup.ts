/**
 * A copy of the data while a server may be serving it.
 *
 * `VACUUM INTO` reads one moment of the database, whatever is written meanwhile. The copy
 * gets its name only once it is checked and on disk, so a file of that name is a whole
 * backup. Nothing is ever overwritten.
 */
import { rmSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Counts } from "../../chat/store.ts"
import { codeOf, isDiskFull, OperatorError, reasonOf } from "../../observe/operator-error.ts"
import { contentsIn, type FilesCopied } from "./files-beside.ts"
import { makePrivate, syncWithoutWaiting } from "./folder.ts"
import { partialOf, removeAbandoned } from "./new-file.ts"
import { databaseName } from "./open.ts"
import { queryInThread } from "./query-thread.ts"
import { openReader } from "./reader.ts"
import { checkVersion } from "./schema.ts"
import { isThere, onReadOnlyDisk, whyNotRead } from "./trouble.ts"
import { dropEpoch, lookWhether } from "./whole.ts"
import { checkBothAbsent, publishWithFiles } from "./with-files.ts"

interface BackupOptions {
  readonly dataDir: string
  readonly file: string
  /** Ends it; nothing is left behind. */
  readonly signal: AbortSignal
  /** Called when a step begins, and several times a second with the share of the copy's bytes, from 0 to 1. */
  readonly onProgress: (step: "copying" | "checking", share: number, bytes: number) => void
}

interface Backup extends Counts, FilesCopied {
  readonly bytes: number
}

const progressIntervalMs = 200

/** Throws an OperatorError when there is nothing to copy, no place to copy to, or the copy is not whole. */
export async function backUp(options: BackupOptions): Promise<Backup> {
  const source = join(options.dataDir, databaseName)
  const partial = partialOf(options.file, "backup")
  let isMade = false
  try {
    checkBothAbsent(options.file)
    removeAbandoned(options.file)
    const bytes = sizeOf(source)
    makePrivate(partial)
    isMade = true
    await copy(source, partial, bytes, options)
    options.onProgress("checking", 0, bytes)
    // A server goes on while it copies its own data, so it waits for the disk elsewhere.
    await syncWithoutWaiting(partial)
    await dropEpoch(partial)
    const counts = await check(partial, options.signal)
    await syncWithoutWaiting(partial)
    const { dataDir, file, signal } = options
    const contents = await contentsIn(partial, signal)
    const from = join(dataDir, "files")
    const files = await publishWithFiles(partial, file, { contents, from, isLinked: true, signal })
    return { ...counts, ...files, bytes: statSync(options.file).size }
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause
    throw new OperatorError(explain(source, options.file, cause), { cause })
  } finally {
    // Only what was made here is deleted.
    if (isMade) for (const leftover of [partial, `${partial}-journal`]) rmSync(leftover, { force: true })
  }
}

/** Roughly the size of the copy: without unused pages. */
function sizeOf(source: string): number {
  if (!isThere(source)) {
    throw new OperatorError(`There is no ${source}: name the folder of the server's data with --data-dir.`)
  }
  using db = openReader(source)
  checkVersion(db, source)
  const pragma = (name: string) => Number(db.query(`PRAGMA ${name}`).values()[0]?.[0])
  return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size")
}

async function copy(source: string, target: string, bytes: number, { signal, onProgress }: BackupOptions) {
  const report = () => onProgress("copying", Math.min(1, statSync(target).size / bytes), bytes)
  report()
  const reporting = setInterval(report, progressIntervalMs)
  try {
    await queryInThread({ path: source, sql: "VACUUM INTO ?", values: [target], signal })
  } finally {
    clearInterval(reporting)
  }
}

async function check(path: string, signal: AbortSignal): Promise<Counts> {
  const found = await lookWhether(path, "integrity_check", signal)
  if ("counts" in found) return found.counts
  throw new OperatorError(`The copy is not whole (${found.wrong}), so it was not kept: the data or a disk is damaged.`)
}

function explain(source: string, file: string, cause: unknown): string {
  if (isDiskFull(cause))
    return `The disk that holds ${dirname(file)} is full: free some space, or choose another place.`
  switch (codeOf(cause)) {
    case "ENAMETOOLONG":
      return `${file} is too long a name for this disk: choose a shorter one.`
    case "ELOOP":
    case "ENOENT":
    case "ENOTDIR":
      return `${dirname(file)} is no folder: make it, or choose another place.`
    case "EACCES":
    case "EPERM":
      return `${file} cannot be written: choose another place, or give this user the right to.`
    case "EROFS":
      return onReadOnlyDisk(file)
    // Of the two only the copy is written.
    case "EFBIG":
    case "SQLITE_IOERR_WRITE":
    case "SQLITE_IOERR_FSYNC":
      return `${file} cannot be written (${codeOf(cause)}): its disk is full or failing; choose another place.`
    default:
      return whyNotRead(source, cause) ?? `${source} could not be copied: ${reasonOf(cause)}.`
  }
}

/** The data folder, and folders and files that survive a power cut. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from "node:fs"
import { open } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { codeOf } from "../../observe/operator-error.ts"

/** The file of the data in its folder. */
export const databaseName = "warren.db"

/** What is filled in its place, by an import or a move, until it is whole. */
export const movingName = `${databaseName}.moving`

/** A backup's copy is named so until it is checked, and replaces the data. */
export const restoringEnding = ".restoring"

/** Its name once the data has moved to PostgreSQL; a later one has a number at its end. */
const movedName = `${databaseName}.moved`

/** The path, or the first free one with a number at its end. */
export function freePath(path: string): string {
  for (let n = 1; ; n++) {
    const numbered = n === 1 ? path : `${path}-${n}`
    if (!existsSync(numbered)) return numbered
  }
}

/** Where it will be kept. */
export const asideIn = (folder: string) => freePath(join(folder, movedName))

/** Under that name nobody serves it by mistake. */
export function putAside(folder: string): void {
  renameSync(join(folder, databaseName), asideIn(folder))
  syncFolder(folder)
}

/** For a folder without data: the path of what was put aside last, if any. */
export function putAsideIn(folder: string): string | undefined {
  if (!existsSync(folder) || existsSync(join(folder, databaseName))) return undefined
  const aside = readdirSync(folder).filter((name) => name.startsWith(movedName))
  const paths = aside.map((name) => join(folder, name))
  return paths.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0]
}

/** A database that will not be whole any more, with its log. */
export function removeUnfinished(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true })
}

/** Makes the folder, and missing folders above it, readable by this user alone, since they hold what people write. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  // A folder's name is stored in its parent: unless that is synced too, the folder could vanish with everything in it.
  for (let made = resolve(folder); made.length >= resolve(first).length; made = dirname(made)) syncFolder(dirname(made))
}

/** Whoever asks: a system mounts a disk that fails so, and a service manager what is no business of a service. */
export function isReadOnly(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return false
  } catch (cause) {
    return codeOf(cause) === "EROFS"
  }
}

/** A link whose target is gone, perhaps with an unmounted disk. */
export function leadsNowhere(path: string): boolean {
  try {
    return !existsSync(path) && lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}

/** An empty file that only this user may read: SQLite would make one that everybody may. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, "wx", 0o600))
}

/** Call it before another file replaces this one: the log of one database must not meet another. */
export function removeLog(file: string): void {
  for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true })
}

/** How many bytes this user may still write on the folder's disk; no bound where the system does not say. */
export function freeBytesOf(folder: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder)
    return blocks === 0 ? Infinity : bavail * bsize
  } catch {
    return Infinity
  }
}

/** The share of the folder's disk that this user may still write, from 0 to 1; 1 where the system does not say. */
export function freeShareOf(folder: string): number {
  try {
    const { blocks, bavail } = statfsSync(folder)
    return blocks === 0 ? 1 : bavail / blocks
  } catch {
    return 1
  }
}

/** Waits until the names in a folder are on disk. */
export function syncFolder(path: string): void {
  // Windows does this by itself, and opens no folder.
  if (process.platform !== "win32") sync(path, "r")
}

/** Waits until a file's content is on disk. */
export function syncFile(path: string): void {
  sync(path, "r+")
}

/** The same for a large file: other work goes on while the disk writes. */
export async function syncWithoutWaiting(path: string): Promise<void> {
  await using file = await open(path, "r+")
  await file.sync()
}

function sync(path: string, flags: "r" | "r+"): void {
  const descriptor = openSync(path, flags)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

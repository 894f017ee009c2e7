/** The folder of the data, and folders and files that a power cut does not take back. */
import {
  closeSync,
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

/** The file of the data in its folder. */
export const databaseName = "warren.db"

/** What it is called once its data has moved to PostgreSQL; a later one has a number behind it. */
const movedName = `${databaseName}.moved`

/** The path, or the first of it with a number behind it where nothing is yet. */
export function freePath(path: string): string {
  for (let n = 1; ; n++) {
    const numbered = n === 1 ? path : `${path}-${n}`
    if (!existsSync(numbered)) return numbered
  }
}

/** Where it will be kept then. */
export const asideIn = (folder: string) => freePath(join(folder, movedName))

/** Under that name nobody serves it by mistake. */
export function putAside(folder: string): void {
  renameSync(join(folder, databaseName), asideIn(folder))
  syncFolder(folder)
}

/** Of a folder without data, what was put aside last: a path, or none. */
export function putAsideIn(folder: string): string | undefined {
  if (!existsSync(folder) || existsSync(join(folder, databaseName))) return undefined
  const aside = readdirSync(folder).filter((name) => name.startsWith(movedName))
  const paths = aside.map((name) => join(folder, name))
  return paths.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0]
}

/** Makes the folder, and what is missing above it, for this user alone: what people write is nobody else's business. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  // A folder's name is kept by its parent: without this, the folder could vanish with everything that was synced in it.
  for (let made = resolve(folder); made.length >= resolve(first).length; made = dirname(made)) syncFolder(dirname(made))
}

/** A link whose folder is gone, with the disk that is mounted there perhaps. */
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

/** Before another file takes the place of this one: the log of one database must not meet another. */
export function removeLog(file: string): void {
  for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true })
}

/** What this user may still write on the disk that holds the folder; no bound where the system does not say. */
export function freeBytesOf(folder: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder)
    return blocks === 0 ? Infinity : bavail * bsize
  } catch {
    return Infinity
  }
}

/** How much of the disk that holds the folder this user may still write, from 0 to 1; all of it where the system does not say. */
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

/** The same for a large file: everything else goes on while the disk writes. */
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

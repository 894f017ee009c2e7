/**
 * The data under another name, to be written to while nobody can serve a part of what comes, until it takes the place of
 * the data. What a process that was killed has written into one is gone on with, so long as neither the data nor
 * what is read has changed since; else it is thrown away.
 */
import { Database } from "bun:sqlite"
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { removeLog, syncFile, syncFolder } from "./folder.ts"
import { giveToOwner } from "./ownership.ts"
import { checkVersion, schemaVersion } from "./schema.ts"
import { servedName } from "./served.ts"

const suffixes = ["", "-wal", "-shm"]
const ending = ".importing-"

/**
 * What a killed server has left in the log comes into the file, so that the file is all there is to copy. Whether there was
 * anything. Throws an OperatorError for a file that is not Warren's.
 */
export function foldLog(file: string): boolean {
  if (!existsSync(file)) return false
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  using db = new Database(file)
  checkVersion(db, file)
  if (hasLog) db.run("PRAGMA wal_checkpoint(TRUNCATE)")
  return hasLog
}

/** Under the folder's lock. `source` names what is read. */
export function beginCopy(file: string, source: string): { readonly copy: string; readonly isBegun: boolean } {
  const copy = `${file}${ending}${Bun.hash(JSON.stringify([source, stateOf(file)])).toString(36)}`
  removeCopies(file, copy)
  if (existsSync(copy)) return { copy, isBegun: true }
  if (!existsSync(file)) return { copy, isBegun: false }
  const begun = `${copy}.begun`
  copyFileSync(file, begun, constants.COPYFILE_FICLONE)
  chmodSync(begun, statSync(file).mode & 0o777)
  renameSync(begun, copy)
  return { copy, isBegun: false }
}

/** It has been closed, with nothing left in its log. */
export function publishCopy(copy: string, file: string): void {
  syncFile(copy)
  giveToOwner(copy, dirname(file))
  removeLog(file)
  renameSync(copy, file)
  syncFolder(dirname(file))
}

/** All that are left of this file, but for one. */
export function removeCopies(file: string, kept?: string): void {
  const folder = dirname(file)
  for (const name of readdirSync(folder)) {
    const isKept = kept !== undefined && suffixes.includes(name.replace(basename(kept), ""))
    if (name.startsWith(basename(file) + ending) && !isKept) rmSync(join(folder, name), { force: true })
  }
}

/** A server that has served it meanwhile has written at least its own record. */
function stateOf(file: string): unknown[] {
  const looks = (found: Stats | undefined) => [found?.ino, found?.size, found?.mtimeMs]
  const found = [file, join(dirname(file), servedName)].map((path) => statSync(path, { throwIfNoEntry: false }))
  return [schemaVersion, ...found.map(looks)]
}

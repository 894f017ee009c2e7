/**
 * A copy of the data under another name, written to while nobody can serve an unfinished import, until it replaces the
 * data. A copy that a killed process has left is continued, if neither the data nor the source has changed since;
 * otherwise it is thrown away.
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
 * Folds what a killed server left in the log into the file, so the file alone is all there is to copy. Returns whether
 * there was anything. Throws an OperatorError for a file that is not Warren's.
 */
export function foldLog(file: string): boolean {
  if (!existsSync(file)) return false
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  using db = new Database(file)
  checkVersion(db, file)
  if (hasLog) db.run("PRAGMA wal_checkpoint(TRUNCATE)")
  return hasLog
}

/** Call it with the folder's lock. `source` names what is read. */
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

/** It was closed with an empty log. */
export function publishCopy(copy: string, file: string): void {
  syncFile(copy)
  giveToOwner(copy, dirname(file))
  removeLog(file)
  renameSync(copy, file)
  syncFolder(dirname(file))
}

/** Deletes all copies of this file, except one. */
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

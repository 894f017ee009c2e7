/**
 * A file that gets its name only once it is complete, and never replaces another: whatever interrupts making it leaves
 * nothing of that name.
 */
import { randomBytes } from "node:crypto"
import { linkSync, lstatSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { OperatorError } from "../../observe/operator-error.ts"

/** Its temporary name, in the same folder. */
export function partialOf(file: string, what: "backup" | "export"): string {
  return join(dirname(file), `.warren-${what}-${process.pid}-${randomBytes(6).toString("hex")}`)
}

export function checkAbsent(file: string): void {
  // A dangling link counts as existing: renaming would replace it.
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined)
    throw new OperatorError(`${file} is there already: move it away, or choose another name.`)
}

/** Gives it its name, unless something has that name now: a hard link replaces nothing, unlike renaming. */
export function publish(partial: string, file: string): void {
  try {
    linkSync(partial, file)
  } catch {
    checkAbsent(file)
    // A file system without links.
    renameSync(partial, file)
  }
  rmSync(partial, { force: true })
}

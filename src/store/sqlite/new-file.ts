/**
 * A file that gets its name only once it is complete, and never replaces another: whatever interrupts making it leaves
 * nothing of that name.
 */
import { randomBytes } from "node:crypto"
import { linkSync, lstatSync, readdirSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { dayMs } from "../../contract/durations.ts"
import { OperatorError } from "../../observe/operator-error.ts"

/** Its temporary name, in the same folder. */
export function partialOf(file: string, what: "backup" | "export"): string {
  return join(dirname(file), `.warren-${what}-${process.pid}-${randomBytes(6).toString("hex")}`)
}

const partialName = /^\.warren-(?:backup|export)-\d+-[0-9a-f]{12}(?:-journal|\.files)?$/
/** Nobody copies for so long. */
const abandonedAfterMs = 7 * dayMs

/** Removes what killed runs have left beside a new file: each is as large as the data, and has a hidden name. */
export function removeAbandoned(file: string): void {
  const folder = dirname(file)
  try {
    for (const name of readdirSync(folder).filter((name) => partialName.test(name))) {
      const path = join(folder, name)
      if (Date.now() - lstatSync(path).mtimeMs > abandonedAfterMs) rmSync(path, { recursive: true })
    }
  } catch {
    // What keeps the new file from being made is told when it is made; otherwise there is only more on the disk.
  }
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

/** A file that gets its name only once it is whole, and takes no other one's: whatever ends its making leaves none of that name. */
import { randomBytes } from "node:crypto"
import { linkSync, lstatSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { OperatorError } from "../../observe/operator-error.ts"

/** Its name until then, in the same folder. */
export function partialOf(file: string, what: "backup" | "export"): string {
  return join(dirname(file), `.warren-${what}-${process.pid}-${randomBytes(6).toString("hex")}`)
}

export function checkAbsent(file: string): void {
  // A link that leads nowhere is there too: renaming would replace it.
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined)
    throw new OperatorError(`${file} is there already: move it away, or choose another name.`)
}

/** Under its name, unless something came to be there meanwhile: a link replaces nothing, which renaming would. */
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

/**
 * A copy of the data, of any kind, and the files beside it. The files get their name before
 * the copy does, so a copy that exists is complete.
 */
import { renameSync, rmSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { codeOf, OperatorError } from "../../observe/operator-error.ts"
import { copyFiles, type FilesCopied, type FilesCopy, filesBeside } from "./files-beside.ts"
import { syncFolder } from "./folder.ts"
import { checkAbsent, publish } from "./new-file.ts"

/** Throws an OperatorError: nothing is overwritten. */
export function checkBothAbsent(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new OperatorError(`${file} is a folder: name a file in it.`)
  checkAbsent(file)
  try {
    checkAbsent(filesBeside(file))
  } catch (cause) {
    // Then they do not exist either, and a copy without files does not need their name.
    if (codeOf(cause) !== "ENAMETOOLONG") throw cause
  }
}

/** Gives `partial` its final name. If that fails, no files are left beside it; `partial` is the caller's. */
export async function publishWithFiles(
  partial: string,
  file: string,
  files: Omit<FilesCopy, "to">,
): Promise<FilesCopied> {
  let made: string | undefined = filesBeside(partial)
  try {
    const copied = await copyFiles({ ...files, to: made })
    if (copied.files > 0) {
      renameSync(made, filesBeside(file))
      made = filesBeside(file)
    }
    publish(partial, file)
    made = undefined
    syncFolder(dirname(file))
    return copied
  } finally {
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
  }
}

/** An input file: if it cannot be read, that is reported before anything else is done. */
import { closeSync, openSync, statSync } from "node:fs"
import { codeOf, OperatorError } from "../../observe/operator-error.ts"

/** Its size. `remedy` ends the sentence: "name the file that export wrote". Throws an OperatorError. */
export function sizeOfNamed(path: string, remedy: string): number {
  try {
    const found = statSync(path)
    if (found.isDirectory()) throw new OperatorError(`${path} is a folder: ${remedy}.`)
    if (!found.isFile()) throw new OperatorError(`${path} is no file: ${remedy}.`)
    closeSync(openSync(path, "r"))
    return found.size
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause
    throw unreadable(path, cause, remedy)
  }
}

/** Its bytes as they come; errors of the disk are reported. */
export async function* readNamed(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown, remedy?: string): OperatorError {
  const code = codeOf(cause)
  if (code === "ENOENT" || code === "ENOTDIR") return new OperatorError(`There is no ${path}: ${remedy}.`, { cause })
  const what = code === "EACCES" || code === "EPERM" ? "by this user: run this as one who may" : `(${code ?? cause})`
  return new OperatorError(`${path} cannot be read ${what}.`, { cause })
}

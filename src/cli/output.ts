/**
 * Standard output and standard error may be a pipe whose reader is gone, or a file on a
 * full disk. Unhandled errors would end the process with a stack trace, so both are
 * handled: a reader that is gone needs no more, other errors are kept for whoever asks.
 */
import { setImmediate as nextTurn } from "node:timers/promises"
import { codeOf } from "../observe/operator-error.ts"

let failure: string | undefined

/** Call it once, before anything is written. */
export function guardOutput(): void {
  process.stderr.on("error", () => {})
  process.stdout.on("error", (error) => {
    if (codeOf(error) !== "EPIPE") failure ??= codeOf(error) ?? String(error)
  })
}

/** The error code if standard output could not be written. */
export async function outputFailure(): Promise<string | undefined> {
  await nextTurn()
  return failure
}

/**
 * Standard output and standard error may be a pipe whose reader is gone, or a file on a
 * full disk. An error that nobody listens to would end the process with a stack, so both
 * are listened to: a reader that is gone has seen enough, all else is kept for who asks.
 */
import { setImmediate as nextTurn } from "node:timers/promises"
import { codeOf } from "../observe/operator-error.ts"

let failure: string | undefined

/** Once, before anything is written. */
export function guardOutput(): void {
  process.stderr.on("error", () => {})
  process.stdout.on("error", (error) => {
    if (codeOf(error) !== "EPIPE") failure ??= codeOf(error) ?? String(error)
  })
}

/** The code of why standard output could not be written, if it could not. */
export async function outputFailure(): Promise<string | undefined> {
  await nextTurn()
  return failure
}

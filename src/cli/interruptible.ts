/** For commands that end by themselves, or earlier by Ctrl-C or SIGTERM. */
import { constants } from "node:os"
import { OperatorError } from "../observe/operator-error.ts"

const interrupting = ["SIGINT", "SIGTERM"] as const

/** Aborts the work at the first signal, with `told` as the reason. The same signal again ends the process at once. */
export async function interruptible<T>(told: string, work: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const interrupt = (signal: (typeof interrupting)[number]) => {
    controller.abort(new OperatorError(told, { status: interruptedStatus(signal) }))
  }
  for (const signal of interrupting) process.once(signal, interrupt)
  try {
    return await work(controller.signal)
  } finally {
    for (const signal of interrupting) process.off(signal, interrupt)
  }
}

/** The exit status that shells use. */
function interruptedStatus(signal: (typeof interrupting)[number]): number {
  return 128 + constants.signals[signal]
}

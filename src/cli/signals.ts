/**
 * What ends a server: signals, and the end of the npm that started it. A signal that nobody listens to ends the process
 * at once, with clients cut off and the log of the database left behind, so every signal
 * that may come in daily life is listened to.
 */
import { log } from "../observe/log.ts"
import { watchRunner } from "./runner.ts"

const stopping = ["SIGINT", "SIGTERM", "SIGQUIT"] as const

/** What other programs take as a wish to reload, rotate a log or show their state; and what the limits of a system send. */
const harmless = ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXFSZ", "SIGXCPU"] as const

interface StopOptions {
  readonly hasTerminal: boolean
  /** What SIGHUP wishes for, if anything. */
  readonly reload?: () => void
}

/**
 * Resolves when the server is to stop. From then on a second signal ends it at once. With a terminal, SIGHUP says that
 * it was closed; without one, it is what an administrator or a service manager sends for a reload.
 */
export function toldToStop({ hasTerminal, reload }: StopOptions): Promise<void> {
  return new Promise((resolve) => {
    const ends: readonly NodeJS.Signals[] = hasTerminal ? [...stopping, "SIGHUP"] : stopping
    const stop = () => {
      unwatch()
      for (const signal of ends) process.off(signal, stop)
      resolve()
    }
    for (const signal of harmless) {
      if (signal === "SIGHUP" && reload !== undefined && !hasTerminal) {
        process.on(signal, reload)
        continue
      }
      process.on(signal, () => log.info("{signal} has no effect here; SIGTERM stops the server.", { signal }))
    }
    for (const signal of ends) process.on(signal, stop)
    const unwatch = watchRunner(stop)
  })
}

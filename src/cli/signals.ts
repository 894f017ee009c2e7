/**
 * What ends a server: signals, and the end of the npm that started it. An unhandled signal ends the process at once,
 * which cuts clients off and leaves the database's log behind, so every signal that may occur in normal use is handled.
 */
import { log } from "../observe/log.ts"
import { watchRunner } from "./runner.ts"

const stopping = ["SIGINT", "SIGTERM", "SIGQUIT"] as const

/**
 * Signals that other programs take as a wish to reload, rotate a log or show their state, and those of a system's
 * limits.
 */
const harmless = ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXFSZ", "SIGXCPU"] as const

interface StopOptions {
  readonly hasTerminal: boolean
  /** The action for SIGHUP, if any. */
  readonly reload?: () => void
}

/** With a terminal, SIGHUP means that it was closed. */
function straysOf(hasTerminal: boolean): NodeJS.Signals[] {
  return harmless.filter((signal) => signal !== "SIGHUP" || !hasTerminal)
}

/**
 * From the beginning of a start: a signal that is no wish to stop does not end that either, above all not in the middle of
 * a migration. Call the result once the server has started.
 */
export function outliveStrays(hasTerminal: boolean): () => void {
  const strays = straysOf(hasTerminal)
  const tell = (signal: NodeJS.Signals) => log.info("{signal} has no effect while the server starts.", { signal })
  for (const signal of strays) process.on(signal, tell)
  return () => {
    for (const signal of strays) process.off(signal, tell)
  }
}

/**
 * Resolves when the server has to stop. A second signal then ends it at once. Without a terminal, SIGHUP is the wish
 * of an administrator or a service manager to reload.
 */
export function toldToStop({ hasTerminal, reload }: StopOptions): Promise<void> {
  return new Promise((resolve) => {
    const ends: readonly NodeJS.Signals[] = hasTerminal ? [...stopping, "SIGHUP"] : stopping
    const stop = () => {
      unwatch()
      for (const signal of ends) process.off(signal, stop)
      resolve()
    }
    const tell = (signal: NodeJS.Signals) =>
      log.info("{signal} has no effect here; SIGTERM stops the server.", { signal })
    for (const signal of straysOf(hasTerminal)) process.on(signal, signal === "SIGHUP" ? (reload ?? tell) : tell)
    // Whoever closes a terminal sends it more than once, the shell and the system: that does not cut the stop short.
    if (hasTerminal) process.on("SIGHUP", () => {})
    for (const signal of ends) process.on(signal, stop)
    const unwatch = watchRunner(stop)
  })
}

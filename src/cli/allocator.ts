/**
 * How Bun's allocator, mimalloc, deals with free memory. It reads that from the environment once, before any JavaScript
 * runs.
 *
 * Left alone, it looks ten times a second for what is free inside the pages in use and gives that back to the system,
 * which has to bring it in again for the next messages: a quarter of a busy server's CPU, for a tenth of its memory
 * (bench/README.md has the figures).
 */

import { readdirSync, readlinkSync } from "node:fs"

/** Whole pages still go back to the system, a second after they became free. */
export const allocatorSettings = { MIMALLOC_PURGE_HOLES: "0", MIMALLOC_PURGE_DELAY: "1000" } as const

/**
 * Starts a server's process again with these settings, with the same id and standard streams. It returns where that is
 * not to be: for a command that serves nobody, where the environment names either setting, where Bun was given flags of
 * its own, where whoever started it handed over more than the standard streams, and on a system without `/proc`.
 */
export function tuneAllocator(): void {
  if (!serves(process.argv[2]) || process.execArgv.length > 0) return
  if (Object.keys(allocatorSettings).some((name) => process.env[name] !== undefined)) return
  // A binary is its own script: its arguments begin behind a name for what it holds.
  const from = process.argv[0] === process.execPath ? 1 : 2
  const argv = [process.execPath, ...process.argv.slice(from)]
  try {
    if (readdirSync("/proc/self/fd").some(isHandedOver)) return
    process.execve?.(process.execPath, argv, { ...process.env, ...allocatorSettings } as Record<string, string>)
  } catch {
    // It serves as well with more CPU.
  }
}

/**
 * A lock that is held, a supervisor's channel, `--auth-jwks <(…)`: Bun would close it. Its own are of no file, and the one
 * that listed them is gone.
 */
function isHandedOver(descriptor: string): boolean {
  if (Number(descriptor) <= 2) return false
  try {
    return !readlinkSync(`/proc/self/fd/${descriptor}`).startsWith("anon_inode:")
  } catch {
    return false
  }
}

/** Without a command, too. */
function serves(command: string | undefined): boolean {
  return command === undefined || command.startsWith("-") || command === "serve" || command === "demo"
}

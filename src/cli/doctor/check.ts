/** One check of the doctor, and its result. */
import { setTimeout as sleep } from "node:timers/promises"

export interface Check {
  readonly name: string
  /** A warning is a problem with which the server works; a failure is one with which it does not. */
  readonly verdict: "ok" | "warning" | "failed"
  /** What was found. */
  readonly told: string
  /** What to do about it. */
  readonly remedy?: string
}

export function ok(name: string, told: string): Check {
  return { name, verdict: "ok", told }
}

export function warning(name: string, told: string, remedy: string): Check {
  return { name, verdict: "warning", told, remedy }
}

export function failed(name: string, told: string, remedy: string): Check {
  return { name, verdict: "failed", told, remedy }
}

export interface Patience {
  /** Also ends the pause. */
  readonly signal: AbortSignal
  /** The pause before a failed check is repeated. */
  readonly pauseMs: number
}

/** For checks that a short load can make fail: only what fails twice has failed. */
export async function lookTwice<Found>(
  look: () => Promise<Found>,
  hasFailed: (found: Found) => boolean,
  { signal, pauseMs }: Patience,
): Promise<Found> {
  const found = await look()
  if (!hasFailed(found)) return found
  await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted())
  return look()
}

export function isFailed({ verdict }: Check): boolean {
  return verdict === "failed"
}

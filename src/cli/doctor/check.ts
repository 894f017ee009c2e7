/** One thing that a doctor looks at, and what came of it. */
import { setTimeout as sleep } from "node:timers/promises"

export interface Check {
  readonly name: string
  /** A warning is not well, and works; what has failed does not. */
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
  /** Ends the pause as well. */
  readonly signal: AbortSignal
  /** Before what failed is looked at again. */
  readonly pauseMs: number
}

/** Of a machine or a server that may have too much to do for a moment: what fails twice has failed. */
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

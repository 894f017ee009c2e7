/** Time, as an argument: tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may step back. */
  readonly epochMs: () => number
  /** Milliseconds since any fixed moment; never steps back. */
  readonly elapsedMs: () => number
  readonly wait: (ms: number) => Promise<void>
}

export const systemClock: Clock = {
  epochMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** How long to pause before the attempt after this many failed ones: doubling, up to a bound. */
export function pauseMs(failures: number): number {
  return Math.min(500 * 2 ** failures, 8_000)
}

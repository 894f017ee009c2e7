import type { Clock } from "../../src/server/clock.ts"

/** A clock that only its test moves. */
export function stoppedClock() {
  let epochMs = Date.now()
  let elapsedMs = 1_000_000
  const clock: Clock = { epochMs: () => epochMs, elapsedMs: () => elapsedMs }
  const pass = (ms: number) => {
    epochMs += ms
    elapsedMs += ms
  }
  return { clock, pass }
}

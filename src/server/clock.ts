/** The time, as it is handed to whoever needs it: nothing below the composition root reads a clock of its own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may step back. */
  readonly epochMs: () => number
  /** Milliseconds since any fixed moment; never steps back. */
  readonly elapsedMs: () => number
}

const lastsMs = 3_600_000

/**
 * The time by which something is removed for good. A wall clock that is far ahead for a moment must not decide that, so
 * it is the earliest that the clock has said in the last hour or two, as late as it would be by now.
 */
export function lastingTime({ epochMs, elapsedMs }: Clock): () => number {
  const offset = () => epochMs() - elapsedMs()
  let begunMs = elapsedMs()
  let lowest = offset()
  let lowestBefore = lowest
  return () => {
    const nowMs = elapsedMs()
    if (nowMs - begunMs >= lastsMs) {
      lowestBefore = lowest
      lowest = offset()
      begunMs = nowMs
    }
    lowest = Math.min(lowest, offset())
    return nowMs + Math.min(lowest, lowestBefore)
  }
}

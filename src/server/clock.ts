import { dayMs, hourMs } from "../contract/durations.ts"
import type { Warning } from "../contract/server.ts"
import { momentOf } from "../observe/moment.ts"

/** The time, as it is handed to whoever needs it: nothing below the composition root reads a clock of its own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may step back. */
  readonly epochMs: () => number
  /** Milliseconds since any fixed moment; never steps back. */
  readonly elapsedMs: () => number
}

const lastsMs = hourMs
/** Nobody wonders about a server that was off for so long. */
const awayMsMax = 7 * dayMs
/** A clock that is set right by the network, or by a person who was warned, is so by then. */
const doubtedMs = dayMs

/**
 * The time by which something is removed for good. A wall clock that is wrong must not decide that, be it for a moment,
 * or since before the start: what it says counts once it has lasted, an hour or two, or a day where it is far from when
 * the data was served last. Until then time goes on from there.
 */
export class LastingTime {
  readonly #earliest: () => number
  readonly #clock: Clock
  readonly #onDoubt: (text: string) => void
  /** What was right last, and when that was in this process; none where nothing is known. */
  #known: { readonly epochMs: number; readonly elapsedMs: number } | undefined
  #doubtedSinceMs: number | undefined

  /** `servedAt` is what `servedAt()` was when the data was served last. */
  constructor(clock: Clock, { servedAt, onDoubt }: { servedAt: number | undefined; onDoubt: (text: string) => void }) {
    this.#clock = clock
    this.#earliest = earliestOf(clock)
    this.#onDoubt = onDoubt
    if (servedAt !== undefined) this.#known = { epochMs: servedAt, elapsedMs: clock.elapsedMs() }
  }

  readonly now = (): number => {
    const elapsedMs = this.#clock.elapsedMs()
    const epochMs = this.#earliest()
    const expectedMs = this.#expectedMs(elapsedMs) ?? epochMs
    if (epochMs <= expectedMs + awayMsMax) this.#doubtedSinceMs = undefined
    else if (this.#doubtedSinceMs === undefined) {
      this.#doubtedSinceMs = elapsedMs
      this.#onDoubt(doubtOf(epochMs, expectedMs))
    }
    if (this.#isDoubted) return expectedMs
    if (epochMs >= expectedMs) this.#known = { epochMs, elapsedMs }
    return epochMs
  }

  /** To be kept with the data: a clock that is behind for once does not set it back. */
  readonly servedAt = (): number => Math.floor(Math.max(this.now(), this.#expectedMs(this.#clock.elapsedMs()) ?? 0))

  /** For people: while it is not believed. */
  warnings(): readonly Warning[] {
    const nowMs = this.now()
    return this.#isDoubted ? [{ code: "clock", message: doubtOf(this.#earliest(), nowMs) }] : []
  }

  get #isDoubted(): boolean {
    const sinceMs = this.#doubtedSinceMs
    return sinceMs !== undefined && this.#clock.elapsedMs() - sinceMs < doubtedMs
  }

  #expectedMs(elapsedMs: number): number | undefined {
    return this.#known && this.#known.epochMs + elapsedMs - this.#known.elapsedMs
  }
}

function doubtOf(epochMs: number, expectedMs: number): string {
  const [told, last] = [momentOf(epochMs), momentOf(expectedMs)]
  return `The clock says ${told}, and this data was served until ${last}: set the clock right if it is wrong. Until it has said so for ${doubtedMs / hourMs} hours, what is too old is told by the earlier time.`
}

/** The earliest that the clock has said in the last hour or two, as late as it would be by now. */
function earliestOf({ epochMs, elapsedMs }: Clock): () => number {
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

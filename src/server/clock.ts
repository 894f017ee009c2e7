import { dayMs, hourMs, minuteMs } from "../contract/durations.ts"
import type { Warning } from "../contract/server.ts"
import { momentOf } from "../observe/moment.ts"

/** The time, as it is handed to whoever needs it: nothing below the composition root reads a clock of its own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may step back. */
  readonly epochMs: () => number
  /** Milliseconds since any fixed moment; never steps back. */
  readonly elapsedMs: () => number
}

/** Beyond it somebody is told that the machine's clock is wrong, and not that of the database. */
const apartMsMax = minuteMs

/**
 * The time of several servers is that of their database: whatever one of them dates, the others compare with what they
 * date themselves. What the database said while it was asked bounds it from both sides, so the longer its answer took the
 * less it says, and the clock moves only where it was wrong.
 */
export class SharedClock implements Clock {
  readonly elapsedMs: Clock["elapsedMs"]
  /** The machine's, by which it dates files. */
  readonly own: Clock
  readonly #onApart: (text: string) => void
  #offsetMs: number | undefined

  constructor(own: Clock, { onApart }: { readonly onApart: (text: string) => void }) {
    this.own = own
    this.elapsedMs = own.elapsedMs
    this.#onApart = onApart
  }

  readonly epochMs = (): number => Math.floor(this.own.elapsedMs() + (this.#offsetMs ?? this.#ownOffsetMs))

  /** The database was asked and answered at these times of `elapsedMs`. */
  readonly heard = (epochMs: number, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): void => {
    const offsetMs = this.#offsetMs ?? this.#ownOffsetMs
    this.#offsetMs = Math.min(Math.max(offsetMs, epochMs - toMs), epochMs - fromMs)
    const apart = this.#apart()
    if (apart !== undefined) this.#onApart(apart)
  }

  /** For people: while the machine's own clock says another time. */
  warnings(): readonly Warning[] {
    const message = this.#apart()
    return message === undefined ? [] : [{ code: "clock", message }]
  }

  get #ownOffsetMs(): number {
    return this.own.epochMs() - this.own.elapsedMs()
  }

  #apart(): string | undefined {
    const aheadMs = this.#ownOffsetMs - (this.#offsetMs ?? this.#ownOffsetMs)
    if (Math.abs(aheadMs) <= apartMsMax) return undefined
    const way = aheadMs > 0 ? "ahead of" : "behind"
    return `This machine's clock is ${Math.round(Math.abs(aheadMs) / minuteMs)} min ${way} the database's, which is the one that counts: set the wrong one right.`
  }
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

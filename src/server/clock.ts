import { dayMs, hourMs, minuteMs } from "../contract/durations.ts"
import type { Warning } from "../contract/server.ts"
import { momentOf } from "../observe/moment.ts"

/** The time, as it is passed to whoever decides by it: the chat and its rules read no clock of their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may step back. */
  readonly epochMs: () => number
  /** Milliseconds since any fixed moment; never steps back. */
  readonly elapsedMs: () => number
}

/** Beyond this difference a warning says that the machine's clock is wrong, and not the database's. */
const apartMsMax = minuteMs

/**
 * The time of several servers is that of their database, so what one of them dates can be compared by the others. Each
 * answer of the database bounds its time from both sides: the slower the answer, the less it says. The clock moves only
 * if it was outside of these bounds.
 */
export class SharedClock implements Clock {
  readonly elapsedMs: Clock["elapsedMs"]
  /** The machine's own clock, by which it dates files. */
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

  /** For people, while the machine's own clock differs. */
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
/** A server that was off for this long surprises nobody. */
const awayMsMax = 7 * dayMs
/** By then a clock was corrected by the network, or by a person who was warned. */
const doubtedMs = dayMs

/**
 * The time by which data is removed for good. A wall clock that is wrong, for a moment or since before the start, must
 * not decide that: a new time counts only once it has lasted, for an hour or two, or for a day if it is far from when
 * the data was last served. Until then time continues from the old one.
 */
export class LastingTime {
  readonly #earliest: () => number
  readonly #clock: Clock
  readonly #onDoubt: (text: string) => void
  /** The last trusted time, and when that was in this process; none if nothing is known. */
  #known: { readonly epochMs: number; readonly elapsedMs: number } | undefined
  #doubtedSinceMs: number | undefined

  /** `servedAt` is the result of `servedAt()` when the data was last served. */
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

  /** Store it with the data. A clock that is behind once does not set it back. */
  readonly servedAt = (): number => Math.floor(Math.max(this.now(), this.#expectedMs(this.#clock.elapsedMs()) ?? 0))

  /** For people, while the clock is not trusted. */
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

/** The earliest time of the last hour or two, moved forward to now. */
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

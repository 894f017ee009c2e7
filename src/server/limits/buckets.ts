/**
 * Token buckets: so many at once, then one more after each interval. A bucket is two
 * numbers and has no timer. A table of buckets forgets full ones, which say nothing, and
 * holds a bounded number however many keys come. Times are milliseconds of a clock that
 * never steps back.
 */
import type { Rate } from "../../contract/limits.ts"

/** About 20 MB of the longest keys. */
const bucketsMax = 65_536
/** When there are too many, the oldest are dropped down to this number; their owners then have a full bucket. */
const bucketsKept = 49_152
const bucketsBeforeSweepMin = 1_024

/** Clocks count in fractions, whose sums are not exact. */
const roundingMs = 0.001

export class Bucket {
  /** The time until it is full, as of `#atMs`. */
  #debtMs = 0
  #atMs = 0

  /**
   * Takes tokens, or none: returns 0 if they were there, else the milliseconds until they are. More than a bucket holds
   * are taken once it is full, and leave it in debt for the rest.
   */
  take({ atOnce, thenEveryMs }: Rate, nowMs: number, tokens = 1): number {
    const debtMs = this.debtMs(nowMs)
    const waitMs = debtMs + (Math.min(tokens, atOnce) - atOnce) * thenEveryMs
    if (waitMs > roundingMs) return Math.ceil(waitMs)
    this.#debtMs = debtMs + tokens * thenEveryMs
    this.#atMs = nowMs
    return 0
  }

  /** Gives back a token that was taken in vain. */
  giveBack({ thenEveryMs }: Rate): void {
    this.#debtMs = Math.max(0, this.#debtMs - thenEveryMs)
  }

  /** Takes tokens that are spent already, even into debt. Returns the milliseconds until the bucket is out of debt. */
  charge({ atOnce, thenEveryMs }: Rate, nowMs: number, tokens: number): number {
    this.#debtMs = this.debtMs(nowMs) + tokens * thenEveryMs
    this.#atMs = nowMs
    return Math.max(0, Math.ceil(this.#debtMs - atOnce * thenEveryMs))
  }

  debtMs(nowMs: number): number {
    return Math.max(0, this.#debtMs - (nowMs - this.#atMs))
  }
}

/** A bucket of the same rate for each key. */
export class BucketTable {
  readonly #rate: Rate
  readonly #buckets = new Map<string, Bucket>()
  #sweepAt = bucketsBeforeSweepMin

  constructor(rate: Rate) {
    this.#rate = rate
  }

  get size(): number {
    return this.#buckets.size
  }

  /** As `Bucket.take`. */
  take(key: string, nowMs: number, tokens = 1): number {
    return (this.#buckets.get(key) ?? this.#add(key, nowMs)).take(this.#rate, nowMs, tokens)
  }

  giveBack(key: string): void {
    this.#buckets.get(key)?.giveBack(this.#rate)
  }

  /** As `Bucket.charge`. */
  charge(key: string, nowMs: number, tokens: number): number {
    return (this.#buckets.get(key) ?? this.#add(key, nowMs)).charge(this.#rate, nowMs, tokens)
  }

  #add(key: string, nowMs: number): Bucket {
    if (this.#buckets.size >= this.#sweepAt) this.#sweep(nowMs)
    const bucket = new Bucket()
    this.#buckets.set(key, bucket)
    return bucket
  }

  /** Scans all buckets, and leaves so few that the additions until the next scan pay for it. */
  #sweep(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.debtMs(nowMs) === 0) this.#buckets.delete(key)
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= bucketsKept) break
      this.#buckets.delete(key)
    }
    this.#sweepAt = Math.min(bucketsMax, Math.max(bucketsBeforeSweepMin, 2 * this.#buckets.size))
  }
}

/** Whether something has happened `max` times within `windowMs`, exactly. */
export class Recent {
  readonly #windowMs: number
  readonly #timesMs: Float64Array
  #next = 0

  constructor(max: number, windowMs: number) {
    this.#windowMs = windowMs
    this.#timesMs = new Float64Array(max).fill(-Infinity)
  }

  /** Counts one more. Returns whether it reaches the number. */
  add(nowMs: number): boolean {
    this.#timesMs[this.#next] = nowMs
    this.#next = (this.#next + 1) % this.#timesMs.length
    // The time of the oldest of the last `max`.
    const oldestMs = this.#timesMs[this.#next] ?? -Infinity
    return nowMs - oldestMs <= this.#windowMs
  }
}

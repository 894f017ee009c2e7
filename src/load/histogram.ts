/**
 * Latencies as an HDR histogram: any number of them in bounded memory, every
 * percentile to three significant digits.
 *
 * The histogram is the runtime's own (HdrHistogram_c behind `node:perf_hooks`),
 * so it is there in a compiled binary too, and costs no dependency.
 */
import { createHistogram } from "node:perf_hooks"

export interface Percentiles {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

const microsecondsMax = 3_600_000_000

export class Latencies {
  // Whole microseconds, at least one: the histogram takes neither fractions nor zero.
  readonly #histogram = createHistogram({ lowest: 1, highest: microsecondsMax, figures: 3 })

  record(ms: number): void {
    this.#histogram.record(Math.min(microsecondsMax, Math.max(1, Math.round(ms * 1_000))))
  }

  /** All zero if nothing was recorded. */
  percentiles(): Percentiles {
    const { count, max } = this.#histogram
    const ms = (percentile: number) => (count === 0 ? 0 : this.#histogram.percentile(percentile) / 1_000)
    return { count, p50Ms: ms(50), p99Ms: ms(99), p999Ms: ms(99.9), maxMs: count === 0 ? 0 : max / 1_000 }
  }
}

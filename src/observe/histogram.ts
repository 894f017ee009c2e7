/** Counts times below each of a few bounds, as Prometheus does: fixed memory, some nanoseconds each. */
export class Histogram {
  /** Seconds, growing. */
  readonly bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  add(seconds: number): void {
    let index = 0
    for (const bound of this.bounds) {
      if (seconds <= bound) break
      index++
    }
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#sum += seconds
  }

  get sum(): number {
    return this.#sum
  }

  /** For each bound, and without a bound: how many were at most that long. */
  cumulative(): number[] {
    let sum = 0
    return this.#counts.map((count) => (sum += count))
  }
}

/** From a fast disk to a broken one. */
export const diskBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

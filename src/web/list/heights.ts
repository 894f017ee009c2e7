/**
 * The heights of rows in a long list: measured where they were drawn, estimated elsewhere.
 *
 * Sums are exact near the row they start from; far outside the view a row counts with the
 * average height, so a hundred thousand rows cost no more than a thousand.
 */
export interface Rows {
  readonly count: number
  /** A key belongs to one row for ever. */
  readonly keyAt: (row: number) => string
  /** The estimated height of a row until it is measured. */
  readonly estimateAt: (row: number) => number
  /**
   * Spaces: rows that stand for many others that are not loaded. They are as high as those would be, and never
   * measured.
   */
  readonly spaces: readonly number[]
  /** The number of rows that a space stands for. */
  readonly spanAt: (row: number) => number
}

const nearRows = 1_000
const assumedHeight = 60
/** Browsers cannot scroll further than 17 million pixels. */
const spaceHeightMax = 5_000_000

export class Heights {
  #rows: Rows = { count: 0, keyAt: String, estimateAt: () => assumedHeight, spaces: [], spanAt: () => 1 }
  readonly #measured = new Map<string, number>()
  readonly #guessed = new Map<string, number>()
  #sum = 0

  get rows(): Rows {
    return this.#rows
  }

  /** Rows with known keys keep their heights. */
  become(rows: Rows): void {
    this.#rows = rows
  }

  /** The width has changed, and with it every height. */
  forget(): void {
    this.#measured.clear()
    this.#guessed.clear()
    this.#sum = 0
  }

  isSpace(row: number): boolean {
    return this.#rows.spaces.includes(row)
  }

  /** Returns whether the height has changed. */
  measure(row: number, height: number): boolean {
    const key = this.#rows.keyAt(row)
    const before = this.#measured.get(key)
    if (before === height) return false
    this.#sum += height - (before ?? 0)
    this.#measured.set(key, height)
    return true
  }

  of(row: number): number {
    if (this.isSpace(row)) return Math.round(Math.min(spaceHeightMax, this.#rows.spanAt(row) * this.#typical))
    const key = this.#rows.keyAt(row)
    const known = this.#measured.get(key) ?? this.#guessed.get(key)
    if (known !== undefined) return known
    const guess = this.#rows.estimateAt(row)
    this.#guessed.set(key, guess)
    return guess
  }

  /** The height of all rows before this one. */
  above(row: number): number {
    const near = Math.max(0, row - nearRows)
    return this.#sumOf(near, row) + this.#roughly(0, near)
  }

  /** The height of all rows after this one. */
  below(row: number): number {
    const { count } = this.#rows
    const near = Math.min(count, row + 1 + nearRows)
    return this.#sumOf(row + 1, near) + this.#roughly(near, count)
  }

  /** The row with that key, searched from where it was last. */
  find(key: string, near: number): number | undefined {
    const { count, keyAt } = this.#rows
    for (let distance = 0; near - distance >= 0 || near + distance < count; distance++) {
      const [after, before] = [near + distance, near - distance]
      if (after >= 0 && after < count && keyAt(after) === key) return after
      if (before >= 0 && before < count && keyAt(before) === key) return before
    }
    return undefined
  }

  get #typical(): number {
    return this.#measured.size > 0 ? this.#sum / this.#measured.size : assumedHeight
  }

  #sumOf(from: number, to: number): number {
    let sum = 0
    for (let row = from; row < to; row++) sum += this.of(row)
    return sum
  }

  #roughly(from: number, to: number): number {
    const spaces = this.#rows.spaces.filter((row) => row >= from && row < to)
    return spaces.reduce((sum, row) => sum + this.of(row), (to - from - spaces.length) * this.#typical)
  }
}

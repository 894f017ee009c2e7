/**
 * Where the rows of a long list are, measured from its end.
 *
 * A chat is read from its end upward, so what is above has never been seen and may be
 * guessed, and what is below was. Positions are summed up from the end only as far as
 * somebody looks: a hundred thousand rows above cost nothing.
 */
export interface Rows {
  readonly count: number
  /** Rows are counted from the end: 0 is the last one. A key is a row's own for ever. */
  readonly keyAt: (fromEnd: number) => string
  /** What a row is guessed to be high until it is measured. */
  readonly estimateAt: (fromEnd: number) => number
}

const typicalHeight = 40

export class Heights {
  #rows: Rows = { count: 0, keyAt: String, estimateAt: () => typicalHeight }
  /** By key: what was measured, or else guessed. */
  readonly #known = new Map<string, number>()
  /** Of all that is known. */
  #sum = 0
  /** The distance from the end of the list to the lower edge of each row, as far as it was needed. */
  #edges: number[] = [0]
  /** The keys of the rows between these edges. */
  #keys: string[] = []

  get rows(): Rows {
    return this.#rows
  }

  /** Takes other rows. Those with the keys of before keep their heights, and as long as they follow each other their places. */
  become(rows: Rows): void {
    this.#rows = rows
    const sameUpTo = this.#keys.findIndex((key, row) => row >= rows.count || rows.keyAt(row) !== key)
    if (sameUpTo !== -1) this.#truncate(sameUpTo)
  }

  /** The width has changed, and with it every height. */
  forget(): void {
    this.#known.clear()
    this.#sum = 0
    this.#truncate(0)
  }

  /** Whether that was news. */
  measure(fromEnd: number, height: number): boolean {
    const key = this.#rows.keyAt(fromEnd)
    if (this.#known.get(key) === height) return false
    this.#know(key, height)
    this.#truncate(fromEnd)
    return true
  }

  /** The lower edge of a row, or of what would follow the first one. */
  edge(fromEnd: number): number {
    const wanted = Math.min(fromEnd, this.#rows.count)
    for (let row = this.#keys.length; row < wanted; row++) {
      const key = this.#rows.keyAt(row)
      this.#keys.push(key)
      this.#edges.push((this.#edges[row] ?? 0) + this.#heightOf(key, row))
    }
    return this.#edges[wanted] ?? 0
  }

  /** The row that is this far from the end. */
  rowAt(distance: number): number {
    const last = this.#rows.count - 1
    while (this.#edges.length <= last && (this.#edges.at(-1) ?? 0) <= distance) this.edge(this.#edges.length)
    let low = 0
    let high = Math.min(this.#edges.length - 1, last)
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#edges[middle] ?? 0) <= distance) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The row of that key; looked for around where it was last. */
  find(key: string, near: number): number | undefined {
    const { count, keyAt } = this.#rows
    for (let distance = 0; distance < count; distance++) {
      if (near + distance < count && keyAt(near + distance) === key) return near + distance
      if (near - distance >= 0 && near - distance < count && keyAt(near - distance) === key) return near - distance
      if (near + distance >= count && near - distance < 0) return undefined
    }
    return undefined
  }

  /** Of the whole list; what nobody looked at is taken to be like the rest. */
  total(): number {
    const placed = this.#keys.length
    const typical = this.#known.size > 0 ? this.#sum / this.#known.size : typicalHeight
    return (this.#edges[placed] ?? 0) + (this.#rows.count - placed) * typical
  }

  #heightOf(key: string, fromEnd: number): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const guessed = this.#rows.estimateAt(fromEnd)
    this.#know(key, guessed)
    return guessed
  }

  #know(key: string, height: number): void {
    this.#sum += height - (this.#known.get(key) ?? 0)
    this.#known.set(key, height)
  }

  #truncate(count: number): void {
    this.#keys.length = Math.min(this.#keys.length, count)
    this.#edges.length = this.#keys.length + 1
  }
}

/**
 * A set of revs, kept as ranges: a client that missed nothing costs one range
 * however long it listens.
 *
 * Invariant: the ranges are sorted, inclusive, and no two of them touch.
 */
export class RevSet {
  readonly #from: number[] = []
  readonly #to: number[] = []

  add(rev: number): void {
    const last = this.#to.length - 1
    if (last >= 0 && this.#to[last] === rev - 1) this.#to[last] = rev
    else this.#insert(rev)
  }

  has(rev: number): boolean {
    const at = this.#rangeAt(rev)
    return at < this.#to.length && (this.#from[at] as number) <= rev
  }

  /** What is not in the set, from above `above` up to `upto`, inclusive. */
  *missing(above: number, upto: number): Generator<number> {
    let rev = above + 1
    for (let at = this.#rangeAt(rev); rev <= upto; at++) {
      const from = this.#from[at] ?? upto + 1
      for (; rev < from && rev <= upto; rev++) yield rev
      rev = Math.max(rev, (this.#to[at] ?? upto) + 1)
    }
  }

  #insert(rev: number): void {
    const at = this.#rangeAt(rev)
    if (at < this.#to.length && (this.#from[at] as number) <= rev) return
    const touchesBefore = this.#to[at - 1] === rev - 1
    const touchesAfter = this.#from[at] === rev + 1
    if (touchesBefore && touchesAfter) {
      this.#to.splice(at - 1, 1)
      this.#from.splice(at, 1)
    } else if (touchesBefore) this.#to[at - 1] = rev
    else if (touchesAfter) this.#from[at] = rev
    else {
      this.#from.splice(at, 0, rev)
      this.#to.splice(at, 0, rev)
    }
  }

  /** The first range that does not end below `rev`. */
  #rangeAt(rev: number): number {
    let low = 0
    let high = this.#to.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#to[middle] as number) < rev) low = middle + 1
      else high = middle
    }
    return low
  }
}

/**
 * Where rows are on a canvas, relative to one of them.
 *
 * Everything is placed around an anchor: a visible row whose lower edge therefore stays
 * where it is. Measuring, inserting or removing rows elsewhere moves what is beyond them,
 * never the anchor, so the browser's scroll position is left alone. The price: the top of
 * the list drifts away from the top of the canvas. It is moved back when nothing scrolls.
 */
import { Heights, type Rows } from "./heights.ts"

export interface View {
  readonly top: number
  readonly height: number
}

/** Consecutive rows, from the upper edge of the first to the lower edge of the last. */
interface Range {
  readonly low: number
  readonly high: number
  readonly top: number
  readonly bottom: number
}

interface Anchor {
  readonly key: string
  readonly row: number
  readonly bottom: number
}

/** Free space below the last row. */
export const endSpacePx = 12

export class Layout {
  readonly heights = new Heights()
  #anchor: Anchor | undefined

  get anchor(): Anchor | undefined {
    return this.#anchor
  }

  /** The canvas ends where the last row does. */
  get height(): number {
    if (this.#anchor === undefined) return 0
    return Math.ceil(this.#anchor.bottom + this.heights.below(this.#anchor.row)) + endSpacePx
  }

  /** Replaces the rows. If the anchor is gone, the nearest row becomes the anchor. */
  become(rows: Rows): void {
    this.heights.become(rows)
    const { key, row: near, bottom } = this.#anchor ?? { key: "", row: 0, bottom: 0 }
    const row = this.heights.find(key, near) ?? Math.min(near, rows.count - 1)
    this.#anchor = rows.count === 0 ? undefined : { key: rows.keyAt(row), row, bottom }
  }

  /** Moves a row's lower edge there, and everything else around it. */
  place(row: number, bottom: number): void {
    this.#anchor = { key: this.heights.rows.keyAt(row), row, bottom }
  }

  /** The upper edge of a row, or of a row after the last. */
  topOf(row: number): number {
    if (this.#anchor === undefined) return 0
    let { row: at, bottom } = this.#anchor
    let top = bottom - this.heights.of(at)
    for (; at > row; at--) top -= this.heights.of(at - 1)
    for (; at < row; at++) top += this.heights.of(at)
    return top
  }

  /** The rows between two heights on the canvas. */
  range(from: number, to: number): Range {
    const last = this.heights.rows.count - 1
    if (this.#anchor === undefined) return { low: 0, high: -1, top: 0, bottom: 0 }
    let low = this.#anchor.row
    let top = this.#anchor.bottom - this.heights.of(low)
    while (top > from && low > 0) top -= this.heights.of(--low)
    while (low < last && top + this.heights.of(low) <= from) top += this.heights.of(low++)
    let high = low
    let bottom = top + this.heights.of(low)
    while (bottom < to && high < last) bottom += this.heights.of(++high)
    return { low, high, top, bottom }
  }

  /** Makes the last row the anchor. */
  holdEnd(bottom = this.topOf(this.heights.rows.count)): void {
    const { count } = this.heights.rows
    if (count > 0) this.place(count - 1, bottom)
  }

  /** Makes the first visible row the anchor, if there is one that is not a space. */
  hold({ top, height }: View): void {
    const range = this.range(top, top + height)
    let bottom = range.top
    for (let row = range.low; row <= range.high; row++) {
      bottom += this.heights.of(row)
      if (this.heights.isSpace(row) || bottom <= top) continue
      if (row !== this.#anchor?.row) this.place(row, bottom)
      return
    }
  }

  /**
   * How far everything must move down so that the list begins where the canvas does, or ends with the view if it is
   * shorter.
   */
  drift(view: View): number {
    if (this.#anchor === undefined) return 0
    const { row, bottom } = this.#anchor
    const toBottom = this.heights.above(row) + this.heights.of(row)
    const total = toBottom + this.heights.below(row) + endSpacePx
    return Math.round(Math.max(0, view.height - total) + toBottom - bottom)
  }

  move(distance: number): void {
    if (this.#anchor) this.#anchor = { ...this.#anchor, bottom: this.#anchor.bottom + distance }
  }
}

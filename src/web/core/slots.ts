/**
 * The rows of a room and what stands between them, as a list counts them from its top: the beginning of the room or the
 * gap before the first message, the messages with gaps between them, and what waits to be sent.
 */
import { type Gap, spanOf } from "./gaps.ts"
import { keyOf, type RowSource, rowCount } from "./rows.ts"

export type Slot =
  | { readonly kind: "beginning" }
  | { readonly kind: "gap"; readonly gap: Gap }
  /** The index is that of `rowAt`. */
  | { readonly kind: "row"; readonly index: number }

export class Slots {
  readonly count: number
  /** Positions of gaps. */
  readonly gaps: readonly number[]
  readonly #source: RowSource
  readonly #hasBeginning: boolean

  constructor(source: RowSource, indexAfter: (seq: number) => number) {
    this.#source = source
    this.#hasBeginning = source.gaps[0]?.after !== 0
    const first = this.#hasBeginning ? 1 : 0
    this.gaps = source.gaps.map(({ after }, gapsBefore) => first + indexAfter(after) + gapsBefore)
    this.count = first + this.gaps.length + rowCount(source)
  }

  at(slot: number): Slot {
    if (slot === 0 && this.#hasBeginning) return { kind: "beginning" }
    const gap = this.#source.gaps[this.gaps.indexOf(slot)]
    return gap ? { kind: "gap", gap } : { kind: "row", index: this.#indexAt(slot) }
  }

  keyAt(slot: number): string {
    const at = this.at(slot)
    return at.kind === "row" ? keyOf(this.#source, at.index) : at.kind === "gap" ? `gap ${at.gap.after}` : "beginning"
  }

  /** The position of a row. */
  ofRow(index: number): number {
    let slot = index + (this.#hasBeginning ? 1 : 0)
    for (const gap of this.gaps) if (gap <= slot) slot++
    return slot
  }

  /** The largest number of messages in a gap; 1 for everything else. */
  spanAt(slot: number): number {
    const at = this.at(slot)
    return at.kind === "gap" ? spanOf(at.gap) : 1
  }

  #indexAt(slot: number): number {
    const gapsBefore = this.gaps.findLastIndex((gap) => gap < slot) + 1
    return slot - gapsBefore - (this.#hasBeginning ? 1 : 0)
  }
}

/**
 * How far people have read, until it is on disk: in memory for a moment, and written
 * together, so that reading costs no write of its own. A crash loses what is in here.
 *
 * Whoever asks the store meanwhile hands in what is kept, so nothing is seen to go back.
 * A mark is let go of once that very one is stored.
 */
import { limits } from "../contract/limits.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { Marks as MarksOfUser } from "./rules/found.ts"
import type { Mark } from "./rules/my-rooms.ts"

/** Of one command: what it writes is not felt by what waits behind it. */
const marksAtOnce = 256

const none: MarksOfUser = new Map()

export class Marks {
  readonly #kept = new Map<UserId, Map<RoomId, number>>()
  #size = 0
  #takenMs = -Infinity
  #isWriting = false

  /** Marks that are kept. */
  get size(): number {
    return this.#size
  }

  of(userId: UserId): MarksOfUser {
    return this.#kept.get(userId) ?? none
  }

  /** Never back. */
  add({ roomId, userId, seq }: Mark): void {
    const marks = this.#kept.get(userId) ?? new Map<RoomId, number>()
    const before = marks.get(roomId)
    if (before !== undefined && before >= seq) return
    if (before === undefined) this.#size++
    this.#kept.set(userId, marks.set(roomId, seq))
  }

  all(): readonly Mark[] {
    return [...this.#all()]
  }

  /** Those that are to be written now: none while some are being written, or before it is time. */
  take(nowMs: number): readonly Mark[] {
    const isTime = nowMs - this.#takenMs >= limits.readsKeptMs || this.#size >= marksAtOnce
    if (this.#isWriting || this.#size === 0 || !isTime) return []
    this.#takenMs = nowMs
    this.#isWriting = true
    return [...this.#all().take(marksAtOnce)]
  }

  /** They were written, or not: then they are taken again. */
  taken(marks: readonly Mark[], isWritten: boolean): void {
    this.#isWriting = false
    if (isWritten) for (const mark of marks) this.#forget(mark)
  }

  #forget({ roomId, userId, seq }: Mark): void {
    const marks = this.#kept.get(userId)
    if (marks?.get(roomId) !== seq) return
    marks.delete(roomId)
    this.#size--
    if (marks.size === 0) this.#kept.delete(userId)
  }

  *#all(): Generator<Mark> {
    for (const [userId, marks] of this.#kept) for (const [roomId, seq] of marks) yield { roomId, userId, seq }
  }
}

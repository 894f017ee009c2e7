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
/** Until another server has surely stored what it told. */
const heardMs = 5_000

type MarksOfUsers = Map<UserId, Map<RoomId, number>>

export class Marks {
  readonly #kept: MarksOfUsers = new Map()
  /** Of other servers, which store them: told lately, and in the time before. */
  #heard: MarksOfUsers = new Map()
  #heardBefore: MarksOfUsers = new Map()
  #heardSinceMs = -Infinity
  #size = 0
  #takenMs = -Infinity
  #isWriting = false

  /** Marks that are kept, to be written here. */
  get size(): number {
    return this.#size
  }

  /** Those of a user, wherever they were made. */
  of(userId: UserId): MarksOfUser {
    const found = new Map<RoomId, number>()
    for (const marks of [this.#kept, this.#heard, this.#heardBefore])
      for (const [roomId, seq] of marks.get(userId) ?? []) found.set(roomId, Math.max(seq, found.get(roomId) ?? 0))
    return found
  }

  /** Never back. */
  add(mark: Mark): void {
    if (raise(this.#kept, mark)) this.#size++
  }

  /** Another server keeps it: whoever asks here hands it in too, until it is stored there. */
  hear(mark: Mark): void {
    raise(this.#heard, mark)
  }

  all(): readonly Mark[] {
    return [...this.#all()]
  }

  /** Those that are to be written now: none while some are being written, or before it is time. */
  take(nowMs: number): readonly Mark[] {
    this.#forgetHeard(nowMs)
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

  #forgetHeard(nowMs: number): void {
    if (nowMs - this.#heardSinceMs < heardMs) return
    this.#heardSinceMs = nowMs
    this.#heardBefore = this.#heard
    this.#heard = new Map()
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

/** Whether there was none of the user in the room. */
function raise(all: MarksOfUsers, { roomId, userId, seq }: Mark): boolean {
  const marks = all.get(userId) ?? new Map<RoomId, number>()
  const before = marks.get(roomId)
  if (before === undefined || before < seq) all.set(userId, marks.set(roomId, seq))
  return before === undefined
}

/**
 * How far people have read, kept in memory for a moment and then written together, so that
 * reading causes no write of its own. A crash loses what is in here.
 *
 * Whoever asks the store meanwhile passes in what is kept here, so nothing seems to go
 * back. A mark is dropped once that very mark is stored.
 */
import { limits } from "../contract/limits.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { Marks as MarksOfUser } from "./rules/found.ts"
import type { Mark } from "./rules/my-rooms.ts"

/** Marks in one command: few enough that the commands behind it do not notice. */
const marksAtOnce = 256
/** How long another server may take to store what it told. */
const heardMs = 5_000

type MarksOfUsers = Map<UserId, Map<RoomId, number>>

export class Marks {
  readonly #kept: MarksOfUsers = new Map()
  /** Marks that other servers store: those told lately, and those of the period before. */
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

  /** The marks of a user, made on any server. */
  of(userId: UserId): MarksOfUser {
    const found = new Map<RoomId, number>()
    for (const marks of [this.#kept, this.#heard, this.#heardBefore])
      for (const [roomId, seq] of marks.get(userId) ?? []) found.set(roomId, Math.max(seq, found.get(roomId) ?? 0))
    return found
  }

  /** Never moves back. */
  add(mark: Mark): void {
    if (raise(this.#kept, mark)) this.#size++
  }

  /** Another server stores it. Until then, whoever asks here passes it in too. */
  hear(mark: Mark): void {
    raise(this.#heard, mark)
  }

  all(): readonly Mark[] {
    return [...this.#all()]
  }

  /** The marks to write now. None while others are being written, or before it is time. */
  take(nowMs: number): readonly Mark[] {
    this.#forgetHeard(nowMs)
    const isTime = nowMs - this.#takenMs >= limits.readsKeptMs || this.#size >= marksAtOnce
    if (this.#isWriting || this.#size === 0 || !isTime) return []
    this.#takenMs = nowMs
    this.#isWriting = true
    return [...this.#all().take(marksAtOnce)]
  }

  /** They were written; or they failed, and are taken again later. */
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

/** Returns whether the user had none in the room. */
function raise(all: MarksOfUsers, { roomId, userId, seq }: Mark): boolean {
  const marks = all.get(userId) ?? new Map<RoomId, number>()
  const before = marks.get(roomId)
  if (before === undefined || before < seq) all.set(userId, marks.set(roomId, seq))
  return before === undefined
}

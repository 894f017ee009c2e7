/**
 * What is unread, counted the naive way: a list of messages, and how far each reader has read, by two devices of whom
 * the store has heard only in part. The store must find the same, whatever is done in one go.
 */
import fc from "fast-check"
import type { Command } from "../../src/chat/rules/rules.ts"
import type { MessageId, RoomId, UserId } from "../../src/contract/values.ts"
import { newMessageId, user } from "../support/ids.ts"

export const writer = user("ann")
export const readers = [user("bob"), user("cleo")] as const
const people = [writer, ...readers]

export interface Step {
  readonly kind: "send" | "edit" | "delete" | "read" | "keep"
  readonly who: number
  /** Which of the messages that there have been; for a reader, up to which `seq`. */
  readonly which: number
  readonly isForBob: boolean
  readonly isForAll: boolean
  readonly isReply: boolean
}

/** Steps that are taken in one go. */
export const readings: fc.Arbitrary<Step[][]> = fc.array(
  fc.array(
    fc.record({
      kind: fc.constantFrom("send", "send", "send", "edit", "delete", "read", "read", "keep"),
      who: fc.nat(people.length - 1),
      which: fc.nat(9),
      isForBob: fc.boolean(),
      isForAll: fc.boolean(),
      isReply: fc.boolean(),
    }) as fc.Arbitrary<Step>,
    { minLength: 1, maxLength: 6 },
  ),
  { maxLength: 6 },
)

interface Said {
  readonly id: MessageId
  readonly seq: number
  readonly by: UserId
  readonly answers: UserId | undefined
  isForBob: boolean
  isForAll: boolean
  isDeleted: boolean
}

export class UnreadModel {
  readonly #roomId: RoomId
  readonly #said: Said[] = []
  /** What the store was told, and what was read since, on whatever device. */
  readonly #stored = new Map<UserId, number>()
  readonly #marks = new Map<UserId, number>()
  #rev = 0

  constructor(roomId: RoomId) {
    this.#roomId = roomId
  }

  /** What the server would hand in. */
  marksOf(userId: UserId): ReadonlyMap<RoomId, number> {
    const mark = this.#marks.get(userId)
    return new Map(mark === undefined ? [] : [[this.#roomId, mark]])
  }

  /** The command for a step; none where there is nothing to be done. */
  take(step: Step): Command | undefined {
    const userId = people[step.who] ?? writer
    const place = { roomId: this.#roomId, userId, at: 0 }
    const target = this.#said[step.which % Math.max(1, this.#said.length)]
    const asked = { mentions: step.isForBob ? [readers[0]] : [], mentionsRoom: step.isForAll }
    switch (step.kind) {
      case "send": {
        const original = step.isReply && target && !target.isDeleted ? target : undefined
        const said = this.#send(userId, step, original?.by)
        const reply = original && { replyTo: original.id }
        return { ...place, kind: "send", id: said.id, chosen: true, type: "text", content: "new", ...asked, ...reply }
      }
      case "edit": {
        if (target === undefined || target.isDeleted) return undefined
        this.#rev++
        Object.assign(target, { isForBob: step.isForBob, isForAll: step.isForAll })
        return { ...place, ...asked, kind: "edit", userId: target.by, id: target.id, content: `rev ${this.#rev}` }
      }
      case "delete": {
        if (target === undefined || target.isDeleted) return undefined
        this.#rev++
        target.isDeleted = true
        return { ...place, kind: "delete", userId: target.by, id: target.id }
      }
      case "read": {
        const marked = this.#marks.get(userId) ?? 0
        this.#marks.set(userId, Math.max(marked, Math.min(step.which, this.#rev)))
        return { ...place, kind: "markRead", seq: step.which, marked }
      }
      case "keep":
        return this.#keep()
    }
  }

  /** How the room stands for one of them. */
  standing(userId: UserId) {
    const readSeq = Math.max(this.#stored.get(userId) ?? 0, this.#marks.get(userId) ?? 0)
    const unread = this.#said.filter(({ seq, by, isDeleted }) => seq > readSeq && by !== userId && !isDeleted)
    const mentions = unread.filter(
      ({ isForBob, isForAll, answers }) => isForAll || (isForBob && userId === readers[0]) || answers === userId,
    )
    return { rev: this.#rev, readSeq, unread: unread.length, mentions: mentions.length }
  }

  #send(by: UserId, { isForBob, isForAll }: Step, answers: UserId | undefined): Said {
    const seq = ++this.#rev
    const said = { id: newMessageId(), seq, by, answers, isForBob, isForAll, isDeleted: false }
    this.#said.push(said)
    this.#stored.set(by, seq)
    return said
  }

  #keep(): Command {
    const marks = [...this.#marks].map(([userId, seq]) => ({ roomId: this.#roomId, userId, seq }))
    for (const { userId, seq } of marks) this.#stored.set(userId, Math.max(seq, this.#stored.get(userId) ?? 0))
    this.#marks.clear()
    return { kind: "keepMarks", marks }
  }
}

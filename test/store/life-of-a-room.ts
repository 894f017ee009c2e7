/**
 * The life of a room against a short model of it: whatever several people send, answer,
 * edit, delete and react to, one by one or in one go, each is answered as the model says,
 * and pages show what the model has.
 */
import fc from "fast-check"
import type { Command } from "../../src/chat/rules/rules.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { Message } from "../../src/contract/messages.ts"
import type { MessageId, RoomId, UserId } from "../../src/contract/values.ts"
import { newMessageId, user } from "../support/ids.ts"

export const people = [user("ann"), user("bob"), user("cem")] as const
const emoji = ["👍", "🎉"] as const

export interface Step {
  readonly kind: "send" | "edit" | "delete" | "react"
  readonly who: number
  /** Which of the messages that there have been, deleted or not. */
  readonly which: number
  readonly text: string
  readonly isOn: boolean
  /** Of what is sent: whether it answers that message. */
  readonly isReply: boolean
}

/** Steps that are taken in one go. */
export const lives = fc.array(
  fc.array(
    fc.record({
      kind: fc.constantFrom("send", "send", "edit", "delete", "react", "react"),
      who: fc.nat(people.length - 1),
      which: fc.nat(5),
      text: fc.constantFrom("a", "b"),
      isOn: fc.boolean(),
      isReply: fc.boolean(),
    }) as fc.Arbitrary<Step>,
    { minLength: 1, maxLength: 6 },
  ),
  { maxLength: 8 },
)

interface Said {
  readonly id: MessageId
  readonly seq: number
  readonly author: UserId
  readonly replyTo: Said | undefined
  rev: number
  text: string
  isDeleted: boolean
  reactions: { emoji: string; users: UserId[] }[]
}

export class Model {
  readonly #roomId: RoomId
  readonly #said: Said[] = []
  rev = 0

  constructor(roomId: RoomId) {
    this.#roomId = roomId
  }

  /** The command for a step, and what it must come to: a code, or the message as it is then. */
  take(step: Step): { readonly command: Command; readonly expected: unknown } {
    const userId = people[step.who] ?? people[0]
    const place = { roomId: this.#roomId, userId, at: 0 }
    const target = this.#said[step.which % Math.max(1, this.#said.length)]
    const id = target?.id ?? newMessageId()
    switch (step.kind) {
      case "send": {
        const replyTo = step.isReply ? id : undefined
        const own = newMessageId()
        const command = {
          ...place,
          kind: "send",
          id: own,
          chosen: true,
          type: "text",
          content: step.text,
          replyTo,
        } as const
        return { command, expected: this.#send(own, userId, step, target) }
      }
      case "edit":
        return {
          command: { ...place, kind: "edit", id, content: step.text },
          expected: this.#edit(userId, step, target),
        }
      case "delete":
        return { command: { ...place, kind: "delete", id }, expected: this.#delete(userId, target) }
      case "react": {
        const one = emoji[step.text === "a" ? 0 : 1]
        const command = { ...place, kind: "react", id, emoji: one, isOn: step.isOn } as const
        return { command, expected: this.#react(userId, one, step.isOn, target) }
      }
    }
  }

  /** In the order of `seq`, what is there; or of `rev`, all of it. */
  present(): unknown[] {
    return this.#said.filter(({ isDeleted }) => !isDeleted).map(shown)
  }

  changes(): unknown[] {
    return this.#said.toSorted((a, b) => a.rev - b.rev).map(shown)
  }

  #send(id: MessageId, author: UserId, { text, isReply }: Step, target: Said | undefined): unknown {
    if (isReply && (target === undefined || target.isDeleted)) return "ERR_NOT_FOUND"
    const seq = ++this.rev
    const replyTo = isReply ? target : undefined
    const said: Said = { id, seq, rev: seq, author, replyTo, text, isDeleted: false, reactions: [] }
    this.#said.push(said)
    return shown(said)
  }

  #edit(userId: UserId, { text }: Step, target: Said | undefined): unknown {
    if (target === undefined || target.isDeleted) return "ERR_NOT_FOUND"
    if (target.author !== userId) return "ERR_FORBIDDEN"
    return this.#changed(target, target.text !== text, () => {
      target.text = text
    })
  }

  #delete(userId: UserId, target: Said | undefined): unknown {
    if (target === undefined) return "ERR_NOT_FOUND"
    if (target.author !== userId) return "ERR_FORBIDDEN"
    return this.#changed(target, !target.isDeleted, () => {
      Object.assign(target, { text: "", isDeleted: true, reactions: [] })
    })
  }

  #react(userId: UserId, emoji: string, isOn: boolean, target: Said | undefined): unknown {
    if (target === undefined || target.isDeleted) return "ERR_NOT_FOUND"
    const one = target.reactions.find((reaction) => reaction.emoji === emoji)
    return this.#changed(target, (one?.users.includes(userId) ?? false) !== isOn, () => {
      if (!isOn) target.reactions = target.reactions.map((r) => (r === one ? without(r, userId) : r)).filter(hasUsers)
      else if (one === undefined) target.reactions = [...target.reactions, { emoji, users: [userId] }]
      else one.users.push(userId)
    })
  }

  #changed(target: Said, isOther: boolean, change: () => void): unknown {
    if (isOther) {
      change()
      target.rev = ++this.rev
    }
    return shown(target)
  }
}

const without = ({ emoji, users }: Said["reactions"][number], gone: UserId) => {
  return { emoji, users: users.filter((one) => one !== gone) }
}
const hasUsers = ({ users }: Said["reactions"][number]) => users.length > 0

function shown({ seq, rev, author, text, isDeleted, reactions, replyTo }: Said) {
  const quote = replyTo && { seq: replyTo.seq, text: replyTo.text, isDeleted: replyTo.isDeleted }
  return { seq, rev, author, text, isDeleted, quote, reactions: reactions.map(({ emoji, users }) => [emoji, ...users]) }
}

/** What a store came to, in the words of the model. */
export function seen(outcome: { readonly message: Message } | ChatError): unknown {
  return outcome instanceof ChatError ? outcome.code : seenMessage(outcome.message)
}

export function seenMessage({ seq, rev, userId, content, deletedAt, reactions = [], replyTo }: Message): unknown {
  const quote = replyTo && { seq: replyTo.seq, text: replyTo.excerpt, isDeleted: replyTo.isDeleted ?? false }
  const isDeleted = deletedAt !== undefined
  const shown = reactions.map(({ emoji, userIds }) => [emoji, ...userIds])
  return { seq, rev, author: userId, text: content, isDeleted, quote, reactions: shown }
}

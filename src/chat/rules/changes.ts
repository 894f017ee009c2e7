/**
 * What becomes of a message: each change takes the room's next number and moves the room
 * nowhere. What is already as it is asked for changes nothing.
 */
import type { MessageChange } from "../../contract/changes.ts"
import { ChatError } from "../../contract/errors.ts"
import type { Message } from "../../contract/messages.ts"
import type { MessageId, RoomId, UserId } from "../../contract/values.ts"
import { messageOf, seenBy } from "./message-view.ts"
import { knownMessage, notIn, numberChange, presentMessage } from "./messages.ts"
import { reactionsAfter } from "./reactions.ts"
import { type Numbered, numbered, type Rule } from "./rule.ts"
import type { MessageRecord, WorkingSet } from "./working-set.ts"

interface OneMessage {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly id: MessageId
  readonly at: number
}

export interface Edit extends OneMessage {
  readonly kind: "edit"
  readonly content: string
}

export interface Delete extends OneMessage {
  readonly kind: "delete"
}

export interface React extends OneMessage {
  readonly kind: "react"
  readonly emoji: string
  readonly isOn: boolean
}

/** ERR_NOT_IN_ROOM, ERR_NOT_FOUND, ERR_FORBIDDEN. */
export interface Changed {
  /** The same for everybody. */
  readonly message: Message
  /** As who asked sees it. */
  readonly seen: Message
  /** Absent where nothing was changed, and nobody is told. */
  readonly change: MessageChange | undefined
  /** Its turn in the room came before: said by a store that several servers share. */
  readonly isTold?: true
}

const needsOf = ({ roomId, id }: OneMessage) => ({ rooms: [roomId], messages: [id] })

const edit: Rule<Edit, Changed> = {
  needs: needsOf,
  writes: (set, { id, content }) => isOther(set.message(id), (message) => message.content !== content),
  apply: (set, command) => {
    const { userId, content, at } = command
    const message = presentIn(set, command)
    if (message instanceof ChatError) return message
    if (message.author.id !== userId) return forbidden("Only who wrote a message may edit it.")
    if (message.type !== "text") return forbidden("Only a text can be edited.")
    if (message.content === content) return unchanged(set, message, userId)
    const editedAt = Math.max(at, message.createdAt)
    const change = { change: "edit", userId } as const
    return told(set, changed(set, { ...message, content, extra: { ...message.extra, editedAt, change } }), change)
  },
}

const remove: Rule<Delete, Changed> = {
  needs: needsOf,
  writes: (set, { id }) => isOther(set.message(id), (message) => message.extra?.deletedAt === undefined),
  apply: (set, command) => {
    const { userId, at } = command
    const message = knownIn(set, command)
    if (message instanceof ChatError) return message
    if (message.author.id !== userId) return forbidden("Only who wrote a message may delete it.")
    const { editedAt, deletedAt, original } = message.extra ?? {}
    if (deletedAt !== undefined) return unchanged(set, message, userId)
    const change = { change: "delete", userId } as const
    const extra = { editedAt, original, deletedAt: Math.max(at, message.createdAt), change }
    const { files, ...rest } = message
    if (files !== undefined) set.releaseFiles(message)
    return told(set, changed(set, { ...rest, content: "", extra }), change)
  },
}

const react: Rule<React, Changed> = {
  needs: (command) => {
    const { userId, emoji, id: messageId } = command
    return { ...needsOf(command), users: [userId], reactions: [{ messageId, userId, emoji }] }
  },
  writes: (set, { id, userId, emoji, isOn }) =>
    isOther(set.message(id), () => set.hasReaction({ messageId: id, userId, emoji }) !== isOn),
  apply: (set, command) => {
    const { userId, id: messageId, emoji, isOn } = command
    const message = presentIn(set, command)
    if (message instanceof ChatError) return message
    const user = set.user(userId)
    if (user === undefined) return notIn(command.roomId)
    const key = { messageId, userId, emoji }
    if (set.hasReaction(key) === isOn) return unchanged(set, message, userId)
    const reactions = reactionsAfter(set, message, key, isOn)
    if (reactions instanceof ChatError) return reactions
    const change = { change: "react", userId, emoji, isOn } as const
    const after = changed(set, { ...message, extra: { ...message.extra, reactions, change } })
    set.changeReaction(key, isOn, after)
    return told(set, after, change)
  },
}

export const rules = { edit, delete: remove, react }

/** As its room's next change. */
function changed(set: WorkingSet, message: MessageRecord): MessageRecord {
  const after = { ...message, rev: numberChange(set, message.room) }
  set.changeMessage(after)
  return after
}

function told(set: WorkingSet, after: MessageRecord, change: MessageChange): Numbered<Changed> {
  return numbered(() => {
    const message = messageOf(after, set.address)
    return { message, seen: seenBy(message, change.userId), change }
  })
}

function unchanged(set: WorkingSet, record: MessageRecord, userId: UserId): Numbered<Changed> {
  // It may be of the same batch.
  return numbered(() => {
    const message = messageOf(record, set.address)
    return { message, seen: seenBy(message, userId), change: undefined }
  })
}

function presentIn(set: WorkingSet, { roomId, id }: OneMessage): MessageRecord | ChatError {
  const room = set.room(roomId)
  return room === undefined ? notIn(roomId) : presentMessage(set, room, id)
}

/** Deleted or not. */
function knownIn(set: WorkingSet, { roomId, id }: OneMessage): MessageRecord | ChatError {
  const room = set.room(roomId)
  return room === undefined ? notIn(roomId) : knownMessage(set, room, id)
}

/** Whether there is anything to write, as far as it is for anybody to do. */
function isOther(message: MessageRecord | undefined, isOther: (message: MessageRecord) => boolean): boolean {
  return message !== undefined && message.extra?.deletedAt === undefined && isOther(message)
}

function forbidden(message: string): ChatError {
  return new ChatError("ERR_FORBIDDEN", { message })
}

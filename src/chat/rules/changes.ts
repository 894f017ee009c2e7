/**
 * Changes of a message: each takes the room's next number, and does not move the room in
 * lists. A change that is made already changes nothing.
 */
import type { MessageChange } from "../../contract/changes.ts"
import { ChatError } from "../../contract/errors.ts"
import type { Message } from "../../contract/messages.ts"
import type { MessageId, RoomId, UserId } from "../../contract/values.ts"
import { memberAt, needsOfPlace } from "./access.ts"
import { areSameMentions, isModerator, mentionsAfter, needsOfMentions, noRights, type Rights } from "./mentions.ts"
import { messageOf, seenBy } from "./message-view.ts"
import { knownMessage, numberChange, presentMessage } from "./messages.ts"
import { isOn as hasOn, reactionsAfter, unnamedOf } from "./reactions.ts"
import { type Numbered, numbered, type Rule } from "./rule.ts"
import type { MessageRecord, Needs, WorkingSet } from "./working-set.ts"

interface OneMessage {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly id: MessageId
  readonly at: number
}

interface Edit extends OneMessage {
  readonly kind: "edit"
  readonly content: string
  readonly mentions?: readonly UserId[] | undefined
  readonly mentionsRoom?: boolean | undefined
  readonly rights?: Rights
}

interface Delete extends OneMessage {
  readonly kind: "delete"
  readonly rights?: Rights
}

interface React extends OneMessage {
  readonly kind: "react"
  readonly emoji: string
  readonly isOn: boolean
}

/** ERR_NOT_IN_ROOM, ERR_NOT_FOUND, ERR_FORBIDDEN. */
export interface Changed {
  /** As everybody is told. */
  readonly message: Message
  /** As the one who asked sees it. */
  readonly seen: Message
  /** Absent where nothing changed, so nobody is told. */
  readonly change: MessageChange | undefined
  /** It was told already, in its place in the room: set by a store that several servers share. */
  readonly isTold?: true
}

/** Also shows whose reactions are theirs. */
const needsOf = ({ roomId, userId, id: messageId }: OneMessage): Needs => {
  return { ...needsOfPlace({ roomId, userId }), messages: [messageId], reactions: [{ messageId, userId }] }
}

const edit: Rule<Edit, Changed> = {
  needs: (command) => ({ ...needsOf(command), ...needsOfMentions(command, command) }),
  writes: (set, { id, content, mentions, mentionsRoom }) =>
    isToWrite(
      set.message(id),
      (one) => one.content !== content || mentions !== undefined || mentionsRoom !== undefined,
    ),
  apply: (set, command) => {
    const { userId, content, at, rights = noRights } = command
    const member = memberAt(set, command)
    if (member instanceof ChatError) return member
    const message = presentMessage(set, member.room, command.id)
    if (message instanceof ChatError) return message
    if (message.author.id !== userId) return forbidden("Only who wrote a message may edit it.")
    if (message.type !== "text" && !isOnlyFiles(message)) return forbidden("Only a text can be edited.")
    const { mentions, mentionsRoom, ...extra } = message.extra ?? {}
    const before = { mentions, mentionsRoom }
    const asked = { userId, mentions: command.mentions, mentionsRoom: command.mentionsRoom }
    const mentioned = mentionsAfter(set, message.room, { ...asked, ...rights, before })
    if (mentioned instanceof ChatError) return mentioned
    const isSame = areSameMentions(before, mentioned)
    if (message.content === content && isSame) return unchanged(set, message, userId)
    const editedAt = Math.max(at, message.createdAt)
    const change = { change: "edit", userId } as const
    const after = changed(set, {
      ...message,
      type: "text",
      content,
      extra: { ...extra, ...mentioned, editedAt, change },
    })
    if (!isSame) set.changeMentions(after)
    return told(set, after, change)
  },
}

/** It is an image because of its pictures, until it has a text. */
function isOnlyFiles({ content, files }: MessageRecord): boolean {
  return files !== undefined && content === ""
}

const remove: Rule<Delete, Changed> = {
  needs: needsOf,
  writes: (set, { id }) => isToWrite(set.message(id), () => true),
  apply: (set, command) => {
    const { userId, at } = command
    const member = memberAt(set, command)
    if (member instanceof ChatError) return member
    const message = knownMessage(set, member.room, command.id)
    if (message instanceof ChatError) return message
    const refusal = mayDelete(set, message, command)
    if (refusal !== undefined) return refusal
    const { editedAt, deletedAt, original, mentions, mentionsRoom } = message.extra ?? {}
    if (deletedAt !== undefined) return unchanged(set, message, userId)
    const change = { change: "delete", userId } as const
    const extra = { editedAt, original, deletedAt: Math.max(at, message.createdAt), change }
    const { files, ...rest } = message
    if (files !== undefined) set.releaseFiles(message)
    const after = changed(set, { ...rest, content: "", extra })
    if (original || mentions || mentionsRoom) set.changeMentions(after)
    return told(set, after, change)
  },
}

const react: Rule<React, Changed> = {
  needs: (command) => {
    const { userId, emoji, id: messageId } = command
    return { ...needsOf(command), reactions: [{ messageId, userId, emoji }] }
  },
  writes: (set, { id, userId, emoji, isOn }) =>
    isToWrite(set.message(id), (message) => hasOn(set, message, { messageId: id, userId, emoji }) !== isOn),
  apply: (set, command) => {
    const { userId, id: messageId, emoji, isOn } = command
    const member = memberAt(set, command)
    if (member instanceof ChatError) return member
    const message = presentMessage(set, member.room, messageId)
    if (message instanceof ChatError) return message
    const key = { messageId, userId, emoji }
    if (hasOn(set, message, key) === isOn) return unchanged(set, message, userId)
    const reactions = reactionsAfter(set, message, key, isOn)
    if (reactions instanceof ChatError) return reactions
    const change = { change: "react", userId, emoji, isOn } as const
    // A removed reaction is not kept: whoever catches up from the store only learns that one was removed.
    const kept = isOn ? change : ({ change: "react", userId, isOn } as const)
    const after = changed(set, { ...message, extra: { ...message.extra, reactions, change: kept } })
    set.changeReaction(after, member.user, emoji, isOn)
    return told(set, after, change)
  },
}

export const rules = { edit, delete: remove, react }

/** Takes the room's next number. */
function changed(set: WorkingSet, message: MessageRecord): MessageRecord {
  const after = { ...message, rev: numberChange(set, message.room) }
  set.changeMessage(after)
  return after
}

function told(set: WorkingSet, after: MessageRecord, change: MessageChange): Numbered<Changed> {
  return seen(set, after, change.userId, change)
}

function unchanged(set: WorkingSet, record: MessageRecord, userId: UserId): Numbered<Changed> {
  return seen(set, record, userId, undefined)
}

/** Its number, and that of the message it answers, may be raised when the batch is written. */
function seen(set: WorkingSet, record: MessageRecord, userId: UserId, change: MessageChange | undefined) {
  const mine = unnamedOf(set, record, userId)
  return numbered(() => {
    const message = messageOf(record, set.address)
    return { message, seen: seenBy(message, userId, mine), change }
  })
}

/** Its author, and moderators of the room. */
function mayDelete(set: WorkingSet, { author, room }: MessageRecord, command: Delete): ChatError | undefined {
  const { userId, rights = noRights } = command
  if (author.id === userId) return undefined
  if (!rights.isKnown) return forbidden("To delete what others wrote needs AUTH=accounts or token.")
  const user = set.user(userId)
  if (isModerator(user && set.member(room, user), rights)) return undefined
  return forbidden("Only who wrote a message, or a moderator, may delete it.")
}

/** Whether there is a message that may be changed, and it `differs` from the wish. */
function isToWrite(message: MessageRecord | undefined, differs: (message: MessageRecord) => boolean): boolean {
  return message !== undefined && message.extra?.deletedAt === undefined && differs(message)
}

function forbidden(message: string): ChatError {
  return new ChatError("ERR_FORBIDDEN", { message })
}

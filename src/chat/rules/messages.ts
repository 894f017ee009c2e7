/** Sending a message, and reading pages of them. */
import { ChatError } from "../../contract/errors.ts"
import type { SentFile } from "../../contract/files.ts"
import { limits } from "../../contract/limits.ts"
import type { Message } from "../../contract/messages.ts"
import { isPicture } from "../../contract/picture-types.ts"
import { hasSomethingVisible, isWebUrl } from "../../contract/text.ts"
import type { MessageId, MessageType, RoomId, UserId } from "../../contract/values.ts"
import { memberAt, needsOfPlace, notInRoom } from "./access.ts"
import { holdFiles } from "./files.ts"
import type { Page } from "./found.ts"
import { show } from "./membership.ts"
import { mentionsAfter, needsOfMentions, noRights, type Rights } from "./mentions.ts"
import { messageOf } from "./message-view.ts"
import { pageBefore, pageFrom, pageSince } from "./pages.ts"
import { always, type Numbered, never, numbered, type Rule, type Ruled } from "./rule.ts"
import type { MessageExtra, MessageRecord, RoomRecord, WorkingSet } from "./working-set.ts"

interface Send {
  readonly kind: "send"
  readonly roomId: RoomId
  /** Has joined before, so they are stored. */
  readonly userId: UserId
  readonly id: MessageId
  /** Whether the client chose `id`: then it may be a retry, or somebody else's. */
  readonly chosen: boolean
  readonly type: MessageType
  readonly content: string
  readonly files?: readonly SentFile[] | undefined
  readonly replyTo?: MessageId | undefined
  readonly mentions?: readonly UserId[] | undefined
  readonly mentionsRoom?: boolean | undefined
  /** Only used if the whole room is mentioned. */
  readonly rights?: Rights
  readonly at: number
}

/** ERR_CONFLICT, ERR_NOT_FOUND, ERR_NOT_IN_ROOM. */
export interface Sent {
  readonly message: Message
  /** It is the stored message of an earlier send; nothing was written. */
  readonly duplicate: boolean
  /** How far the clock had jumped back behind the room, if too far to wait for it. */
  readonly clockBackMs: number
  /** Those who had hidden the room and see it again. */
  readonly shownTo: readonly UserId[]
  /** It was told already, in its place in the room: set by a store that several servers share. */
  readonly isTold?: true
}

interface Read {
  readonly roomId: RoomId
  /** The member who reads, and is shown their reactions. Without one the server itself reads, any room. */
  readonly userId?: UserId
  readonly limit: number
}

export interface PageSince extends Read {
  readonly kind: "pageSince"
  readonly since: number
  readonly epoch: string | undefined
}

export interface PageBefore extends Read {
  readonly kind: "pageBefore"
  readonly before: number | undefined
}

export interface PageAfter extends Read {
  readonly kind: "pageAfter"
  readonly after: number
}

export interface PageAround extends Read {
  readonly kind: "pageAround"
  readonly around: number
}

const send: Rule<Send, Sent> = {
  needs: ({ roomId, userId, id, chosen, files, replyTo, mentions, mentionsRoom }) => ({
    ...(mentions || mentionsRoom
      ? needsOfMentions({ roomId, userId }, { mentions, mentionsRoom })
      : needsOfPlace({ roomId, userId })),
    ...((chosen || replyTo) && { messages: [...(chosen ? [id] : []), ...(replyTo ? [replyTo] : [])] }),
    ...(files && { files: files.map((file) => file.id) }),
  }),
  writes: always,
  apply: (set, command) => {
    const { roomId, userId, id, chosen, at, replyTo } = command
    const member = memberAt(set, { roomId, userId })
    if (member instanceof ChatError) return member
    const { room, user: author } = member
    // Looked up before it takes a number, so that a retry costs no gap.
    const earlier = chosen ? set.message(id) : undefined
    if (earlier !== undefined) return asDuplicate(set, earlier, room, userId)
    const original = replyTo === undefined ? undefined : presentMessage(set, room, replyTo, "replyTo")
    if (original instanceof ChatError) return original
    const mentions = command.mentions || command.mentionsRoom ? mentionsOf(set, room, command) : undefined
    if (mentions instanceof ChatError) return mentions
    const held = command.files?.length ? holdFiles(set, command.files, userId) : undefined
    if (held instanceof ChatError) return held
    const seq = numberChange(set, room)
    const clockBackMs = moveToFront(room, at)
    const { type, content } = held ? saidIn(command, held.files) : command
    const extra = original || mentions ? { ...(original && { original }), ...mentions } : undefined
    // Whoever writes has read what came before, so their own messages are never unread.
    member.readSeq = seq
    set.changedReading(member, "sent")
    const shownTo = show(set, room, room.hiddenFor)
    const plain = { pk: 0, room, author, id, seq, rev: seq, type, content, createdAt: room.lastAt, extra }
    const record = held ? { ...plain, files: held.files } : plain
    set.addMessage(record)
    if (extra !== undefined) set.changeMentions(record)
    if (held) for (const file of held.records) set.holdFile(file, record)
    return numbered(() => ({ message: messageOf(record, set.address), duplicate: false, clockBackMs, shownTo }))
  },
}

export const rules = {
  send,
  pageSince: reader<PageSince>((set, room, command) => pageSince(set, room, command, (page) => page)),
  pageBefore: reader<PageBefore>((set, room, command) => pageBefore(set, room, command, (page) => page)),
  pageAfter: reader<PageAfter>(pageFrom),
  pageAround: reader<PageAround>(pageFrom),
}

/** A former member reads nothing, even if they asked before they were removed. */
function reader<Command extends Read>(
  read: (set: WorkingSet, room: RoomRecord, command: Command) => Ruled<Page>,
): Rule<Command, Page> {
  return {
    needs: ({ roomId, userId }) => (userId === undefined ? { rooms: [roomId] } : needsOfPlace({ roomId, userId })),
    writes: never,
    apply: (set, command) => {
      const room = roomRead(set, command)
      return room instanceof ChatError ? room : read(set, room, command)
    },
  }
}

function roomRead(set: WorkingSet, { roomId, userId }: Read): RoomRecord | ChatError {
  if (userId === undefined) return set.room(roomId) ?? notInRoom(roomId)
  const member = memberAt(set, { roomId, userId })
  return member instanceof ChatError ? member : member.room
}

/** None where no message is left. */
function mentionsOf(
  set: WorkingSet,
  room: RoomRecord,
  { userId, mentions, mentionsRoom, rights = noRights }: Pick<Send, "userId" | "mentions" | "mentionsRoom" | "rights">,
): MessageExtra | undefined | ChatError {
  const found = mentionsAfter(set, room, { userId, mentions, mentionsRoom, ...rights })
  return found instanceof ChatError || Object.keys(found).length > 0 ? found : undefined
}

/** Without a text, the type follows from the files: image if the first one is an image. */
function saidIn(
  { type, content }: Pick<Send, "type" | "content">,
  [first]: NonNullable<MessageRecord["files"]>,
): Pick<MessageRecord, "type" | "content"> {
  // The content of an image message is its address, which it lacks here.
  if (hasSomethingVisible(content) && (type === "text" || isWebUrl(content))) return { type, content }
  return { type: first !== undefined && isPicture(first.mimeType) ? "image" : "text", content: "" }
}

/** The field of a request that names a message. */
type Naming = "id" | "replyTo"

/** A message of the room that is not deleted. */
export function presentMessage(
  set: WorkingSet,
  room: RoomRecord,
  id: MessageId,
  field: Naming = "id",
): MessageRecord | ChatError {
  const message = knownMessage(set, room, id, field)
  if (message instanceof ChatError || message.extra?.deletedAt === undefined) return message
  return notFound(room, field)
}

/** A message of the room, deleted or not. */
export function knownMessage(
  set: WorkingSet,
  room: RoomRecord,
  id: MessageId,
  field: Naming = "id",
): MessageRecord | ChatError {
  const message = set.message(id)
  return message?.room === room ? message : notFound(room, field)
}

function notFound({ room: { id: roomId } }: RoomRecord, field: Naming): ChatError {
  return new ChatError("ERR_NOT_FOUND", { message: "There is no such message.", details: { field, roomId } })
}

/** The room's next number, for a change of its messages. */
export function numberChange(set: WorkingSet, room: RoomRecord): number {
  set.changedRoom(room)
  return ++room.rev
}

/**
 * Moves the room to the front of lists, at the time of its latest message. That time stands still while the clock is
 * behind it; a clock that jumped back further than `clockLagMaxMs` is followed. Returns how far, in milliseconds. Call
 * it with a new number of the room.
 */
function moveToFront(room: RoomRecord, at: number): number {
  const aheadMs = room.lastAt - at
  if (aheadMs > 0 && aheadMs <= limits.clockLagMaxMs) return 0
  room.lastAt = at
  return Math.max(0, aheadMs)
}

function asDuplicate(
  set: WorkingSet,
  earlier: MessageRecord,
  room: RoomRecord,
  userId: UserId,
): Numbered<Sent> | ChatError {
  if (earlier.room !== room || earlier.author.id !== userId)
    return new ChatError("ERR_CONFLICT", { details: { field: "id" } })
  // It may have been sent in the same batch.
  return numbered(() => ({ message: messageOf(earlier, set.address), duplicate: true, clockBackMs: 0, shownTo: [] }))
}

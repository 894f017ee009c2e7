/** What sending a message and reading a page of them does. */
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { Message } from "../../contract/messages.ts"
import type { MessageId, MessageType, RoomId, UserId } from "../../contract/values.ts"
import { type Page, pageBefore, pageSince } from "./pages.ts"
import { always, type Numbered, never, numbered, type Rule } from "./rule.ts"
import type { MessageRecord, RoomRecord, WorkingSet } from "./working-set.ts"

export interface Send {
  readonly kind: "send"
  readonly roomId: RoomId
  /** Has joined before, so it is stored. */
  readonly userId: UserId
  readonly id: MessageId
  /** Whether `id` is the client's choice, and may therefore be a retry or somebody else's. */
  readonly chosen: boolean
  readonly type: MessageType
  readonly content: string
  readonly at: number
}

/** ERR_CONFLICT, ERR_NOT_IN_ROOM. */
export interface Sent {
  readonly message: Message
  /** It is the stored message of an earlier send; nothing was written. */
  readonly duplicate: boolean
  /** How far the clock had jumped back behind the room, if it was too far to wait for it. */
  readonly clockBackMs: number
  /** Its turn in the room came before: said by a store that several servers share. */
  readonly isTold?: true
}

export interface PageSince {
  readonly kind: "pageSince"
  readonly roomId: RoomId
  readonly since: number
  readonly epoch: string | undefined
  readonly limit: number
}

export interface PageBefore {
  readonly kind: "pageBefore"
  readonly roomId: RoomId
  readonly before: number | undefined
  readonly limit: number
}

const send: Rule<Send, Sent> = {
  needs: ({ roomId, userId, id, chosen }) => ({ rooms: [roomId], users: [userId], ...(chosen && { messages: [id] }) }),
  writes: always,
  apply: (set, { roomId, userId, id, chosen, type, content, at }) => {
    const room = set.room(roomId)
    const author = set.user(userId)
    if (room === undefined || author === undefined) return new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } })
    // Looked up before it takes a number, so that a retry costs no gap.
    const earlier = chosen ? set.message(id) : undefined
    if (earlier !== undefined) return asDuplicate(earlier, room, userId)
    const seq = numberChange(set, room)
    const clockBackMs = moveToFront(set, room, at)
    const record = { room, author, id, seq, rev: seq, type, content, createdAt: room.lastAt }
    set.addMessage(record)
    return numbered(() => ({ message: messageOf(record), duplicate: false, clockBackMs }))
  },
}

const readSince: Rule<PageSince, Page> = {
  needs: ({ roomId }) => ({ rooms: [roomId] }),
  writes: never,
  apply: (set, command) => {
    const room = set.room(command.roomId)
    return room === undefined ? notIn(command.roomId) : pageSince(set, room, command, (page) => page)
  },
}

const readBefore: Rule<PageBefore, Page> = {
  needs: ({ roomId }) => ({ rooms: [roomId] }),
  writes: never,
  apply: (set, command) => {
    const room = set.room(command.roomId)
    return room === undefined ? notIn(command.roomId) : pageBefore(set, room, command, (page) => page)
  },
}

export const rules = { send, pageSince: readSince, pageBefore: readBefore }

/** As clients see it: the author as it is now. */
export function messageOf({ room, author, id, seq, rev, type, content, createdAt }: MessageRecord): Message {
  const { username, avatar } = author
  return {
    id,
    roomId: room.room.id,
    seq,
    rev,
    type,
    content,
    userId: author.id,
    user: { username, avatar },
    createdAt: new Date(createdAt).toISOString(),
  }
}

/** The room's next number, for a change of its messages. */
function numberChange(set: WorkingSet, room: RoomRecord): number {
  set.changedRoom(room)
  return ++room.rev
}

/**
 * To the front of the lists, at the time of its latest message. That stands still while the
 * clock is behind it; a clock that jumped back further than `clockLagMaxMs` is followed. Returns
 * how far it was followed, in milliseconds.
 */
function moveToFront(set: WorkingSet, room: RoomRecord, at: number): number {
  set.changedRoom(room)
  const aheadMs = room.lastAt - at
  if (aheadMs > 0 && aheadMs <= limits.clockLagMaxMs) return 0
  room.lastAt = at
  return Math.max(0, aheadMs)
}

function asDuplicate(earlier: MessageRecord, room: RoomRecord, userId: UserId): Numbered<Sent> | ChatError {
  if (earlier.room !== room || earlier.author.id !== userId)
    return new ChatError("ERR_CONFLICT", { details: { field: "id" } })
  // It may be of the same batch.
  return numbered(() => ({ message: messageOf(earlier), duplicate: true, clockBackMs: 0 }))
}

function notIn(roomId: RoomId): ChatError {
  return new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } })
}

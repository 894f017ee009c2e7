/**
 * What is told to people themselves, whatever rooms their sockets are in and whatever
 * server they are at: that a room became theirs or no longer is, and what is new there.
 * What the store must be asked for first is told with the next tick.
 */

import type { MessageChange } from "../contract/changes.ts"
import { ChatError } from "../contract/errors.ts"
import type { Message } from "../contract/messages.ts"
import type { MyRoom } from "../contract/my-rooms.ts"
import type { Member } from "../contract/people.ts"
import type { Room } from "../contract/rooms.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { type Effect, tellUser } from "./effects.ts"
import type { Outdated } from "./inboxes.ts"
import type { ExitReason } from "./neighbours.ts"
import type { ChatParts } from "./request.ts"
import type { OwnRoom, Standing } from "./rules/found.ts"
import { myRoomOf } from "./rules/my-rooms.ts"

/** What a room was told: those who are not in it hear that something is new. */
export function noticed(chat: ChatParts, message: Message, change: MessageChange | undefined, nowMs: number): Effect[] {
  return chat.inboxes.notice(message, change, nowMs)
}

export function becameMember(chat: ChatParts, userId: UserId, roomId: RoomId): void {
  chat.neighbours.told({ kind: "member", userId, roomId })
  learnOfRoom(chat, userId, roomId)
}

/** Asks what a room is to somebody that became theirs. One that was theirs may be known to be so no more by the answer. */
export function learnOfRoom(chat: ChatParts, userId: UserId, roomId: RoomId): void {
  withOwnRoom(chat, userId, roomId, (own) => (chat.inboxes.has(userId, roomId) ? [] : [roomAdded(chat, userId, own)]))
}

/** What a room is to somebody whose rooms were asked for while another server told of it: theirs no more, perhaps. */
export function lookAgain(chat: ChatParts, userId: UserId, roomId: RoomId): void {
  const refused: Refused = ({ code }) =>
    code === "ERR_NOT_IN_ROOM" ? noLongerMember(chat, userId, roomId, "removed") : []
  withOwnRoom(chat, userId, roomId, (own) => [roomAdded(chat, userId, own)], refused)
}

export function membershipChanged(chat: ChatParts, userId: UserId, roomId: RoomId): void {
  chat.neighbours.told({ kind: "membership", userId, roomId })
  learnOfMembership(chat, userId, roomId)
}

export function learnOfMembership(chat: ChatParts, userId: UserId, roomId: RoomId): void {
  withOwnRoom(chat, userId, roomId, (own) => {
    const { role, notify } = myRoomOf(own, chat.online)
    return [tellUser(userId, "membership_updated", [{ roomId, role, notify }])]
  })
}

/** From here on nothing of the room is told to the user. */
export function noLongerMember({ inboxes }: ChatParts, userId: UserId, roomId: RoomId, reason: ExitReason): Effect[] {
  if (!inboxes.remove(userId, roomId)) return []
  const told = reason === "removed" || reason === "deleted" ? reason : "left"
  return [tellUser(userId, "room_removed", [{ roomId, reason: told }])]
}

/** They have read on. */
export function hasRead(chat: ChatParts, userId: UserId, roomId: RoomId, standing: Standing): Effect[] {
  chat.neighbours.told({ kind: "read", userId, roomId, standing })
  chat.marks.add({ roomId, userId, seq: standing.readSeq })
  // The store was asked for the user's rooms before this was known.
  chat.inboxes.hasChanged(roomId, userId)
  return readUpdated(chat, userId, roomId, standing)
}

export function readUpdated({ inboxes }: ChatParts, userId: UserId, roomId: RoomId, standing: Standing): Effect[] {
  inboxes.read(userId, roomId, standing)
  return [tellUser(userId, "read_updated", [{ roomId, ...standing }])]
}

export function roomChanged(chat: ChatParts, room: Room): Effect[] {
  chat.neighbours.told({ kind: "room", roomId: room.id as RoomId })
  return roomUpdated(chat, room)
}

export function roomUpdated({ inboxes }: ChatParts, room: Room): Effect[] {
  return inboxes.usersOf(room.id as RoomId).map((userId) => tellUser(userId, "room_updated", [room]))
}

/** Somebody has another name or picture: told to each who shares a room, themselves included. */
export function userChanged(chat: ChatParts, member: Member, roomIds: readonly RoomId[]): Effect[] {
  chat.neighbours.told({ kind: "profile", userId: member.userId as UserId })
  return userUpdated(chat, member, roomIds)
}

export function userUpdated(chat: ChatParts, member: Member, roomIds: readonly RoomId[]): Effect[] {
  const { inboxes, presence, neighbours } = chat
  const { userId, username, avatar } = member
  presence.describe(userId as UserId, { username, avatar })
  neighbours.described(userId as UserId, { username, avatar })
  const userIds = new Set([member.userId as UserId, ...roomIds.flatMap((roomId) => inboxes.usersOf(roomId))])
  return [...userIds].filter((id) => inboxes.isHeard(id)).map((id) => tellUser(id, "user_updated", [member]))
}

/** By a join. */
export function renamed(chat: ChatParts, member: Member): void {
  const settled = (roomIds: readonly RoomId[] | ChatError) => {
    if (!(roomIds instanceof ChatError)) chat.later.push(...userChanged(chat, member, roomIds))
  }
  trying(() => chat.ask({ kind: "roomIds", userId: member.userId as UserId }, settled, (found) => found))
}

/** What is due by now, and what the store has said meanwhile. */
export function tellDue(chat: ChatParts, nowMs: number): Effect[] {
  const effects = [...chat.later.splice(0), ...chat.inboxes.take(nowMs)]
  for (const outdated of chat.inboxes.takeOutdated()) renew(chat, outdated)
  return effects
}

/** A hint is not worth more than one attempt: the next change brings the next. */
function renew(chat: ChatParts, outdated: Outdated): void {
  const settled = (found: readonly (Standing | undefined)[] | ChatError) => {
    if (found instanceof ChatError) return
    const { roomId } = outdated
    // By another server, whose word was lost.
    for (const userId of chat.inboxes.renew(outdated, found))
      chat.later.push(tellUser(userId, "room_removed", [{ roomId, reason: "removed" }]))
  }
  trying(() => chat.ask({ kind: "standings", ...outdated }, settled, (found) => found))
}

/** Of one room, as `my_rooms` has it. */
export function askOwnRoom(
  chat: ChatParts,
  { userId, roomId }: { readonly userId: UserId; readonly roomId: RoomId },
  settle: (room: MyRoom | ChatError) => void,
): void {
  const command = { kind: "ownRoom", userId, roomId, marks: chat.marks.of(userId) } as const
  try {
    chat.ask<"ownRoom", MyRoom>(command, settle, (own) => myRoomOf(own, chat.online))
  } catch (cause) {
    settle(cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause }))
  }
}

function roomAdded({ inboxes, online }: ChatParts, userId: UserId, own: OwnRoom): Effect {
  inboxes.add(userId, own)
  return tellUser(userId, "room_added", [myRoomOf(own, online)])
}

/** What is told where the store refuses. */
type Refused = (error: ChatError) => Effect[]

function withOwnRoom(
  chat: ChatParts,
  userId: UserId,
  roomId: RoomId,
  tell: (own: OwnRoom) => Effect[],
  refused: Refused = () => [],
): void {
  if (!chat.inboxes.isHeard(userId)) return
  const settled = (own: OwnRoom | ChatError) => {
    chat.later.push(...(own instanceof ChatError ? refused(own) : tell(own)))
  }
  trying(() => chat.ask({ kind: "ownRoom", userId, roomId, marks: chat.marks.of(userId) }, settled, (own) => own))
}

/** A queue that is full has no room for hints. Whether it was asked. */
export function trying(ask: () => void): boolean {
  try {
    ask()
    return true
  } catch (cause) {
    if (cause instanceof ChatError) return false
    throw cause
  }
}

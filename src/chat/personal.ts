/**
 * What people are told about themselves, independent of rooms and servers: that they became
 * a member of a room or are none any more, and what is new there. What needs the store
 * first is told with the next tick.
 */
import { ChatError } from "../contract/errors.ts"
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

export function becameMember(chat: ChatParts, userId: UserId, roomId: RoomId): void {
  chat.neighbours.told({ kind: "member", userId, roomId })
  learnOfRoom(chat, userId, roomId)
}

/** Reads how a room stands for its new member. By the time of the answer they may be a member no longer. */
export function learnOfRoom(chat: ChatParts, userId: UserId, roomId: RoomId): void {
  withOwnRoom(chat, userId, roomId, (own) => (chat.inboxes.has(userId, roomId) ? [] : [roomAdded(chat, userId, own)]))
}

/** Reads a room again that another server told of while somebody's rooms were read: they may be a member no longer. */
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

/** From now on the user is told nothing of the room. */
export function noLongerMember({ inboxes }: ChatParts, userId: UserId, roomId: RoomId, reason: ExitReason): Effect[] {
  if (!inboxes.remove(userId, roomId)) return []
  const told = reason === "removed" || reason === "deleted" ? reason : "left"
  return [tellUser(userId, "room_removed", [{ roomId, reason: told }])]
}

/** They have read on. */
export function hasRead(chat: ChatParts, userId: UserId, roomId: RoomId, standing: Standing): Effect[] {
  chat.neighbours.told({ kind: "read", userId, roomId, standing })
  chat.marks.add({ roomId, userId, seq: standing.readSeq })
  // The user's rooms were read before this was known.
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

/** Somebody has a new name or picture: everybody who shares a room is told, and they themselves. */
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

/** Somebody got a new name or picture by a join. */
export function renamed(chat: ChatParts, member: Member): void {
  const settled = (roomIds: readonly RoomId[] | ChatError) => {
    if (!(roomIds instanceof ChatError)) chat.later.push(...userChanged(chat, member, roomIds))
  }
  trying(() => chat.ask({ kind: "roomIds", userId: member.userId as UserId }, settled, (found) => found))
}

/** What is due now, with what the store has answered meanwhile. */
export function tellDue(chat: ChatParts, nowMs: number): Effect[] {
  const effects = [...chat.later.splice(0), ...chat.inboxes.take(nowMs)]
  for (const outdated of chat.inboxes.takeOutdated()) renew(chat, outdated)
  return effects
}

/** A hint is tried once: the next change brings the next one. */
function renew(chat: ChatParts, outdated: Outdated): void {
  const settled = (found: readonly (Standing | undefined)[] | ChatError) => {
    if (found instanceof ChatError) return
    const { roomId } = outdated
    // Another server ended the membership, and its news was lost.
    for (const userId of chat.inboxes.renew(outdated, found))
      chat.later.push(tellUser(userId, "room_removed", [{ roomId, reason: "removed" }]))
  }
  trying(() => chat.ask({ kind: "standings", ...outdated }, settled, (found) => found))
}

/** Reads one room, as `my_rooms` shows it. */
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

/** Told where the store refuses. */
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

/** A full queue has no room for hints. Returns whether the store was asked. */
export function trying(ask: () => void): boolean {
  try {
    ask()
    return true
  } catch (cause) {
    if (cause instanceof ChatError) return false
    throw cause
  }
}

/**
 * Who may see a room: looked up by room and user together, so nobody learns of a room that
 * is not for them.
 *
 * A private or direct room does not exist for non-members: the same refusal, after the same
 * look-ups.
 */
import { ChatError } from "../../contract/errors.ts"
import type { Role, RoomId } from "../../contract/values.ts"
import type { MemberRecord, Needs, Place, RoomRecord, UserRecord, WorkingSet } from "./working-set.ts"

export interface Access {
  readonly room: RoomRecord
  /** Not stored yet, so it has no members. */
  readonly user: UserRecord | undefined
  readonly member: MemberRecord | undefined
}

export function needsOfPlace(place: Place): Needs {
  const { roomId, userId } = place
  return { rooms: [roomId], users: [userId], members: [place] }
}

/** The room, for whoever may see its name and join it. ERR_ROOM_NOT_FOUND, ERR_FORBIDDEN. */
export function accessTo(
  set: WorkingSet,
  { roomId, userId }: Place,
  { isAdmin = false }: { readonly isAdmin?: boolean } = {},
): Access | ChatError {
  const room = set.room(roomId)
  const user = set.user(userId)
  const member = room && user && set.member(room, user)
  if (room === undefined) return noSuchRoom(roomId)
  if (member !== undefined) return { room, user, member }
  const { visibility } = room.room
  if (visibility === "direct" || (visibility === "private" && !isAdmin)) return noSuchRoom(roomId)
  if (!isAdmin && user !== undefined && set.isBanned(room, user)) return banned(roomId)
  return { room, user, member: undefined }
}

/** ERR_NOT_IN_ROOM, whether the room exists or not. */
export function memberAt(set: WorkingSet, { roomId, userId }: Place): MemberRecord | ChatError {
  const room = set.room(roomId)
  const user = set.user(userId)
  return (room && user && set.member(room, user)) ?? notInRoom(roomId)
}

const ranks: Readonly<Record<Role, number>> = { member: 0, moderator: 1, owner: 2 }

export function outranks(one: Role, other: Role): boolean {
  return ranks[one] > ranks[other]
}

/** An administrator who is a member has a moderator's rights. */
export function roleOf({ role }: MemberRecord, { isAdmin }: { readonly isAdmin: boolean }): Role {
  return isAdmin && role === "member" ? "moderator" : role
}

function noSuchRoom(roomId: RoomId): ChatError {
  return new ChatError("ERR_ROOM_NOT_FOUND", { details: { roomId } })
}

export function notInRoom(roomId: RoomId): ChatError {
  return new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } })
}

export function noSuchUser(message = "There is no such user.", field = "targetId"): ChatError {
  return new ChatError("ERR_NOT_FOUND", { message, details: { field } })
}

export function notAllowed({ room: { id: roomId } }: RoomRecord, message: string): ChatError {
  return new ChatError("ERR_FORBIDDEN", { message, details: { roomId } })
}

export function banned(roomId: RoomId): ChatError {
  return new ChatError("ERR_FORBIDDEN", { message: "You were banned from this room.", details: { roomId } })
}

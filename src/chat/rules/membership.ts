/** Starting and ending memberships. Each counts the room's members. */
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { Role, UserId } from "../../contract/values.ts"
import type { MemberRecord, RoomRecord, UserRecord, WorkingSet } from "./working-set.ts"

/** A new member counts as having read everything. */
export function addMember(
  set: WorkingSet,
  {
    room,
    user,
    role,
    at,
  }: { readonly room: RoomRecord; readonly user: UserRecord; readonly role: Role; readonly at: number },
): MemberRecord {
  const added: MemberRecord = {
    pk: 0,
    room,
    user,
    role,
    joinedAt: at,
    readSeq: room.rev,
    notify: null,
    seenAt: at,
  }
  room.members++
  set.changedRoom(room)
  set.addMember(added)
  return added
}

/** ERR_FORBIDDEN when the room, or its new member, has reached its limit. */
export function checkPlace(set: WorkingSet, room: RoomRecord, user: UserRecord | undefined): ChatError | undefined {
  const details = { roomId: room.room.id }
  if (room.members >= limits.membersPerRoomMax)
    return new ChatError("ERR_FORBIDDEN", { message: "The room has as many members as it may have.", details })
  if (user !== undefined && set.roomsOf(user) >= limits.roomsPerUserMax)
    return new ChatError("ERR_FORBIDDEN", { message: "That user is in as many rooms as one may be in.", details })
  return undefined
}

/**
 * If the last owner leaves, the oldest moderator becomes the owner, else the oldest member. Returns who that is. The
 * heir must be loaded.
 */
export function endMembership(set: WorkingSet, member: MemberRecord): MemberRecord | undefined {
  const { room, user } = member
  if (room.room.visibility === "direct") {
    hide(set, room, user.id)
    return undefined
  }
  const heir = member.role === "owner" ? set.heirOf(room, user) : undefined
  set.removeMember(member)
  room.members--
  changeAccess(set, room)
  if (heir === undefined || heir.role === "owner") return undefined
  heir.role = "owner"
  set.changedMember(heir)
  return heir
}

/** A direct room is only hidden. Its people stay members: it comes back with its next message. */
function hide(set: WorkingSet, room: RoomRecord, userId: UserId): void {
  if (room.hiddenFor.includes(userId)) return
  room.hiddenFor = [...room.hiddenFor, userId]
  changeAccess(set, room)
}

/** Shows a hidden room to these users again. Returns those who had hidden it. */
export function show(set: WorkingSet, room: RoomRecord, userIds: readonly UserId[]): readonly UserId[] {
  // True for nearly every message: nothing is allocated.
  if (room.hiddenFor.length === 0) return room.hiddenFor
  const shown = room.hiddenFor.filter((id) => userIds.includes(id))
  if (shown.length === 0) return shown
  room.hiddenFor = room.hiddenFor.filter((id) => !shown.includes(id))
  changeAccess(set, room)
  return shown
}

/** The rights in the room have changed: whatever was decided by the old ones is decided again. */
export function changeAccess(set: WorkingSet, room: RoomRecord): void {
  room.accessRev++
  set.changedAccess(room)
}

/** How somebody becomes a member of a room, and how that ends. Each counts the room's members. */
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { Role, UserId } from "../../contract/values.ts"
import type { MemberRecord, RoomRecord, UserRecord, WorkingSet } from "./working-set.ts"

/** A new member has read everything that there is. */
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

/** ERR_FORBIDDEN when the room or its new member has as many as there may be. */
export function checkPlace(set: WorkingSet, room: RoomRecord, user: UserRecord | undefined): ChatError | undefined {
  const details = { roomId: room.room.id }
  if (room.members >= limits.membersPerRoomMax)
    return new ChatError("ERR_FORBIDDEN", { message: "The room has as many members as it may have.", details })
  if (user !== undefined && set.roomsOf(user) >= limits.roomsPerUserMax)
    return new ChatError("ERR_FORBIDDEN", { message: "That user is in as many rooms as one may be in.", details })
  return undefined
}

/** Whoever owned the room alone hands it to the oldest moderator, else member. Needs its heir. Returns who that is. */
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

/** A direct room is put away. Its people stay its people: it comes back with its next message. */
function hide(set: WorkingSet, room: RoomRecord, userId: UserId): void {
  if (room.hiddenFor.includes(userId)) return
  room.hiddenFor = [...room.hiddenFor, userId]
  changeAccess(set, room)
}

/** Those of `userIds` who had put it away have it back. Returns who. */
export function show(set: WorkingSet, room: RoomRecord, userIds: readonly UserId[]): readonly UserId[] {
  // Of nearly every message's room: nothing is made for it.
  if (room.hiddenFor.length === 0) return room.hiddenFor
  const shown = room.hiddenFor.filter((id) => userIds.includes(id))
  if (shown.length === 0) return shown
  room.hiddenFor = room.hiddenFor.filter((id) => !shown.includes(id))
  changeAccess(set, room)
  return shown
}

/** Who may do what in the room is no longer what it was: whatever was decided by that is decided anew. */
export function changeAccess(set: WorkingSet, room: RoomRecord): void {
  room.accessRev++
  set.changedAccess(room)
}

/** What accounts need of the chat: making people known, and checking where an invite may lead. */
import { ChatError } from "../../contract/errors.ts"
import type { Member } from "../../contract/people.ts"
import type { Room } from "../../contract/rooms.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import { banned, memberAt, needsOfPlace } from "./access.ts"
import { addMember, changeAccess, checkPlace } from "./membership.ts"
import { always, never, type Rule } from "./rule.ts"
import { addUser, asMember, changeProfile } from "./users.ts"
import type { Place } from "./working-set.ts"

/** May be repeated for the same account: what is done already changes nothing. */
export interface Welcome {
  readonly kind: "welcome"
  readonly userId: UserId
  readonly username: string
  /** Rooms to become a member of; those that no longer exist are left out. */
  readonly roomIds: readonly RoomId[]
  readonly at: number
}

interface Welcomed {
  /** Rooms that they became a member of. */
  readonly roomIds: readonly RoomId[]
  /** Set if they were known under another name. */
  readonly renamed: Member | undefined
}

const welcome: Rule<Welcome, Welcomed> = {
  needs: ({ userId, roomIds }) => ({
    users: [userId],
    rooms: roomIds,
    members: roomIds.map((roomId) => ({ roomId, userId })),
  }),
  writes: always,
  apply: (set, command) => {
    const { userId, username, at } = command
    const user = set.user(userId) ?? addUser(set, { userId, username }, at)
    const isRenamed = user.username !== username
    if (isRenamed) changeProfile(set, user, { username, avatar: undefined, at })
    const entered: RoomId[] = []
    for (const roomId of command.roomIds) {
      const room = set.room(roomId)
      if (
        room === undefined ||
        room.room.visibility === "direct" ||
        set.member(room, user) !== undefined ||
        set.isBanned(room, user)
      )
        continue
      if (checkPlace(set, room, user) !== undefined) continue
      addMember(set, { room, user, role: "member", at })
      entered.push(roomId)
    }
    return { roomIds: entered, renamed: isRenamed ? asMember(user) : undefined }
  },
}

/** Only members may invite to a room, and nobody to a room with fixed members. */
interface CheckInvite {
  readonly kind: "checkInvite"
  readonly roomId: RoomId
  readonly userId: UserId
}

const checkInvite: Rule<CheckInvite, true> = {
  needs: needsOfPlace,
  writes: never,
  apply: (set, command) => {
    const member = memberAt(set, command)
    if (member instanceof ChatError) return member
    if (member.room.room.visibility !== "direct") return true
    const message = "Nobody can be invited to a direct room."
    return new ChatError("ERR_FORBIDDEN", { message, details: { roomId: command.roomId } })
  },
}

/** The room for a member; nothing for anybody else. */
interface RoomOfMember extends Place {
  readonly kind: "roomOfMember"
}

const roomOfMember: Rule<RoomOfMember, { readonly room: Room | undefined }> = {
  needs: needsOfPlace,
  writes: never,
  apply: (set, command) => {
    const member = memberAt(set, command)
    return { room: member instanceof ChatError ? undefined : member.room.room }
  },
}

/** Makes a known user a member by an invite, also of a private room, but not where they are banned. */
interface Enroll extends Place {
  readonly kind: "enroll"
  readonly at: number
}

const enroll: Rule<Enroll, { readonly isNew: boolean }> = {
  needs: needsOfPlace,
  writes: always,
  apply: (set, { roomId, userId, at }) => {
    const room = set.room(roomId)
    const user = set.user(userId)
    if (room === undefined || user === undefined || room.room.visibility === "direct") return noLonger()
    if (set.member(room, user) !== undefined) return { isNew: false }
    if (set.isBanned(room, user)) return room.room.visibility === "private" ? noLonger() : banned(roomId)
    const full = checkPlace(set, room, user)
    if (full !== undefined) return full
    addMember(set, { room, user, role: "member", at })
    return { isNew: true }
  },
}

/** Gives a room whose owner was deactivated another owner. Asked again, it changes nothing. */
export interface HandOver extends Place {
  readonly kind: "handOver"
  readonly heirId: UserId
}

const handOver: Rule<HandOver, { readonly isUnchanged: boolean }> = {
  needs: ({ roomId, userId, heirId }) => ({
    rooms: [roomId],
    users: [userId, heirId],
    members: [userId, heirId].map((id) => ({ roomId, userId: id })),
  }),
  writes: always,
  apply: (set, { roomId, userId, heirId }) => {
    const owner = memberAt(set, { roomId, userId })
    const heir = memberAt(set, { roomId, userId: heirId })
    if (owner instanceof ChatError || heir instanceof ChatError || owner.role !== "owner") return { isUnchanged: true }
    owner.role = "member"
    heir.role = "owner"
    set.changedMember(owner)
    set.changedMember(heir)
    changeAccess(set, owner.room)
    return { isUnchanged: false }
  },
}

/** As if there were no such invite. */
function noLonger(): ChatError {
  return new ChatError("ERR_NOT_FOUND", {
    message: "This link is not valid, or not any more.",
    details: { field: "code" },
  })
}

export const rules = { welcome, checkInvite, roomOfMember, enroll, handOver }

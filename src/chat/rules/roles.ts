/**
 * What members may do to other members: each rule looks up who asks and whom it is about,
 * and refuses by their roles in the room. A change that is made already changes nothing,
 * and is granted.
 */
import { ChatError } from "../../contract/errors.ts"
import type { Role, RoomId, UserId } from "../../contract/values.ts"
import { memberAt, noSuchUser, notAllowed, outranks, roleOf } from "./access.ts"
import type { BannedUser } from "./found.ts"
import { addMember, changeAccess, checkPlace, endMembership } from "./membership.ts"
import { always, never, type Rule, reading } from "./rule.ts"
import type { MemberRecord, Needs, RoomRecord, UserRecord, WorkingSet } from "./working-set.ts"

/** An identified user, in one of their rooms. */
export interface Acting {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly isAdmin: boolean
}

interface Towards extends Acting {
  readonly targetId: UserId
}

interface AddMember extends Towards {
  readonly kind: "addMember"
  readonly at: number
}

interface SetRole extends Towards {
  readonly kind: "setRole"
  readonly role: Role
}

interface RemoveMember extends Towards {
  readonly kind: "removeMember"
  readonly ban: boolean
  readonly at: number
}

interface UnbanMember extends Towards {
  readonly kind: "unbanMember"
}

interface ListBanned extends Acting {
  readonly kind: "listBanned"
  /** The list goes on behind this place. */
  readonly after: number
  readonly limit: number
}

/** The change of a membership. */
interface MemberChange {
  readonly isUnchanged: boolean
  /** The room's count of such changes. */
  readonly accessRev: number
}

interface Both {
  readonly actor: MemberRecord
  readonly room: RoomRecord
  readonly target: UserRecord
  readonly member: MemberRecord | undefined
}

const needsOfBoth = ({ roomId, userId, targetId }: Towards): Needs => ({
  rooms: [roomId],
  users: [userId, targetId],
  members: [
    { roomId, userId },
    { roomId, userId: targetId },
  ],
})

const add: Rule<AddMember, MemberChange> = {
  needs: needsOfBoth,
  writes: always,
  apply: (set, command) => {
    const both = bothIn(set, command)
    if (both instanceof ChatError) return both
    const { room, target, member } = both
    if (member !== undefined) return unchanged(room)
    if (set.isBanned(room, target)) return notAllowed(room, "That user was banned from this room: unban them first.")
    const full = checkPlace(set, room, target)
    if (full !== undefined) return full
    addMember(set, { room, user: target, role: "member", at: command.at })
    return changed(room)
  },
}

const setRole: Rule<SetRole, MemberChange> = {
  needs: (command) => ({ ...needsOfBoth(command), heirs: [{ roomId: command.roomId, userId: command.targetId }] }),
  writes: always,
  apply: (set, command) => {
    const both = bothIn(set, command)
    if (both instanceof ChatError) return both
    const { actor, room, target, member } = both
    if (member === undefined) return noSuchUser("That user is no member of this room.")
    if (actor.role !== "owner") return notAllowed(room, "Only an owner may say who does what here.")
    if (member.role === command.role) return unchanged(room)
    if (member.role === "owner" && set.heirOf(room, target)?.role !== "owner")
      return notAllowed(room, "A room has an owner: make somebody else one first.")
    member.role = command.role
    set.changedMember(member)
    changeAccess(set, room)
    return changed(room)
  },
}

const remove: Rule<RemoveMember, MemberChange> = {
  needs: needsOfBoth,
  writes: always,
  apply: (set, command) => {
    const both = bothIn(set, command)
    if (both instanceof ChatError) return both
    const { actor, room, target, member } = both
    if (!outranks(roleOf(actor, command), member?.role ?? "member"))
      return notAllowed(room, "Only moderators may remove members, and nobody removes one of their own rank.")
    const isBan = command.ban && !set.isBanned(room, target)
    if (isBan) set.setBanned(room, target, command.at)
    if (member !== undefined) endMembership(set, member)
    else if (isBan) changeAccess(set, room)
    else return unchanged(room)
    return changed(room)
  },
}

const unban: Rule<UnbanMember, MemberChange> = {
  needs: needsOfBoth,
  writes: always,
  apply: (set, command) => {
    const both = bothIn(set, command)
    if (both instanceof ChatError) return both
    const { actor, room, target } = both
    if (roleOf(actor, command) === "member") return notAllowed(room, "Only moderators may lift a ban.")
    if (!set.isBanned(room, target)) return unchanged(room)
    set.setBanned(room, target, undefined)
    changeAccess(set, room)
    return changed(room)
  },
}

const listBanned: Rule<ListBanned, readonly BannedUser[]> = {
  needs: ({ roomId, userId }) => ({ rooms: [roomId], users: [userId], members: [{ roomId, userId }] }),
  writes: never,
  apply: (set, command) => {
    const actor = memberAt(set, command)
    if (actor instanceof ChatError) return actor
    const { room } = actor
    if (roleOf(actor, command) === "member") return notAllowed(room, "Only moderators see who is banned.")
    return reading({ kind: "banned", room, after: command.after, limit: command.limit }, (found) => found)
  },
}

export const rules = { addMember: add, setRole, removeMember: remove, unbanMember: unban, listBanned }

/** ERR_NOT_IN_ROOM, ERR_NOT_FOUND, ERR_FORBIDDEN in a direct room, whose members are fixed. */
function bothIn(set: WorkingSet, command: Towards): Both | ChatError {
  const actor = memberAt(set, command)
  if (actor instanceof ChatError) return actor
  const { room } = actor
  const target = set.user(command.targetId)
  if (target === undefined) return noSuchUser()
  if (room.room.visibility === "direct") return notAllowed(room, "Who is in a direct room never changes.")
  return { actor, room, target, member: set.member(room, target) }
}

function unchanged({ accessRev }: RoomRecord): MemberChange {
  return { isUnchanged: true, accessRev }
}

function changed({ accessRev }: RoomRecord): MemberChange {
  return { isUnchanged: false, accessRev }
}

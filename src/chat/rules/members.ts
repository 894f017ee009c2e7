/** Leaving a room for good, and listing its members. */
import { ChatError } from "../../contract/errors.ts"
import type { Room } from "../../contract/rooms.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import { accessTo, memberAt, needsOfPlace, notInRoom } from "./access.ts"
import type { ListedMember } from "./found.ts"
import { endMembership } from "./membership.ts"
import { always, never, type Rule, reading } from "./rule.ts"

interface GetRoom {
  readonly kind: "getRoom"
  readonly roomId: RoomId
  readonly userId: UserId
  readonly isAdmin: boolean
}

interface LeaveForGood {
  readonly kind: "leaveForGood"
  readonly roomId: RoomId
  readonly userId: UserId
}

interface Left {
  /** They were not a member. */
  readonly isUnchanged: boolean
  /** The new owner, where the last one left. */
  readonly heirId: UserId | undefined
  readonly accessRev: number
}

interface ListMembers {
  readonly kind: "listMembers"
  readonly roomId: RoomId
  readonly userId: UserId
  /** Only for public rooms, since nobody is identified. */
  readonly isPublicOnly: boolean
}

const getRoom: Rule<GetRoom, Room> = {
  needs: needsOfPlace,
  writes: never,
  apply: (set, command) => {
    const access = accessTo(set, command, command)
    return access instanceof ChatError ? access : access.room.room
  },
}

/** Leaving a room without being a member is no error, so nothing shows whether the room exists. */
const leaveForGood: Rule<LeaveForGood, Left> = {
  needs: (place) => ({ ...needsOfPlace(place), heirs: [place] }),
  writes: always,
  apply: (set, command) => {
    const member = memberAt(set, command)
    if (member instanceof ChatError) return { isUnchanged: true, heirId: undefined, accessRev: 0 }
    const heirId = endMembership(set, member)?.user.id
    return { isUnchanged: false, heirId, accessRev: member.room.accessRev }
  },
}

/** All members, in no order. */
const listMembers: Rule<ListMembers, readonly ListedMember[]> = {
  needs: needsOfPlace,
  writes: never,
  apply: (set, command) => {
    const member = memberAt(set, command)
    if (member instanceof ChatError) return member
    if (command.isPublicOnly && member.room.room.visibility !== "public") return notInRoom(command.roomId)
    return reading({ kind: "members", room: member.room }, (found) => found)
  },
}

export const rules = { getRoom, leaveForGood, listMembers }

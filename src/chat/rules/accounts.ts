/** What the chat has to do with accounts: whom it gets to know, and where an invite may lead. */
import { ChatError } from "../../contract/errors.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import { memberAt, needsOfPlace } from "./access.ts"
import { addMember, checkPlace } from "./membership.ts"
import { always, never, type Rule } from "./rule.ts"
import type { UserRecord, WorkingSet } from "./working-set.ts"

/** May be asked again for the same account: what is done already changes nothing. */
export interface Welcome {
  readonly kind: "welcome"
  readonly userId: UserId
  readonly username: string
  /** To become a member of; those that are gone are left out. */
  readonly roomIds: readonly RoomId[]
  readonly at: number
}

const welcome: Rule<Welcome, true> = {
  needs: ({ userId, roomIds }) => ({
    users: [userId],
    rooms: roomIds,
    members: roomIds.map((roomId) => ({ roomId, userId })),
  }),
  writes: always,
  apply: (set, command) => {
    const { roomIds, at } = command
    const user = upsertUser(set, command)
    for (const roomId of roomIds) {
      const room = set.room(roomId)
      if (room === undefined || set.member(room, user) !== undefined || set.isBanned(room, user)) continue
      if (checkPlace(set, room, user) === undefined) addMember(set, { room, user, role: "member", at })
    }
    return true
  },
}

function upsertUser(set: WorkingSet, { userId, username, at }: Welcome): UserRecord {
  const user = set.user(userId)
  if (user === undefined) {
    const added = { pk: 0, id: userId, username, avatar: null, updatedAt: at }
    set.addUser(added)
    return added
  }
  if (user.username === username) return user
  user.username = username
  user.updatedAt = at
  set.changedUser(user)
  return user
}

/** Members alone lead people to a room, and nobody to one whose members are fixed. */
export interface CheckInvite {
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

export const rules = { welcome, checkInvite }

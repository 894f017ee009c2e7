/** What the chat does when somebody gets an account. */
import type { RoomId, UserId } from "../../contract/values.ts"
import { addMember, checkPlace } from "./membership.ts"
import { always, type Rule } from "./rule.ts"
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

export const rules = { welcome }

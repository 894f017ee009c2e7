/** What creating, joining and listing rooms does. */
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { Profile } from "../../contract/people.ts"
import type { Room } from "../../contract/rooms.ts"
import type { RoomId, UserId, Visibility } from "../../contract/values.ts"
import { latestPage, type Page, pageSince } from "./pages.ts"
import { type ListRooms, pickRooms, type RoomPage, roomsNeeded } from "./room-search.ts"
import { always, never, type Rule, reading } from "./rule.ts"
import type { UserRecord, WorkingSet } from "./working-set.ts"

export interface CreateRoom {
  readonly kind: "createRoom"
  readonly id: RoomId
  readonly name: string
  readonly visibility: Visibility
  /** `null` is the server itself. */
  readonly creatorId: UserId | null
  readonly at: number
}

export interface Join {
  readonly kind: "join"
  readonly roomId: RoomId
  readonly userId: UserId
  readonly username: string
  /** `undefined` keeps the stored one. */
  readonly avatar: string | null | undefined
  readonly since: number | undefined
  readonly epoch: string | undefined
  /** For a user who is not known yet: how long until there may be another, or 0 if this may be one. */
  readonly newUserWaitMs: number
  readonly at: number
}

/** ERR_ROOM_NOT_FOUND, ERR_RATE_LIMITED. `profile` is what is stored now. */
export interface Joined {
  readonly room: Room
  readonly isNewUser: boolean
  readonly profile: Profile
  readonly page: Page
}

const createRoom: Rule<CreateRoom, Room> = {
  needs: () => ({}),
  writes: always,
  apply: (set, { id, name, visibility, creatorId, at }) => {
    const room = { id, name, createdAt: new Date(at).toISOString() }
    set.addRoom({ pk: 0, room, visibility, creatorId, createdAt: at, rev: 0, lastAt: at })
    return room
  },
}

const join: Rule<Join, Joined> = {
  needs: ({ roomId, userId }) => ({ rooms: [roomId], users: [userId] }),
  writes: (set, command) => !isUnchanged(set.user(command.userId), command),
  apply: (set, command) => {
    const { roomId, since, epoch } = command
    const record = set.room(roomId)
    if (record === undefined) return new ChatError("ERR_ROOM_NOT_FOUND", { details: { roomId } })
    const isNewUser = set.user(command.userId) === undefined
    if (isNewUser && command.newUserWaitMs > 0) return tooManyUsers(command.newUserWaitMs)
    const { username, avatar } = upsertUser(set, command)
    const finish = (page: Page) => ({ room: record.room, isNewUser, profile: { username, avatar }, page })
    return since === undefined
      ? latestPage(set, record, limits.historyPageDefault, finish)
      : pageSince(set, record, { since, epoch, limit: limits.sincePageDefault }, finish)
  },
}

const listRooms: Rule<ListRooms, RoomPage> = {
  needs: () => ({}),
  writes: never,
  apply: (_, command) =>
    reading({ kind: "rooms", after: command.after, limit: roomsNeeded(command) }, (rooms) => pickRooms(rooms, command)),
}

export const rules = { createRoom, join, listRooms }

function tooManyUsers(retryAfterMs: number): ChatError {
  const message = "Too many new users came from this network; users that are known may still join."
  return new ChatError("ERR_RATE_LIMITED", { message, details: { retryAfterMs } })
}

function upsertUser(set: WorkingSet, { userId, username, avatar, at }: Join): UserRecord {
  const user = set.user(userId)
  if (user === undefined) {
    const added = { pk: 0, id: userId, username, avatar: avatar ?? null, updatedAt: at }
    set.addUser(added)
    return added
  }
  if (isUnchanged(user, { username, avatar })) return user
  user.username = username
  if (avatar !== undefined) user.avatar = avatar
  user.updatedAt = at
  set.changedUser(user)
  return user
}

/** Whether a join with this profile leaves the user as it is stored. */
function isUnchanged(user: UserRecord | undefined, { username, avatar }: Pick<Join, "username" | "avatar">): boolean {
  return user?.username === username && (avatar === undefined || user.avatar === avatar)
}

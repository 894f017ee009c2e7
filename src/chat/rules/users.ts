/**
 * Finding people, and changing one's profile.
 *
 * A search compares names one by one, so it is bounded: it ends after `usersSearchedMax`
 * and says where the next search continues.
 */
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { Member } from "../../contract/people.ts"
import { searchable } from "../../contract/searchable.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import { noSuchUser } from "./access.ts"
import { changeAvatar } from "./files.ts"
import type { UserFound, UserInList } from "./found.ts"
import { never, type Rule, reading } from "./rule.ts"
import type { UserRecord, WorkingSet } from "./working-set.ts"

interface ListUsers {
  readonly kind: "listUsers"
  readonly userId: UserId
  readonly query: string | undefined
  /** After this place; 0 is before the first. */
  readonly after: number
  readonly limit: number
  /** Only people with whom one shares a room. */
  readonly isShared: boolean
}

interface UserPage {
  readonly users: readonly UserInList[]
  /** The last place that was looked at; absent at the end. */
  readonly next: number | undefined
}

interface GetUser {
  readonly kind: "getUser"
  readonly userId: UserId
  readonly targetId: UserId
  readonly isShared: boolean
}

interface UpdateProfile {
  readonly kind: "updateProfile"
  readonly userId: UserId
  /** `undefined` keeps what is stored. */
  readonly username: string | undefined
  readonly avatar: string | null | undefined
  readonly at: number
}

/** ERR_NOT_FOUND. */
interface ProfileUpdated {
  readonly member: Member
  readonly isUnchanged: boolean
  /** The rooms whose members are to hear of it. */
  readonly roomIds: readonly RoomId[]
}

interface GetRoomIds {
  readonly kind: "roomIds"
  readonly userId: UserId
}

/** Lower where the rooms of each user are checked too, which costs more. */
const sharedSearchedMax = 200

const listUsers: Rule<ListUsers, UserPage> = {
  needs: ({ userId }) => ({ users: [userId] }),
  writes: never,
  apply: (set, { userId, query, after, limit, isShared }) => {
    const me = set.user(userId)
    if (isShared && me === undefined) return { users: [], next: undefined }
    const most = isShared ? sharedSearchedMax : limits.usersSearchedMax
    const looked = query === undefined && !isShared ? limit : most
    const sharedWith = isShared ? me : undefined
    return reading({ kind: "users", after, limit: looked + 1, sharedWith }, (found) =>
      pickUsers(found, { query, limit, looked }),
    )
  },
}

const getUser: Rule<GetUser, Member> = {
  needs: ({ userId, targetId }) => ({ users: [userId, targetId] }),
  writes: never,
  apply: (set, { userId, targetId, isShared }) => {
    const [me, target] = [set.user(userId), set.user(targetId)]
    if (target === undefined || (isShared && me === undefined)) return noSuchUser()
    if (!isShared || me === target) return asMember(target)
    return reading({ kind: "users", user: target, after: 0, limit: 1, sharedWith: me }, ([found]) =>
      found?.isShown ? asMember(target) : noSuchUser(),
    )
  },
}

const updateProfile: Rule<UpdateProfile, ProfileUpdated> = {
  needs: ({ userId }) => ({ users: [userId] }),
  writes: (set, command) => {
    const user = set.user(command.userId)
    return user !== undefined && isOther(user, command)
  },
  apply: (set, command) => {
    const user = set.user(command.userId)
    if (user === undefined) return noSuchUser("You are not known here yet: join a room first.", "userId")
    const isUnchanged = !isOther(user, command)
    if (!isUnchanged) changeProfile(set, user, command)
    const member = asMember(user)
    return reading({ kind: "roomsOf", user }, (rooms) => ({ member, isUnchanged, roomIds: rooms.map(({ id }) => id) }))
  },
}

const roomIds: Rule<GetRoomIds, readonly RoomId[]> = {
  needs: ({ userId }) => ({ users: [userId] }),
  writes: never,
  apply: (set, { userId }) => {
    const user = set.user(userId)
    return user === undefined ? [] : reading({ kind: "roomsOf", user }, (rooms) => rooms.map(({ id }) => id))
  },
}

export const rules = { listUsers, getUser, updateProfile, roomIds }

export function pickUsers(
  found: readonly UserFound[],
  { query, limit, looked }: { readonly query: string | undefined; readonly limit: number; readonly looked: number },
): UserPage {
  const wanted = query === undefined ? "" : searchable(query)
  const considered = found.slice(0, looked)
  const matches = considered.filter(({ username, isShown }) => isShown && searchable(username).includes(wanted))
  const picked = matches.slice(0, limit)
  const end = matches.length > limit ? picked.at(-1) : considered.at(-1)
  const isEnd = end === undefined || end === found.at(-1)
  return { users: picked.map(({ isShown, ...user }) => user), next: isEnd ? undefined : end.pk }
}

interface NewUser {
  readonly userId: UserId
  readonly username: string
  readonly avatar?: string | null | undefined
}

export function addUser(set: WorkingSet, { userId, username, avatar = null }: NewUser, at: number): UserRecord {
  const added = { pk: 0, id: userId, username, avatar: null, updatedAt: at }
  changeAvatar(set, added, avatar)
  set.addUser(added)
  return added
}

type ProfileChange = Pick<UpdateProfile, "username" | "avatar" | "at">

export function isOther(user: UserRecord, { username, avatar }: Pick<ProfileChange, "username" | "avatar">): boolean {
  return (username !== undefined && username !== user.username) || (avatar !== undefined && avatar !== user.avatar)
}

export function changeProfile(set: WorkingSet, user: UserRecord, { username, avatar, at }: ProfileChange): void {
  if (username !== undefined) user.username = username
  if (avatar !== undefined) changeAvatar(set, user, avatar)
  // Each change has a time of its own: by it another server sees that there was one.
  user.updatedAt = Math.max(at, user.updatedAt + 1)
  set.changedUser(user)
}

/** As clients see them. */
export function asMember({ id, username, avatar }: UserRecord): Member {
  return { userId: id, username, avatar }
}

export function tooManyUsers(retryAfterMs: number): ChatError {
  const message = "Too many new users came from this network; users that are known may still join."
  return new ChatError("ERR_RATE_LIMITED", { message, details: { retryAfterMs } })
}

/** Creating, joining and listing rooms. */

import { dayMs } from "../../contract/durations.ts"
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import { timeOf } from "../../contract/moment.ts"
import type { Profile } from "../../contract/people.ts"
import type { Room } from "../../contract/rooms.ts"
import type { RoomId, UserId, Visibility } from "../../contract/values.ts"
import { type Access, accessTo, needsOfPlace } from "./access.ts"
import type { Page } from "./found.ts"
import { addMember, checkPlace } from "./membership.ts"
import { pageBefore, pageSince } from "./pages.ts"
import { type ListRooms, pickRooms, type RoomPage, roomsNeeded } from "./room-search.ts"
import { always, never, type Rule, reading } from "./rule.ts"
import { addUser, changeProfile, isOther, tooManyUsers } from "./users.ts"
import type { RoomRecord, UserRecord, WorkingSet } from "./working-set.ts"

interface CreateRoom {
  readonly kind: "createRoom"
  readonly id: RoomId
  readonly name: string
  readonly topic?: string
  readonly visibility: Visibility
  /** The same id again from the same creator finds the same room, unless it is private and they have left it. */
  readonly requestId?: string | undefined
  /** Owns the room. `null` is the server itself. */
  readonly creator: Creator | null
  readonly at: number
}

interface Creator {
  readonly userId: UserId
  /** The name of somebody who has never joined a room, until they do. */
  readonly username: string
  readonly isKnown: boolean
}

export interface Join {
  readonly kind: "join"
  readonly roomId: RoomId
  readonly userId: UserId
  readonly username: string
  /** `undefined` keeps the stored one. */
  readonly avatar: string | null | undefined
  /** The stored profile counts; this one is used only if there is none. */
  readonly keepsProfile?: boolean
  readonly since: number | undefined
  readonly epoch: string | undefined
  /** For an unknown user: how long until another may be created, or 0. */
  readonly newUserWaitMs: number
  /** Whether the user is identified: then the limits on memberships apply. */
  readonly isKnown: boolean
  /** An administrator enters every room but direct ones. */
  readonly isAdmin: boolean
  readonly at: number
}

/** ERR_ROOM_NOT_FOUND, ERR_FORBIDDEN, ERR_RATE_LIMITED. `profile` is what is stored now. */
export interface Joined {
  readonly room: Room
  readonly isNewUser: boolean
  readonly isNewMember: boolean
  /** An administrator who could not have entered otherwise. */
  readonly isByRight: boolean
  /** The user has a new name or picture. */
  readonly isRenamed: boolean
  /** The room's access number: a user removed at a later one was not let in by this. */
  readonly accessRev: number
  readonly profile: Profile
  readonly page: Page
}

const createRoom: Rule<CreateRoom, Room> = {
  needs: (command) => {
    if (command.creator === null) return {}
    const { userId, isKnown } = command.creator
    const onlyOne = requestOf(command)
    return {
      users: [userId],
      ...(isKnown && { roomsOf: [userId] }),
      ...(onlyOne !== null && { onlyOnes: [{ onlyOne, userId }] }),
    }
  },
  writes: always,
  apply: (set, command) => {
    const { id, name, topic = "", visibility, creator, at } = command
    const onlyOne = requestOf(command)
    const earlier = onlyOne === null ? undefined : set.onlyOne(onlyOne)
    const owner = creator === null ? undefined : set.user(creator.userId)
    if (earlier !== undefined && isOpenTo(set, earlier, owner)) return earlier.room
    const record = newRoomRecord(
      { id, name, topic, visibility },
      // The earlier room keeps the key, though they must not learn that it is still there.
      { creatorId: creator?.userId ?? null, at, onlyOne: earlier === undefined ? onlyOne : null },
    )
    const full = creator?.isKnown === true ? checkPlace(set, record, owner) : undefined
    if (full !== undefined) return full
    set.addRoom(record)
    if (creator !== null) addMember(set, { room: record, user: owner ?? addUser(set, creator, at), role: "owner", at })
    return record.room
  },
}

const join: Rule<Join, Joined> = {
  needs: needsOfPlace,
  writes: (set, command) => {
    const access = accessTo(set, command, command)
    return !(access instanceof ChatError) && !(keeps(access.user, command) && isSeen(access, command))
  },
  apply: (set, command) => {
    const { userId, since, epoch, at } = command
    const access = accessTo(set, command, command)
    if (access instanceof ChatError) return access
    const { room } = access
    const isNewUser = access.user === undefined
    const isNewMember = access.member === undefined
    if (isNewUser && command.newUserWaitMs > 0) return tooManyUsers(command.newUserWaitMs)
    const isByRight = isNewMember && accessTo(set, command) instanceof ChatError
    const full = isNewMember && command.isKnown ? checkPlace(set, room, access.user) : undefined
    if (full !== undefined) return full
    const isRenamed = !isNewUser && !keeps(access.user, command)
    const user = upsertUser(set, command)
    if (access.member === undefined) addMember(set, { room, user, role: "member", at })
    else if (!isSeen(access, command)) {
      access.member.seenAt = at
      set.changedMember(access.member)
    }
    const { username, avatar } = user
    const { accessRev } = room
    const is = { isNewUser, isNewMember, isByRight, isRenamed }
    const told = { room: room.room, ...is, accessRev, profile: { username, avatar } }
    const finish = (page: Page) => ({ ...told, page })
    return since === undefined
      ? pageBefore(set, room, { before: undefined, limit: limits.historyPageDefault, userId }, finish)
      : pageSince(set, room, { since, epoch, limit: limits.sincePageDefault, userId }, finish)
  },
}

const listRooms: Rule<ListRooms, RoomPage> = {
  needs: () => ({}),
  writes: never,
  apply: (_, command) =>
    reading({ kind: "rooms", after: command.after, limit: roomsNeeded(command) }, (rooms) => pickRooms(rooms, command)),
}

export const rules = { createRoom, join, listRooms }

export function newRoomRecord(
  { id, name, topic, visibility }: Omit<Room, "createdAt">,
  { at, ...rest }: Pick<RoomRecord, "creatorId" | "onlyOne"> & { readonly at: number },
): RoomRecord {
  const room = { id, name, topic, visibility, createdAt: timeOf(at) }
  return {
    pk: 0,
    room,
    ...rest,
    createdAt: at,
    rev: 0,
    lastAt: at,
    members: 0,
    accessRev: 0,
    forgotten: 0,
    hiddenFor: [],
  }
}

/** The unique key of a room that may be asked for twice. */
function requestOf({ requestId, creator }: CreateRoom): string | null {
  return requestId === undefined || creator === null ? null : `request ${requestId} ${creator.userId}`
}

/** A private room is there for its members only, whoever created it. */
function isOpenTo(set: WorkingSet, room: RoomRecord, user: UserRecord | undefined): boolean {
  return room.room.visibility !== "private" || (user !== undefined && set.member(room, user) !== undefined)
}

function upsertUser(set: WorkingSet, command: Join): UserRecord {
  const user = set.user(command.userId)
  if (user === undefined) return addUser(set, command, command.at)
  if (!keeps(user, command)) changeProfile(set, user, command)
  return user
}

/**
 * Whether their last visit is recorded already, to the day: with `AUTH=open`, members who are absent for long are
 * forgotten.
 */
function isSeen({ member }: Access, { at, isKnown }: Pick<Join, "at" | "isKnown">): boolean {
  return member !== undefined && (isKnown || at - member.seenAt < dayMs)
}

/** Whether the stored user stays as it is. */
function keeps(user: UserRecord | undefined, command: Join): boolean {
  return user !== undefined && (command.keepsProfile === true || !isOther(user, command))
}

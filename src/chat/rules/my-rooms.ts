/**
 * Listing one's own rooms, and how far one has read. Read marks are stored together, some
 * time after they were made; whoever reads before that passes them in, so that counts are
 * right already.
 */
import { ChatError } from "../../contract/errors.ts"
import type { Message } from "../../contract/messages.ts"
import type { LastMessage, MyRoom } from "../../contract/my-rooms.ts"
import type { Member } from "../../contract/people.ts"
import type { NotifyLevel, Role, RoomId, RoomVisibility, UserId } from "../../contract/values.ts"
import { memberAt, needsOfPlace, notInRoom } from "./access.ts"
import type { Marks, OwnRoom, Standing } from "./found.ts"
import { quoteOfMessage } from "./message-view.ts"
import type { RoomReader } from "./queries.ts"
import { always, never, type Rule, reading } from "./rule.ts"
import { addUser, asMember, tooManyUsers } from "./users.ts"
import type { MemberRecord } from "./working-set.ts"

export interface Mark {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly seq: number
}

export interface ListMyRooms {
  readonly kind: "myRooms"
  readonly userId: UserId
  /** The name of a user who is not known yet. */
  readonly username: string
  readonly avatar: string | null
  readonly newUserWaitMs: number
  readonly marks: Marks
  /** The list continues after this place; 0 is before the first. */
  readonly after: number
  readonly limit: number
  /** With `AUTH=open`: besides public rooms, only these. */
  readonly onlyOf: readonly RoomId[] | undefined
  readonly at: number
}

export interface MyRooms {
  readonly me: Member
  readonly isNewUser: boolean
  readonly rooms: readonly OwnRoom[]
}

interface GetOwnRoom {
  readonly kind: "ownRoom"
  readonly roomId: RoomId
  readonly userId: UserId
  readonly marks: Marks
}

/** None for whoever is no member. */
interface GetStandings {
  readonly kind: "standings"
  readonly roomId: RoomId
  readonly readers: readonly RoomReader[]
}

interface MarkRead extends Mark {
  readonly kind: "markRead"
  /** The mark that is not stored yet. */
  readonly marked: number
}

/** ERR_NOT_IN_ROOM. */
interface Marked {
  readonly standing: Standing
  /** It was read as far before. */
  readonly isUnchanged: boolean
}

interface KeepMarks {
  readonly kind: "keepMarks"
  readonly marks: readonly Mark[]
}

interface SetNotifications {
  readonly kind: "setNotifications"
  readonly roomId: RoomId
  readonly userId: UserId
  readonly level: NotifyLevel
}

/** ERR_NOT_IN_ROOM. */
interface Notified {
  readonly role: Role
  readonly isUnchanged: boolean
}

const myRooms: Rule<ListMyRooms, MyRooms> = {
  needs: ({ userId }) => ({ users: [userId] }),
  writes: (set, { userId }) => set.user(userId) === undefined,
  apply: (set, command) => {
    const known = set.user(command.userId)
    if (known === undefined && command.newUserWaitMs > 0) return tooManyUsers(command.newUserWaitMs)
    const user = known ?? addUser(set, command, command.at)
    const { marks, after, limit, onlyOf } = command
    const me = asMember(user)
    return reading({ kind: "ownRooms", user, marks, after, limit, onlyOf }, (rooms) => {
      return { me, isNewUser: known === undefined, rooms }
    })
  },
}

const markRead: Rule<MarkRead, Marked> = {
  needs: needsOfPlace,
  writes: never,
  apply: (set, command) => {
    const member = memberAt(set, command)
    if (member instanceof ChatError) return member
    const before = Math.max(member.readSeq, command.marked)
    const readSeq = Math.max(before, Math.min(command.seq, member.room.rev))
    return reading(
      { kind: "standings", room: member.room, readers: [{ userId: command.userId, readSeq }] },
      (found) => {
        const [standing] = found
        return standing === undefined
          ? new ChatError("ERR_NOT_IN_ROOM", { details: { roomId: command.roomId } })
          : { standing, isUnchanged: readSeq === before }
      },
    )
  },
}

/** Marks of former members are dropped. */
const keepMarks: Rule<KeepMarks, true> = {
  needs: ({ marks }) => ({
    rooms: marks.map(({ roomId }) => roomId),
    users: marks.map(({ userId }) => userId),
    members: marks,
  }),
  writes: always,
  apply: (set, { marks }) => {
    for (const mark of marks) {
      const member = memberAt(set, mark)
      if (member instanceof ChatError || member.readSeq >= mark.seq) continue
      member.readSeq = mark.seq
      set.changedReading(member, "marked")
    }
    return true
  },
}

const setNotifications: Rule<SetNotifications, Notified> = {
  needs: needsOfPlace,
  writes: always,
  apply: (set, command) => {
    const member = memberAt(set, command)
    if (member instanceof ChatError) return member
    const isUnchanged = notifyOf(member) === command.level
    if (!isUnchanged) {
      member.notify = command.level
      set.changedNotify(member)
    }
    return { role: member.role, isUnchanged }
  },
}

/** Of one room, as the list has it. */
const ownRoom: Rule<GetOwnRoom, OwnRoom> = {
  needs: needsOfPlace,
  writes: never,
  apply: (set, { marks, ...place }) => {
    const member = memberAt(set, place)
    if (member instanceof ChatError) return member
    const { user } = member
    return reading(
      { kind: "ownRooms", user, member, marks, after: 0, limit: 1, onlyOf: undefined },
      ([found]) => found ?? notInRoom(place.roomId),
    )
  },
}

const standings: Rule<GetStandings, readonly (Standing | undefined)[]> = {
  needs: ({ roomId, readers }) => ({
    rooms: [roomId],
    users: readers.map(({ userId }) => userId),
    members: readers.map(({ userId }) => ({ roomId, userId })),
  }),
  writes: never,
  apply: (set, { roomId, readers }) => {
    const room = set.room(roomId)
    if (room === undefined) return notInRoom(roomId)
    const members = readers.flatMap(({ userId, readSeq }) => {
      const member = memberAt(set, { roomId, userId })
      return member instanceof ChatError ? [] : [{ userId, readSeq: Math.max(readSeq, member.readSeq) }]
    })
    return reading({ kind: "standings", room, readers: members }, (found) => {
      const byUser = new Map(members.map(({ userId }, index) => [userId, found[index]]))
      return readers.map(({ userId }) => byUser.get(userId))
    })
  },
}

export const rules = { myRooms, ownRoom, standings, markRead, keepMarks, setNotifications }

function notifyOf({ notify, room }: MemberRecord): NotifyLevel {
  return notify ?? usualNotify(room.room.visibility)
}

/** The default notification level. */
function usualNotify(visibility: RoomVisibility): NotifyLevel {
  return visibility === "direct" ? "all" : "mentions"
}

/** As its member sees it. */
export function myRoomOf(
  { room, role, notify, standing, peers }: OwnRoom,
  online: { readonly has: (userId: UserId) => boolean },
): MyRoom {
  const own = { ...room, role, ...standing, notify: notify ?? usualNotify(room.visibility) }
  if (peers === undefined) return own
  return { ...own, peers: peers.map((peer) => ({ ...peer, isOnline: online.has(peer.userId as UserId) })) }
}

/** For a message that is not deleted. */
export function lastMessageOf(message: Message): LastMessage {
  const { userId, username, excerpt } = quoteOfMessage(message)
  return { userId, username, excerpt }
}

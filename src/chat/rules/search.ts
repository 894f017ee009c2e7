/**
 * Which rooms a search may read, and what may be shown of its hits. Rights to a room are
 * checked here, once before the search and once after it.
 *
 * Hits were read outside the store's queue. In the queue it is only checked whether they
 * still hold; those that do not are read again.
 */
import type { Hit } from "../../contract/search.ts"
import type { MessageId, RoomId, UserId } from "../../contract/values.ts"
import { notInRoom } from "./access.ts"
import { messageOf, seenBy } from "./message-view.ts"
import { unnamedOf } from "./reactions.ts"
import { never, type Rule, reading } from "./rule.ts"
import type { Needs, RoomRecord, WorkingSet } from "./working-set.ts"

/** Who asks. */
export interface Seeker {
  readonly userId: UserId | undefined
  /** With `AUTH=open`, being a member counts in public rooms only. */
  readonly isKnown: boolean
  /** Rooms that the session is in. */
  readonly joined: ReadonlySet<RoomId>
  /** The one room to search, if only one is asked for. */
  readonly roomId: RoomId | undefined
}

interface SearchScope extends Seeker {
  readonly kind: "searchScope"
}

/** What an index says of a message; it may be outdated. */
export interface FoundMessage {
  readonly id: MessageId
  readonly roomId: RoomId
}

/** What was read of a room when it stood at `rev`. */
export interface ReadRoom {
  readonly roomId: RoomId
  readonly rev: number
  /** The `seq`s of messages, and of those they answer, whose beginning they show too. */
  readonly seqs: readonly number[]
}

interface CheckHits extends Seeker {
  readonly kind: "checkHits"
  readonly read: readonly ReadRoom[]
}

interface ReadHits extends Seeker {
  readonly kind: "readHits"
  /** `viewer` is the user who is shown their own reactions in that room. */
  readonly found: readonly (FoundMessage & { readonly viewer?: UserId | undefined })[]
}

type Told = Pick<Hit, "message" | "roomName">

/** ERR_NOT_IN_ROOM, whether the room exists or not. */
const searchScope: Rule<SearchScope, readonly RoomId[]> = {
  needs: (seeker) => needsOf(seeker, seeker.roomId === undefined ? [] : [seeker.roomId]),
  writes: never,
  apply: (set, seeker) => {
    const { roomId, userId, joined, isKnown } = seeker
    if (roomId !== undefined) return mayRead(set, roomId, seeker) ? [roomId] : notInRoom(roomId)
    const user = userId === undefined ? undefined : set.user(userId)
    if (user === undefined) return [...joined]
    return reading({ kind: "roomsOf", user }, (rooms) => {
      const own = rooms.filter(({ visibility }) => isKnown || visibility === "public").map(({ id }) => id)
      return [...new Set([...joined, ...own])]
    })
  },
}

/** Beyond this many changes of a room since it was read, it does not matter which they are. */
const changesMax = 1_000

/** Whether all of it is unchanged, and may still be read. */
const checkHits: Rule<CheckHits, boolean> = {
  needs: (seeker) =>
    needsOf(
      seeker,
      seeker.read.map(({ roomId }) => roomId),
    ),
  writes: never,
  apply: (set, seeker) => {
    const moved: { readonly room: RoomRecord; readonly since: number; readonly seqs: readonly number[] }[] = []
    for (const { roomId, rev, seqs } of seeker.read) {
      const room = set.room(roomId)
      if (room === undefined || !mayRead(set, roomId, seeker)) return false
      if (seqs.some((seq) => seq <= room.forgotten)) return false
      if (room.rev > rev) moved.push({ room, since: rev, seqs })
    }
    if (moved.length === 0) return true
    return reading({ kind: "changed", rooms: moved, limit: changesMax }, (changed) =>
      moved.every(({ seqs }, index) => {
        const inRoom = changed[index]
        return inRoom !== undefined && inRoom.size < changesMax && !seqs.some((seq) => inRoom.has(seq))
      }),
    )
  },
}

/** Leaves out what is deleted, or in a room that may no longer be read. */
const readHits: Rule<ReadHits, readonly Told[]> = {
  needs: (seeker) => ({
    ...needsOf(seeker, [...new Set(seeker.found.map(({ roomId }) => roomId))]),
    messages: seeker.found.map(({ id }) => id),
    reactions: seeker.found.flatMap(({ id, viewer }) => (viewer ? [{ messageId: id, userId: viewer }] : [])),
  }),
  writes: never,
  apply: (set, seeker) => {
    const readable = new Set(seeker.found.map(({ roomId }) => roomId).filter((id) => mayRead(set, id, seeker)))
    return seeker.found.flatMap((found) => (readable.has(found.roomId) ? told(set, found) : []))
  },
}

export const rules = { searchScope, checkHits, readHits }

function needsOf({ userId }: Seeker, roomIds: readonly RoomId[]): Needs {
  if (userId === undefined) return { rooms: roomIds }
  return { rooms: roomIds, users: [userId], members: roomIds.map((roomId) => ({ roomId, userId })) }
}

function told(set: WorkingSet, { id, roomId, viewer }: ReadHits["found"][number]): Told[] {
  const record = set.message(id)
  if (record === undefined || record.extra?.deletedAt !== undefined || record.room.room.id !== roomId) return []
  const message = messageOf(record, set.address)
  const seen = viewer === undefined ? message : seenBy(message, viewer, unnamedOf(set, record, viewer))
  return [{ message: seen, roomName: record.room.room.name }]
}

/** One's own rooms, and a public one that is named, unless one is banned from it. */
function mayRead(set: WorkingSet, roomId: RoomId, seeker: Seeker): boolean {
  const room = set.room(roomId)
  if (room === undefined) return false
  if (seeker.joined.has(roomId)) return true
  const user = seeker.userId === undefined ? undefined : set.user(seeker.userId)
  const isPublic = room.room.visibility === "public"
  if (user !== undefined && set.member(room, user) !== undefined) return seeker.isKnown || isPublic
  return roomId === seeker.roomId && isPublic && (user === undefined || !set.isBanned(room, user))
}

/** What the server needs from its store for itself. */
import type { RoomId, UserId } from "../../contract/values.ts"
import { always, finding, never, type Rule, reading } from "./rule.ts"

/** Writes the time, to learn whether writing works. It also records when the data was last served. */
interface Probe {
  readonly kind: "probe"
  readonly at: number
}

/** The latest numbers of rooms, for a server that wants to know what others have stored. */
interface ReadHeads {
  readonly kind: "heads"
  readonly roomIds: readonly RoomId[]
}

export interface Heads {
  readonly epoch: string
  /** The last number of each room. */
  readonly revs: ReadonlyMap<RoomId, number>
  /** The access number of each room; none for deleted ones. */
  readonly accessRevs: ReadonlyMap<RoomId, number>
}

/** Those of the people in a room who are not, or no longer, members. */
interface FindStrangers {
  readonly kind: "strangers"
  readonly roomId: RoomId
  readonly userIds: readonly UserId[]
}

interface Strangers {
  readonly userIds: readonly UserId[]
  /** The room's access number. */
  readonly accessRev: number
}

const probe: Rule<Probe, true> = {
  needs: () => ({}),
  writes: always,
  apply: (set, { at }) => {
    set.probed(at)
    return true
  },
}

/** The latest time that was kept; 0 where there is none. */
const servedAt: Rule<{ readonly kind: "servedAt" }, number> = finding((command) => command)

const heads: Rule<ReadHeads, Heads> = {
  needs: ({ roomIds }) => ({ rooms: roomIds }),
  writes: never,
  apply: (set, { roomIds }) => ({
    epoch: set.epoch,
    revs: new Map(roomIds.map((id) => [id, set.room(id)?.rev ?? 0])),
    accessRevs: new Map(roomIds.flatMap((id) => set.room(id) ?? []).map(({ room, accessRev }) => [room.id, accessRev])),
  }),
}

const strangers: Rule<FindStrangers, Strangers> = {
  needs: ({ roomId, userIds }) => ({
    rooms: [roomId],
    users: userIds,
    members: userIds.map((userId) => ({ roomId, userId })),
  }),
  writes: never,
  apply: (set, { roomId, userIds }) => {
    const room = set.room(roomId)
    if (room === undefined) return { userIds, accessRev: deletedAccessRev }
    const isMember = (userId: UserId) => {
      const user = set.user(userId)
      return user !== undefined && set.member(room, user) !== undefined
    }
    return { userIds: userIds.filter((userId) => !isMember(userId)), accessRev: room.accessRev }
  },
}

/** Empties some of the messages in deleted rooms. */
interface Purge {
  readonly kind: "purge"
  readonly at: number
}

const isPurgeDue: Rule<{ readonly kind: "isPurgeDue" }, boolean> = finding(() => ({ kind: "purgeDue" }))

/** Whether there is more of it that can be emptied now: what others hold is not waited for, and found again later. */
const purge: Rule<Purge, boolean> = {
  needs: () => ({ isAlone: true }),
  writes: always,
  apply: (set, { at }) => {
    set.purge(at)
    return reading({ kind: "purgeDue", isFree: true }, (isDue) => isDue)
  },
}

/** Ends memberships of users who were not seen for long: with `AUTH=open`, names come and go. */
interface ExpireMembers {
  readonly kind: "expireMembers"
  readonly before: number
}

/** Whether there may be more of them. */
const expireMembers: Rule<ExpireMembers, boolean> = {
  needs: () => ({ isAlone: true }),
  writes: always,
  apply: (set, { before }) => {
    set.expireMembers(before)
    return reading({ kind: "unseen", before }, (isDue) => isDue)
  },
}

/** Whether there is anybody who was not seen for long. */
const findUnseen: Rule<{ readonly kind: "findUnseen"; readonly before: number }, boolean> = finding(({ before }) => ({
  kind: "unseen",
  before,
}))

/** The access number of a deleted room: above all others. */
export const deletedAccessRev = Number.MAX_SAFE_INTEGER

export const rules = { probe, servedAt, heads, strangers, isPurgeDue, purge, expireMembers, findUnseen }

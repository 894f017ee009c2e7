/**
 * Direct rooms: one for each set of people, whoever of them asks and however many ask at
 * once. A room stores the key of its set, which is unique in every store.
 */
import { ChatError } from "../../contract/errors.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import { noSuchUser } from "./access.ts"
import { addMember, checkPlace, show } from "./membership.ts"
import { newRoomRecord } from "./rooms.ts"
import { always, type Rule } from "./rule.ts"
import { addUser } from "./users.ts"
import type { RoomRecord, UserRecord, WorkingSet } from "./working-set.ts"

interface OpenDirect {
  readonly kind: "openDirect"
  readonly userId: UserId
  /** The name of somebody who has never joined a room. */
  readonly username: string
  /** Others, each once. */
  readonly targetIds: readonly UserId[]
  /** If there is none yet. */
  readonly newId: RoomId
  /** How long until a new one may be made, or 0. */
  readonly newRoomWaitMs: number
  readonly at: number
}

/** ERR_NOT_FOUND, ERR_RATE_LIMITED, ERR_FORBIDDEN. */
export interface OpenedDirect {
  readonly roomId: RoomId
  readonly isNew: boolean
  /** Whoever asked had hidden it. */
  readonly isShown: boolean
}

const openDirect: Rule<OpenDirect, OpenedDirect> = {
  needs: ({ userId, targetIds }) => {
    const users = [userId, ...targetIds]
    const onlyOne = directOf(users)
    return { users, onlyOnes: users.map((one) => ({ onlyOne, userId: one })), roomsOf: users }
  },
  writes: always,
  apply: (set, command) => {
    const { userId, targetIds } = command
    const peers = targetIds.flatMap((id) => set.user(id) ?? [])
    if (peers.length < targetIds.length) return noSuchUser("One of them is no user here.", "targetIds")
    const room = set.onlyOne(directOf([userId, ...targetIds]))
    if (room !== undefined) return reopen(set, room, command, peers)
    if (command.newRoomWaitMs > 0)
      return new ChatError("ERR_RATE_LIMITED", { details: { retryAfterMs: command.newRoomWaitMs } })
    return open(set, command, peers)
  },
}

export const rules = { openDirect }

/** The key of a set of people. It is short, however long the ids are. */
export function directOf(people: readonly string[]): string {
  return `direct ${new Bun.CryptoHasher("sha256").update(JSON.stringify([...people].sort())).digest("base64url")}`
}

/**
 * Those of its people who are no longer members become members again: with `AUTH=open`, memberships end after a long
 * absence.
 */
function reopen(set: WorkingSet, room: RoomRecord, command: OpenDirect, peers: readonly UserRecord[]): OpenedDirect {
  const { userId, at } = command
  const gone = [selfOf(set, command), ...peers].filter((user) => set.member(room, user) === undefined)
  for (const user of gone) addMember(set, { room, user, role: "member", at })
  const isBack = gone.some(({ id }) => id === userId)
  const isShown = show(set, room, [userId]).length > 0
  return { roomId: room.room.id as RoomId, isNew: false, isShown: isShown || isBack }
}

function selfOf(set: WorkingSet, { userId, username, at }: OpenDirect): UserRecord {
  return set.user(userId) ?? addUser(set, { userId, username }, at)
}

function open(set: WorkingSet, command: OpenDirect, peers: readonly UserRecord[]): OpenedDirect | ChatError {
  const { userId, newId: id, targetIds, at } = command
  const room: RoomRecord = newRoomRecord(
    { id, name: "Direct", visibility: "direct", topic: "" },
    { creatorId: userId, at, onlyOne: directOf([userId, ...targetIds]) },
  )
  for (const user of [set.user(userId), ...peers]) {
    const full = checkPlace(set, room, user)
    if (full !== undefined) return full
  }
  const self = selfOf(set, command)
  set.addRoom(room)
  for (const user of [self, ...peers]) addMember(set, { room, user, role: "member", at })
  return { roomId: id, isNew: true, isShown: false }
}

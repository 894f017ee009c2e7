/** Records for a rule that is asked without a store. */
import type { MemberRecord, RoomRecord, UserRecord } from "../../../src/chat/rules/working-set.ts"
import type { Role, RoomVisibility, UserId } from "../../../src/contract/values.ts"
import { Batch, type Loader } from "../../../src/store/batch.ts"
import { newRoomId, user } from "../../support/ids.ts"

export function batchOf(loader: Partial<Loader> = {}): Batch {
  const nothing = () => undefined
  return new Batch("this life", {
    room: nothing,
    user: nothing,
    message: nothing,
    file: nothing,
    hasReaction: () => false,
    reactors: () => [],
    member: nothing,
    isBanned: () => false,
    onlyOne: nothing,
    deleterOf: nothing,
    heirOf: nothing,
    roomsOf: () => 0,
    ...loader,
  })
}

export function roomOf(visibility: RoomVisibility, state: Partial<RoomRecord> = {}): RoomRecord {
  const room = { id: newRoomId(), name: "Garden", topic: "", visibility, createdAt: "2026-01-31T12:00:00.000Z" }
  const counted = { createdAt: 0, rev: 0, lastAt: 0, members: 1, accessRev: 0, forgotten: 0 }
  const hiddenFor: readonly UserId[] = []
  return { pk: 1, room, creatorId: null, onlyOne: null, ...counted, hiddenFor, ...state }
}

export function person(name: string): UserRecord {
  return { pk: 1, id: user(name), username: name, avatar: null, updatedAt: 0 }
}

export function memberOf(room: RoomRecord, user: UserRecord, role: Role = "member"): MemberRecord {
  return { pk: 1, room, user, role, joinedAt: 0, readSeq: 0, notify: null, seenAt: 0 }
}

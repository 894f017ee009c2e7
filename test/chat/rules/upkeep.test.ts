/** What a server asks for itself. The rest is in test/store, on every store. */
import { expect, test } from "bun:test"
import { apply, needsOf } from "../../../src/chat/rules/rules.ts"
import type { UserRecord } from "../../../src/chat/rules/working-set.ts"
import { newRoomId, user } from "../../support/ids.ts"
import { batchOf, memberOf, person, roomOf } from "./records.ts"

test("[NODE1] how far rooms are: what does not exist is at 0, and has no access", () => {
  const [garden, gone] = [roomOf("public", { rev: 7, accessRev: 3 }), newRoomId()]
  const batch = batchOf({ room: (id) => (id === garden.room.id ? garden : undefined) })
  const { id } = garden.room
  const command = { kind: "heads", roomIds: [id, gone] } as const
  expect(needsOf(command)).toEqual({ rooms: [id, gone] })
  expect(apply(batch, command)).toEqual({
    epoch: "this life",
    revs: new Map([
      [id, 7],
      [gone, 0],
    ]),
    accessRevs: new Map([[id, 3]]),
  })
})

test("[MEM4] whoever is no member, or not known at all, is a stranger; all are in a room that is gone", () => {
  const [ann, bob] = ["ann", "bob"].map(person) as [UserRecord, UserRecord]
  const garden = roomOf("public", { accessRev: 3 })
  const batch = batchOf({
    room: (id) => (id === garden.room.id ? garden : undefined),
    user: (id) => [ann, bob].find((one) => one.id === id),
    member: (_, { id }) => (id === ann.id ? memberOf(garden, ann) : undefined),
  })
  const userIds = [ann.id, bob.id, user("nobody")]
  const command = { kind: "strangers", roomId: garden.room.id, userIds } as const
  const members = userIds.map((userId) => ({ roomId: garden.room.id, userId }))
  expect(needsOf(command)).toEqual({ rooms: [garden.room.id], users: userIds, members })
  expect(apply(batch, command)).toEqual({ userIds: userIds.slice(1), accessRev: 3 })
  const gone = { ...command, roomId: newRoomId() }
  expect(apply(batch, gone)).toEqual({ userIds, accessRev: Number.MAX_SAFE_INTEGER })
})

test("[ROOM5] [OPEN1] what is removed bit by bit is alone in its batch, and tells whether there is more", () => {
  const batch = batchOf()
  const removals = [
    [
      { kind: "purge", at: 5 },
      { kind: "purgeDue", isFree: true },
    ],
    [
      { kind: "expireMembers", before: 6 },
      { kind: "unseen", before: 6 },
    ],
  ] as const
  for (const [command, query] of removals) {
    expect(needsOf(command)).toEqual({ isAlone: true })
    expect(apply(batch, command)).toMatchObject({ query })
  }
  expect(batch.take()).toMatchObject({ purgeAt: 5, expireBefore: 6 })
  expect(apply(batch, { kind: "findUnseen", before: 7 })).toMatchObject({ query: { kind: "unseen", before: 7 } })
  expect(apply(batch, { kind: "probe", at: 8 })).toBe(true)
  expect(batch.take()).toMatchObject({ purgeAt: undefined, expireBefore: undefined, probedAt: 8 })
})

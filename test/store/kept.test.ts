import { expect, test } from "bun:test"
import type { UserRecord } from "../../src/chat/rules/working-set.ts"
import { Kept } from "../../src/store/kept.ts"
import { memberOf, person, roomOf } from "../chat/rules/records.ts"

test("what is kept is found until it is dropped, and counted", () => {
  const kept = new Kept()
  const [garden, kitchen] = [roomOf("public"), roomOf("private")]
  const [ann, bob] = ["ann", "bob"].map(person) as [UserRecord, UserRecord]
  const members = [memberOf(garden, ann), memberOf(garden, bob), memberOf(kitchen, ann)] as const
  const found = () => members.map(({ room, user }) => kept.member(room, user))
  for (const room of [garden, kitchen]) kept.rooms.set(room.room.id, room)
  for (const user of [ann, bob]) kept.users.set(user.id, user)
  for (const member of members) kept.keep(member)
  expect([found(), kept.size]).toEqual([[...members], 7])

  kept.drop(members[0])
  kept.drop(members[0])
  kept.drop(memberOf(roomOf("public"), ann))
  expect([found(), kept.size]).toEqual([[undefined, members[1], members[2]], 6])

  kept.dropRoom(garden)
  kept.dropRoom(garden)
  expect([found(), kept.size, kept.rooms.has(garden.room.id)]).toEqual([[undefined, undefined, members[2]], 4, false])

  kept.clear()
  expect([found(), kept.size]).toEqual([[undefined, undefined, undefined], 0])
  kept.keep(members[2])
  expect([found(), kept.size]).toEqual([[undefined, undefined, members[2]], 1])
})

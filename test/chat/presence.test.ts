import { expect, test } from "bun:test"
import { Presence } from "../../src/chat/presence.ts"
import { Session } from "../../src/chat/session.ts"
import { limits } from "../../src/contract/limits.ts"
import { newRoomId, user } from "../support/ids.ts"

const [ann, bob] = [user("ann"), user("bob")]
const [phone, laptop] = [new Session("phone").id, new Session("laptop").id]
const profile = (username: string) => ({ username, avatar: null })

test("[JOIN4] a user is present from its first session to the end of its last", () => {
  const presence = new Presence()
  const roomId = newRoomId()

  expect(presence.enter(roomId, ann, profile("Ann"), phone)).toBe(true)
  expect(presence.enter(roomId, ann, profile("Ann"), laptop)).toBe(false)
  expect(presence.memberCount(roomId)).toBe(1)
  expect(presence.exit(roomId, ann, phone)).toBe(false)
  expect(presence.exit(roomId, ann, laptop)).toBe(true)
  expect(presence.memberCount(roomId)).toBe(0)
})

test("[JOIN3] entering again with the same session counts once", () => {
  const presence = new Presence()
  const roomId = newRoomId()
  presence.enter(roomId, ann, profile("Ann"), phone)
  expect(presence.enter(roomId, ann, profile("Ann"), phone)).toBe(false)
  expect(presence.exit(roomId, ann, phone)).toBe(true)
})

test("leaving a room one is not in changes nothing", () => {
  const presence = new Presence()
  const roomId = newRoomId()
  presence.enter(roomId, ann, profile("Ann"), phone)
  expect(presence.exit(roomId, bob, phone)).toBe(false)
  expect(presence.exit(newRoomId(), ann, phone)).toBe(false)
  expect(presence.exit(roomId, ann, laptop)).toBe(false)
  expect(presence.memberCount(roomId)).toBe(1)
})

test("[JOIN1] members carry the latest profile, in every room, oneself first", () => {
  const presence = new Presence()
  const [one, two] = [newRoomId(), newRoomId()]
  presence.enter(one, ann, profile("Ann"), phone)
  presence.enter(one, bob, profile("Bob"), laptop)
  presence.enter(two, ann, { username: "Annie", avatar: "https://a.example/1.png" }, phone)

  expect(presence.members(one, bob)).toEqual([
    { userId: bob, username: "Bob", avatar: null },
    { userId: ann, username: "Annie", avatar: "https://a.example/1.png" },
  ])
})

test("[JOIN1] members are at most 200, and memberCount counts all", () => {
  const presence = new Presence()
  const roomId = newRoomId()
  for (let i = 0; i < 250; i++) presence.enter(roomId, user(`user ${i}`), profile("Somebody"), new Session(`${i}`).id)

  const last = user("user 249")
  const members = presence.members(roomId, last)
  expect(members).toHaveLength(limits.membersLengthMax)
  expect(members[0]?.userId).toBe(last)
  expect(new Set(members.map(({ userId }) => userId)).size).toBe(members.length)
  expect(presence.memberCount(roomId)).toBe(250)
})

test("[JOIN1] members are at most 64 KiB of JSON", () => {
  const presence = new Presence()
  const roomId = newRoomId()
  const avatar = `https://a.example/${"ü".repeat(2_000)}`
  for (let i = 0; i < 100; i++) presence.enter(roomId, user(`${i}`), { username: "U", avatar }, new Session(`${i}`).id)

  const members = presence.members(roomId, user("0"))
  const bytes = (list: unknown) => Buffer.byteLength(JSON.stringify(list))
  expect(bytes(members)).toBeLessThanOrEqual(limits.membersBytesMax)
  expect(bytes([...members, members[0]])).toBeGreaterThan(limits.membersBytesMax)
})

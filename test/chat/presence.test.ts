import { expect, test } from "bun:test"
import { Presence } from "../../src/chat/presence.ts"
import { Session } from "../../src/chat/session.ts"
import { textOf } from "../../src/chat/written.ts"
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

  for (const session of [phone, laptop]) presence.enter(roomId, ann, profile("Ann"), session)
  expect(presence.exit(roomId, ann, laptop)).toBe(false)
  expect(presence.exit(roomId, ann, phone)).toBe(true)
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

test("[JOIN1] whoever comes into a crowd is told of those who are there now, as text too", () => {
  const presence = new Presence()
  const roomId = newRoomId()
  const nth = (n: number) => user(`user ${n}`)
  const come = (n: number, name = `Name ${n}`) => presence.enter(roomId, nth(n), profile(name), new Session(`${n}`).id)
  const listed = (n: number) => {
    const members = presence.members(roomId, nth(n))
    expect(textOf(members)).toBe(JSON.stringify(members))
    return members.map(({ username }) => username)
  }
  const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `Name ${from + i}`)
  for (let n = 1; n <= 250; n++) come(n)
  expect(listed(250)).toEqual(["Name 250", ...names(1, 199)])
  expect(listed(200)).toEqual(["Name 200", ...names(1, 199)])

  presence.exit(roomId, nth(1), new Session("1").id)
  expect(listed(250)).toEqual(["Name 250", ...names(2, 200)])
  come(2, "Another")
  expect(listed(250)).toEqual(["Name 250", "Another", ...names(3, 200)])
  presence.exit(roomId, nth(240), new Session("240").id)
  come(1)
  expect(listed(1)).toEqual(["Name 1", "Another", ...names(3, 200)])
  expect(presence.members(roomId, nth(3)).map(({ username }) => username)).toEqual([
    "Name 3",
    "Another",
    ...names(4, 201),
  ])
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

test("[JOIN1] a picture that changes is shown at once, and so is one that is taken away", () => {
  const presence = new Presence()
  const roomId = newRoomId()
  const avatars = ["https://a.example/1.png", "https://a.example/2.png", null]
  for (const avatar of avatars) {
    presence.enter(roomId, ann, { username: "Ann", avatar }, phone)
    expect(presence.members(roomId, ann)).toEqual([{ userId: ann, username: "Ann", avatar }])
  }
})

test("[JOIN1] members fill 64 KiB to the last one that fits, with the brackets and commas of the list", () => {
  const presence = new Presence()
  const roomId = newRoomId()
  // 656 bytes each with its comma: 99 of them and the brackets leave 590 bytes.
  const bytesOf = (list: unknown) => Buffer.byteLength(JSON.stringify(list))
  const frame = bytesOf({ userId: "00", username: "U", avatar: "https://a.example/" }) + 1
  const enter = (id: string, bytes: number) => {
    const avatar = `https://a.example/${"x".repeat(bytes - frame)}`
    presence.enter(roomId, user(id), { username: "U", avatar }, new Session(id).id)
  }
  for (let i = 0; i < 99; i++) enter(`${i}`.padStart(2, "0"), 656)
  const left = limits.membersBytesMax - 2 - 99 * 656
  enter("99", left + 1)
  expect(presence.members(roomId, user("00"))).toHaveLength(99)
  enter("99", left)
  expect(presence.members(roomId, user("00"))).toHaveLength(100)
  expect(presence.page(roomId, 0).next).toBeUndefined()
})

test("a room that is left by everybody, and a user who is nowhere, are kept no longer", () => {
  const presence = new Presence()
  const [one, two] = [newRoomId(), newRoomId()]
  for (const roomId of [one, two]) for (const id of [ann, bob]) presence.enter(roomId, id, profile("Somebody"), phone)
  presence.enter(one, ann, profile("Renamed"), laptop)
  expect(presence.size).toBe(4)
  presence.exit(one, ann, laptop)
  for (const id of [ann, bob]) presence.exit(one, id, phone)
  expect(presence.size).toBe(3)
  // Still somewhere, so still described.
  expect(presence.members(two, bob)).toMatchObject([{ userId: bob }, { userId: ann, username: "Renamed" }])
  for (const id of [ann, bob]) presence.exit(two, id, phone)
  expect(presence.size).toBe(0)
})

test("[JOIN1] nor are they more in a crowd, of which as many are written as fit with each", () => {
  const presence = new Presence()
  const roomId = newRoomId()
  const avatar = `https://a.example/${"a".repeat(300)}`
  const come = (id: string, picture: string | null) =>
    presence.enter(roomId, user(id), { username: "U", avatar: picture }, new Session(id).id)
  for (let n = 0; n < 250; n++) come(`${n}`, avatar)
  come("short", null)
  come("long", `https://a.example/${"a".repeat(1_000)}`)
  const bytes = (id: string) => Buffer.byteLength(JSON.stringify(presence.members(roomId, user(id))))
  for (const id of ["short", "long", "249"]) expect(bytes(id)).toBeLessThanOrEqual(limits.membersBytesMax)
  expect(presence.members(roomId, user("long")).length).toBeLessThan(presence.members(roomId, user("249")).length)
})

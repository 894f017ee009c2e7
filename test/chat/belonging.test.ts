/** Who belongs to a room, as clients ask for it and hear of it. */
import { expect, test } from "bun:test"
import { pageByName } from "../../src/chat/members.ts"
import type { ListedMember } from "../../src/chat/rules/found.ts"
import { Session } from "../../src/chat/session.ts"
import { user } from "../support/ids.ts"
import { Conversation, known, payloads, told } from "./conversation.ts"

const anybody = (device: string) => new Session(device)

test("[MEM3] members are listed by name, in pages, with their roles and whether they are here, and how many there are", async () => {
  const talk = new Conversation()
  const [zoe, eve, bob] = [known("zoe"), known("Éve"), known("bob")]
  const roomId = await talk.newRoom(zoe, { userId: "zoe" })
  for (const session of [eve, bob]) await talk.join(session, roomId, session.username!)
  await talk.ask("leave_room", eve, { roomId, userId: "Éve" })

  const asked = { roomId, userId: "bob" }
  const first = (await talk.ask("list_members", bob, { ...asked, limit: 2 })).answer
  const joinedAt = "1970-01-01T00:00:00.000Z"
  expect(first.members).toEqual([
    { userId: user("bob"), username: "bob", avatar: null, role: "member", isHere: true, isOnline: true, joinedAt },
    { userId: user("Éve"), username: "Éve", avatar: null, role: "member", isHere: false, isOnline: false, joinedAt },
  ])
  // Of all, whatever this page holds: of those here and those who left the room, one is online.
  expect([first.total, first.online]).toEqual([3, 1])
  const last = (await talk.ask("list_members", bob, { ...asked, limit: 2, cursor: first.cursor })).answer
  expect(last).toEqual({
    ok: true,
    members: [
      { userId: user("zoe"), username: "zoe", avatar: null, role: "owner", isHere: false, isOnline: false, joinedAt },
    ],
    total: 3,
    online: 1,
  })
  const found = (await talk.ask("list_members", bob, { ...asked, query: "EV" })).answer
  expect(found.members.map(({ userId }) => userId)).toEqual([user("Éve")])
  expect([found.total, found.online]).toEqual([1, 0])
  // Who left stays a member, and whoever never was one is told nothing.
  expect((await talk.ask("list_members", eve, { roomId, userId: "Éve" })).answer.members).toHaveLength(3)
  expect(await talk.refused("list_members", known("dan"), { roomId, userId: "dan" })).toBe("ERR_NOT_IN_ROOM")
})

test("[MEM3] whoever stays is given once, also where a page's last member left before the next", () => {
  const all = ["a", "b", "c", "d", "e"].map((name, index) => memberNamed(name, index + 1))
  const first = pageByName(all, { query: undefined, after: undefined, limit: 2 })
  const rest = all.filter(({ username }) => username !== "b")
  const next = pageByName(rest, { query: undefined, after: first.next, limit: 2 })
  expect([first.members, next.members].flat().map(({ username }) => username)).toEqual(["a", "b", "c", "d"])
  expect(pageByName(rest, { query: undefined, after: next.next, limit: 2 })).toMatchObject({
    members: [{ username: "e" }],
    next: undefined,
  })
})

test("[MEM1] leaving for good takes the user's other devices along, and says so to them and to the others", async () => {
  const talk = new Conversation()
  const [phone, laptop, ann] = [known("bob", "phone"), known("bob", "laptop"), known("ann")]
  const roomId = await talk.newRoom(ann, { userId: "ann" })
  for (const session of [phone, laptop, ann]) await talk.join(session, roomId, session.username!)
  const { effects, answer } = await talk.ask("leave_room", phone, { roomId, userId: "bob", forGood: true })
  expect(answer).toEqual({ ok: true })
  expect(told(effects)).toEqual(["user_left to laptop", "user_left to the room except laptop"])
  expect(payloads(effects)).toEqual(Array(2).fill({ roomId, userId: user("bob"), reason: "leave" }))
  for (const session of [phone, laptop]) {
    expect(session.rooms.size).toBe(0)
    expect(await talk.refused("send_message", session, { roomId, userId: "bob", content: "hi" })).toBe(
      "ERR_NOT_IN_ROOM",
    )
  }
  expect((await talk.ask("list_members", ann, { roomId, userId: "ann" })).answer.members).toHaveLength(1)
  // Again, and from a room there is not: the same.
  for (const id of [roomId, crypto.randomUUID()])
    expect((await talk.ask("leave_room", phone, { roomId: id, userId: "bob", forGood: true })).effects).toEqual([])
})

test("[OPEN1] where nobody is known, a name ends nothing that other sockets of that name have", async () => {
  const talk = new Conversation()
  const [bob, other] = [anybody("bob"), anybody("other")]
  const roomId = await talk.newRoom(bob)
  for (const session of [bob, other]) await talk.join(session, roomId, "bob")
  await talk.ask("leave_room", other, { roomId, userId: "bob", forGood: true })
  await talk.ask("leave_room", other, { roomId, userId: "bob", forGood: true })
  const send = () => talk.ask("send_message", bob, { roomId, userId: "bob", content: "hi" })
  expect((await send()).answer.message.seq).toBe(1)
  await talk.ask("leave_room", bob, { roomId, userId: "bob", forGood: true })
  expect(await talk.refused("list_members", bob, { roomId, userId: "bob" })).toBe("ERR_NOT_IN_ROOM")
})

test("[OPEN1] where nobody is known there are no private rooms, and members are listed of public rooms or from within", async () => {
  const talk = new Conversation()
  const session = anybody("bob")
  const creating = { name: "Secret", userId: "bob", visibility: "private" }
  expect(await talk.refused("create_room", session, creating)).toBe("ERR_FORBIDDEN")
  const [open, hidden] = [await talk.newRoom(session), await talk.newRoom(session, { visibility: "unlisted" })]
  for (const roomId of [open, hidden]) await talk.join(session, roomId, "bob")
  for (const roomId of [open, hidden])
    expect((await talk.ask("list_members", session, { roomId, userId: "bob" })).answer.members).toHaveLength(2)
  const liar = anybody("liar")
  expect((await talk.ask("list_members", liar, { roomId: open, userId: "bob" })).answer.members).toHaveLength(2)
  expect(await talk.refused("list_members", liar, { roomId: hidden, userId: "bob" })).toBe("ERR_NOT_IN_ROOM")
})

function memberNamed(username: string, pk: number): ListedMember {
  return { pk, userId: user(username), username, avatar: null, role: "member", joinedAt: 0 }
}

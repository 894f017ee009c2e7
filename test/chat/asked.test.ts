import { expect, test } from "bun:test"
import { isClientEvent } from "../../src/chat/chat.ts"
import type { Place, Quota } from "../../src/chat/request.ts"
import { Session } from "../../src/chat/session.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { type ClientEvent, clientEvents } from "../../src/contract/events.ts"
import { limits } from "../../src/contract/limits.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { newRoomId, user } from "../support/ids.ts"
import { Conversation } from "./conversation.ts"

const phone = () => new Session("phone")

test("[LIST1] [LIST3] a list says who is here now, and its pages join to the whole", async () => {
  const talk = new Conversation()
  const session = phone()
  const rooms: RoomId[] = []
  for (let i = 0; i < 3; i++) rooms.push(await talk.newRoom(session, {}, i))
  await talk.newRoom(session, { visibility: "unlisted" })
  await talk.join(session, rooms[1]!, "ann")
  await talk.join(new Session("laptop"), rooms[1]!, "bob")

  const { effects, answer: first } = await talk.ask("list_rooms", session, { limit: 2 })
  expect(effects).toEqual([])
  expect(first).toMatchObject({
    ok: true,
    rooms: [
      { id: rooms[2], memberCount: 0 },
      { id: rooms[1], memberCount: 2 },
    ],
  })
  const { answer: last } = await talk.ask("list_rooms", session, { limit: 2, cursor: first.cursor })
  expect(last).toEqual({ ok: true, rooms: [expect.objectContaining({ id: rooms[0] })] })
})

test("an event is one of the contract's, and nothing that every object has", () => {
  for (const event of ["send_message", "list_rooms"]) expect(isClientEvent(event)).toBe(true)
  for (const event of ["message_received", "toString", "__proto__", "", undefined, null, 7, ["sync"]]) {
    expect(isClientEvent(event), String(event)).toBe(false)
  }
})

test("[LIST4] a server that lists no rooms says so", () => {
  const talk = new Conversation({ listsRooms: false })
  expect(talk.ask("list_rooms", phone())).rejects.toMatchObject({
    code: "ERR_FORBIDDEN",
    message: expect.stringContaining("does not list"),
  })
})

test("[HERE1] members are paged by a cursor, in the order of coming", async () => {
  const talk = new Conversation()
  const session = phone()
  const roomId = await talk.newRoom(session)
  const names = Array.from({ length: limits.membersLengthMax + 1 }, (_, i) => `user ${i}`)
  for (const name of names) await talk.join(name === "user 0" ? session : new Session(name), roomId, name)
  const first = (await talk.ask("get_members", session, { roomId })).answer
  expect(first.members.map(({ userId }) => userId as string)).toEqual(names.slice(0, -1))
  const last = await talk.ask("get_members", session, { roomId, cursor: first.cursor })
  expect(last.effects).toEqual([])
  expect(last.answer).toEqual({ ok: true, members: [{ userId: user("user 200"), username: "user 200", avatar: null }] })
})

test("[VAL1] a cursor that no list gave is refused by its field, before anything else is asked", async () => {
  const talk = new Conversation({ listsRooms: false })
  const wrong = ["1", "x.1", `1.${newRoomId()}0`, `12345678901234567.${newRoomId()}`, "-1", "1234567890123456", ""]
  for (const cursor of wrong.map((text) => Buffer.from(text || "\0").toString("base64url"))) {
    const refusal = {
      code: "ERR_VALIDATION",
      message: expect.stringMatching(/^cursor must be/),
      details: { field: "cursor" },
    }
    await expect(talk.ask("list_rooms", phone(), { cursor })).rejects.toMatchObject(refusal)
    if (cursor === Buffer.from("1").toString("base64url")) continue
    await expect(talk.ask("get_members", phone(), { roomId: newRoomId(), cursor })).rejects.toMatchObject(refusal)
  }
})

test("[HIST3] [HIST4] sync and get_history answer with a page, and tell nobody anything", async () => {
  const talk = new Conversation()
  const session = phone()
  const roomId = await talk.newRoom(session)
  await talk.join(session, roomId, "ann")
  const sent = []
  for (const content of ["1", "2", "3"]) {
    sent.push((await talk.ask("send_message", session, { roomId, userId: "ann", content })).answer.message)
  }
  const sync = (payload: object) => talk.ask("sync", session, { roomId, ...payload })
  const counted = { rev: 3, epoch: expect.any(String) }
  const first = await sync({ since: 0, limit: 2 })
  expect(first.effects).toEqual([])
  expect(first.answer).toEqual({ ok: true, messages: sent.slice(0, 2), ...counted, hasMore: true })
  expect((await sync({ since: 3 })).answer).toEqual({ ok: true, messages: [], ...counted, hasMore: false })
  expect((await sync({ since: 4 })).answer).toEqual({
    ok: true,
    messages: sent,
    ...counted,
    hasMore: false,
    reset: true,
  })
  expect((await sync({ since: 3, epoch: "another" })).answer.reset).toBe(true)
  const { effects, answer } = await talk.ask("get_history", session, { roomId, before: 3 })
  expect(effects).toEqual([])
  expect(answer).toEqual({ ok: true, messages: sent.slice(0, 2), hasMore: false })
})

test("[LIM2] what reads need not be answered to a socket that is gone; what changes something takes effect all the same", () => {
  const talk = new Conversation()
  const reads: readonly ClientEvent[] = [
    "sync",
    "get_history",
    "list_rooms",
    "get_members",
    "get_room",
    "list_members",
    "search_messages",
    "list_sessions",
    "list_passkeys",
    "list_invites",
    "list_accounts",
    "search_messages",
    "list_banned",
    "list_users",
    "get_user",
    "get_server",
  ]
  for (const event of Object.keys(clientEvents) as ClientEvent[]) {
    expect(talk.chat.handlerOf(event).isRead === true, event).toBe(reads.includes(event))
  }
})

test("[ORD1] messages may be under way together; whatever else is asked meets the state that those before it left", () => {
  const talk = new Conversation()
  const events = ["create_room", "join_room", "leave_room", "send_message", "typing", "sync", "get_history"] as const
  const overlapping = [...events, "list_rooms" as const, "get_members" as const].filter(
    (event) => talk.chat.handlerOf(event).overlaps,
  )
  expect(overlapping).toEqual(["send_message"])
})

test("[LIM2] a page is expected to be as large as the pages of its room were, and no larger than a page may be", async () => {
  const talk = new Conversation()
  const session = phone()
  const roomId = await talk.newRoom(session)
  const expected = (limit: number, room = roomId) => [
    talk.chat.pageBytes("sync", parseRequest("sync", { roomId: room, since: 0, limit })),
    talk.chat.pageBytes("get_history", parseRequest("get_history", { roomId: room, limit })),
  ]
  const joining = () =>
    talk.chat.pageBytes("join_room", parseRequest("join_room", { roomId, userId: "a", username: "a" }))
  expect(expected(10)).toEqual([20_736, 20_736])
  await talk.join(session, roomId, "ann")
  // It is known to be empty.
  expect(expected(10)).toEqual([256, 256])
  const content = "x".repeat(limits.contentLengthMax)
  for (let i = 0; i < 4; i++) await talk.ask("send_message", session, { roomId, userId: "ann", content })
  await talk.ask("get_history", session, { roomId, limit: 1 })
  const [one = 0, same] = expected(1)
  expect(one).toBeGreaterThan(4_000)
  expect(one).toBeLessThan(4_800)
  expect(same).toBe(one)
  const ofMany = (messages: number) => 256 + messages * (one - 256)
  expect(expected(10)).toEqual([ofMany(10), ofMany(10)])
  expect(joining()).toBe(ofMany(50))
  expect(expected(200)).toEqual([limits.pageBytesMax, limits.pageBytesMax])
  // Of others it is guessed by those that are known.
  expect(expected(10, newRoomId())[0]).toBeGreaterThan(20_736)

  await talk.ask("send_message", session, { roomId, userId: "ann", content: "short" })
  await talk.ask("sync", session, { roomId, since: 4 })
  expect(expected(1)[0]).toBeLessThan(756)
  await talk.join(session, roomId, "ann")
  expect(expected(1)[0]).toBeGreaterThan(3_000)
})

test("[LIM2] a page counts as the work it was: its bytes, a search as a whole page, and what is no page as none", async () => {
  const talk = new Conversation()
  const session = phone()
  const roomId = await talk.newRoom(session)
  const send = { roomId, userId: "ann", content: "x".repeat(limits.contentLengthMax) }
  await talk.join(session, roomId, "ann")
  for (let i = 0; i < 2; i++) await talk.ask("send_message", session, send)
  const other = new Session("laptop")
  const pages = [
    await talk.join(other, roomId, "bob"),
    await talk.ask("sync", session, { roomId, since: 0 }),
    await talk.ask("get_history", session, { roomId }),
  ]
  for (const { pageBytes = 0 } of pages) {
    expect(pageBytes).toBeGreaterThan(8_000)
    expect(pageBytes).toBeLessThan(9_600)
  }
  const work = async (event: ClientEvent, payload: object) => (await talk.ask(event, session, payload)).pageBytes
  const one = await work("list_rooms", {})
  expect(one).toBeGreaterThan(200)
  await talk.newRoom(session)
  expect(await work("list_rooms", {})).toBe(2 * one!)
  expect(await work("list_rooms", { query: "nothing" })).toBe(limits.pageBytesMax)
  const members = await work("get_members", { roomId })
  expect(members).toBeGreaterThan(150)
  await talk.ask("leave_room", other, { roomId, userId: "bob" })
  expect(await work("get_members", { roomId })).toBe(members! / 2)
  expect(await work("send_message", send)).toBeUndefined()
})

test("[LIM2] a search and a page of members count as whole pages, a list by its length, and what is no page as nothing", () => {
  const talk = new Conversation()
  const bytes = (event: ClientEvent, payload: object) => talk.chat.pageBytes(event, parseRequest(event, payload))
  const roomId = newRoomId()
  expect(bytes("get_members", { roomId })).toBe(limits.membersBytesMax)
  expect(bytes("list_rooms", { query: "a", limit: 1 })).toBe(limits.pageBytesMax)
  expect(bytes("list_rooms", { limit: 2 })).toBe(2 * bytes("list_rooms", { limit: 1 }))
  expect(bytes("list_rooms", { limit: 1 })).toBeGreaterThan(200)
  expect(bytes("send_message", { roomId, userId: "ann", content: "hi" })).toBe(0)
  expect(bytes("leave_room", { roomId, userId: "ann" })).toBe(0)
})

test("[LIM1] each request is counted where it costs: rooms, bytes of messages, new users, rooms of a socket", async () => {
  const talk = new Conversation()
  const session = phone()
  const { quota, counted } = counting()
  const asked = { quota, nowMs: 7 }
  const roomId = (await talk.ask("create_room", session, { name: "Garden", userId: "founder" }, asked)).answer.room.id
  const other = await talk.newRoom(session)
  const join = (room: string, userId = "ann") =>
    talk.ask("join_room", session, { roomId: room, userId, username: "Ann" }, asked)
  await join(roomId)
  await join(other)
  // A room it is in can be joined again, and a user who is known costs nothing.
  await join(roomId)
  await expect(join(newRoomId())).rejects.toMatchObject({ code: "ERR_ROOM_NOT_FOUND" })
  await talk.ask("send_message", session, { roomId, userId: "ann", content: "é👋" }, asked)
  expect(counted).toEqual([
    "room at 7",
    "rooms 0",
    "user at 7",
    "new",
    "rooms 1",
    "user at 7",
    "known",
    "user at 7",
    "known",
    "rooms 2",
    "user at 7",
    "known",
    "message of 6 at 7",
  ])
})

test("[LIM1] a new user for whom there is no place is refused, and told when there will be one", async () => {
  const talk = new Conversation()
  const roomId = await talk.newRoom(phone())
  const { quota, counted } = counting(500)
  const payload = { roomId, userId: "ann", username: "Ann" }
  await expect(talk.ask("join_room", phone(), payload, { quota })).rejects.toMatchObject({
    code: "ERR_RATE_LIMITED",
    details: { retryAfterMs: 500 },
  })
  expect(counted.at(-1)).toBe("refused")
  await talk.ask("join_room", phone(), payload)
  await talk.ask("join_room", phone(), payload, { quota })
  expect(counted.at(-1)).toBe("known")
})

test("[LIM1] what the store does not even take gives its place back", async () => {
  const busy: ChatStore["submit"] = () => {
    throw new ChatError("ERR_BUSY")
  }
  const talk = new Conversation({ store: { submit: busy } as unknown as ChatStore })
  const { quota, counted } = counting()
  const payload = { roomId: newRoomId(), userId: "ann", username: "Ann" }
  await expect(talk.ask("join_room", phone(), payload, { quota })).rejects.toMatchObject({ code: "ERR_BUSY" })
  expect(counted.splice(0)).toEqual(["rooms 0", "user at 0", "known"])
  await expect(talk.ask("my_rooms", phone(), { userId: "ann" }, { quota })).rejects.toMatchObject({ code: "ERR_BUSY" })
  expect(counted.splice(0)).toEqual(["user at 0", "known"])
  const ann = new Session("known", { userId: user("ann"), username: "Ann", avatar: null })
  const direct = talk.ask("open_direct", ann, { targetIds: ["bob"] }, { quota })
  await expect(direct).rejects.toMatchObject({ code: "ERR_BUSY" })
  expect(counted).toEqual(["direct at 0", "known"])
  await expect(talk.ask("join_room", phone(), payload)).rejects.toMatchObject({ code: "ERR_BUSY" })
})

test("[ERR2] an outcome that a bug makes of no use is that request's error, and settles it", async () => {
  const submit: ChatStore["submit"] = (_, settle) => settle({} as never)
  const talk = new Conversation({ store: { submit } as unknown as ChatStore })
  const session = phone()
  session.bind(newRoomId(), user("ann"))
  const [roomId] = session.rooms.keys()
  await expect(talk.ask("sync", session, { roomId, since: 0 })).rejects.toMatchObject({
    code: "ERR_INTERNAL",
    cause: expect.any(TypeError),
  })
})

test("[AUTH2] what a token says wins over the payload, and what it does not say is the payload's", () => {
  const avatar = "https://a.example/1.png"
  const named = new Session("named", { userId: user("ann"), username: "Ann", avatar })
  const nameless = new Session("nameless", { userId: user("ann"), username: undefined, avatar: undefined })
  expect(named.claimed({ username: "Eve", avatar: null, x: 1 })).toEqual({
    userId: user("ann"),
    username: "Ann",
    avatar,
    x: 1,
  })
  expect(nameless.claimed({ username: "Annie", avatar: null })).toEqual({
    userId: user("ann"),
    username: "Annie",
    avatar: null,
  })
  expect(nameless.claimed({ userId: "eve" })).toEqual({ userId: "eve" })
  for (const nothing of [undefined, null]) expect(nameless.claimed(nothing)).toEqual({ userId: user("ann") })
  for (const noPayload of [7, "x", true, ["x"]]) expect(named.claimed(noPayload)).toBe(noPayload)
  const cleared = new Session("cleared", { userId: user("ann"), username: undefined, avatar: null })
  expect(cleared.claimed({ avatar, userId: null })).toEqual({ userId: user("ann"), avatar: null })
  const payload = { userId: "eve" }
  expect(phone().claimed(payload)).toBe(payload)
})

/** A quota that grants everything, or has no place for a new user for so long. */
function counting(waitMs = 0) {
  const counted: string[] = []
  const place: Place = { waitMs, end: (found) => void counted.push(found) }
  const quota: Quota = {
    checkNewRoom: (nowMs) => void counted.push(`room at ${nowMs}`),
    checkRooms: (rooms) => void counted.push(`rooms ${rooms}`),
    checkMessage: (bytes, nowMs) => void counted.push(`message of ${bytes} at ${nowMs}`),
    placeForUser: (nowMs) => {
      counted.push(`user at ${nowMs}`)
      return place
    },
    placeForDirect: (nowMs) => {
      counted.push(`direct at ${nowMs}`)
      return place
    },
  }
  return { quota, counted }
}

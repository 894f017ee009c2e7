import { expect, test } from "bun:test"
import { Session } from "../../src/chat/session.ts"
import { limits } from "../../src/contract/limits.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"
import { Conversation, payloads, told } from "./conversation.ts"

const minute = limits.clockLagMaxMs

async function twoInARoom() {
  const talk = new Conversation()
  const [phone, laptop] = [new Session("phone"), new Session("laptop")]
  const roomId = await talk.newRoom(phone)
  await talk.join(phone, roomId, "ann")
  await talk.join(laptop, roomId, "bob")
  const send = (content: string, more = {}, at = 0) =>
    talk.ask("send_message", phone, { roomId, userId: "ann", content, ...more }, { at })
  return { talk, phone, laptop, roomId, send }
}

test("[ROOM1] who creates a room is told of it, and is not in it", async () => {
  const talk = new Conversation()
  const phone = new Session("phone")
  const { effects, answer } = await talk.ask("create_room", phone, { name: "Garden", userId: "ann" })
  expect(told(effects)).toEqual(["room_created to phone"])
  expect(payloads(effects)).toEqual([answer.room])
  expect(answer.ok).toBe(true)
  expect([...phone.rooms]).toEqual([])
})

test("[JOIN1] who joins enters, then hears the history; then the others hear of it", async () => {
  const talk = new Conversation()
  const [phone, laptop] = [new Session("phone"), new Session("laptop")]
  const roomId = await talk.newRoom(phone)
  const profile = { username: "Ann", avatar: "https://a.example/1.png" }
  const { effects, answer } = await talk.join(phone, roomId, "ann", profile)

  expect(effects[0]).toEqual({ kind: "enter", sessionId: phone.id, audience: { kind: "room", roomId } })
  expect(told(effects)).toEqual(["history to phone", "user_joined to the room except phone"])
  expect(payloads(effects)).toEqual([[], { roomId, userId: "ann", ...profile }])
  expect(answer).toMatchObject({ ok: true, roomId, rev: 0, hasMore: false, memberCount: 1 })
  expect(answer.members).toEqual([{ userId: user("ann"), ...profile }])
  expect((await talk.join(laptop, roomId, "bob")).answer).toMatchObject({
    members: [{ userId: "bob" }, { userId: "ann" }],
    memberCount: 2,
  })
})

test("[JOIN3] [JOIN4] joining again, or in a second tab, brings the history and is told to nobody", async () => {
  const { talk, phone, roomId } = await twoInARoom()
  expect(told((await talk.join(phone, roomId, "ann")).effects)).toEqual(["history to phone"])
  expect(told((await talk.join(new Session("tab"), roomId, "ann")).effects)).toEqual(["history to tab"])
})

test("[JOIN5] who joins as another leaves as the first one before", async () => {
  const { talk, phone, roomId } = await twoInARoom()
  const { effects, answer } = await talk.join(phone, roomId, "carol")
  expect(effects.map(({ kind }) => kind)).toEqual(["exit", "tell", "enter", "tell", "tell"])
  expect(told(effects)).toEqual([
    "user_left to the room except phone",
    "history to phone",
    "user_joined to the room except phone",
  ])
  expect(payloads(effects)[0]).toEqual({ roomId, userId: "ann", reason: "leave" })
  expect(answer.members.map(({ userId }) => userId as string)).toEqual(["carol", "bob"])
})

test("[HIST1] the history has a second argument for whoever may expect one: with an ack, or a since", async () => {
  const { talk, phone, roomId, send } = await twoInARoom()
  const { message } = (await send("hi")).answer
  const payload = { roomId, userId: "ann", username: "ann" }
  const history = async (more: object, isAcknowledged: boolean) => {
    const { effects } = await talk.ask("join_room", phone, { ...payload, ...more }, { isAcknowledged })
    return effects.flatMap((effect) => (effect.kind === "tell" && effect.event === "history" ? [effect.args] : []))
  }
  const info = { roomId, rev: 1, epoch: expect.any(String), hasMore: false }
  expect(await history({}, false)).toEqual([[[message]]])
  expect(await history({}, true)).toEqual([[[message], info]])
  expect(await history({ since: 0 }, false)).toEqual([[[message], { ...info, since: 0 }]])
  expect(await history({ since: 1 }, true)).toEqual([[[], { ...info, since: 1 }]])
  expect(await history({ since: 7 }, true)).toEqual([[[message], { ...info, since: 7, reset: true }]])
})

test("[LEAVE1] [LEAVE2] who leaves is told of as having left, who is lost as disconnected, each in every room", async () => {
  const { talk, phone, laptop, roomId } = await twoInARoom()
  const left = await talk.ask("leave_room", phone, { roomId, userId: "ann" })
  expect(left.effects[0]).toEqual({ kind: "exit", sessionId: phone.id, audience: { kind: "room", roomId } })
  expect(told(left.effects)).toEqual(["user_left to the room except phone"])
  expect(payloads(left.effects)).toEqual([{ roomId, userId: "ann", reason: "leave" }])
  expect(left.answer).toEqual({ ok: true })
  expect(phone.rooms.size).toBe(0)

  const other = await talk.newRoom(laptop)
  await talk.join(laptop, other, "bob")
  const lost = talk.chat.disconnect(laptop)
  expect(payloads(lost)).toEqual([
    { roomId, userId: "bob", reason: "disconnect" },
    { roomId: other, userId: "bob", reason: "disconnect" },
  ])
  expect(laptop.rooms.size).toBe(0)
})

test("[LEAVE1] leaving a room that one is not in is granted, and nobody is told", async () => {
  const { talk, phone, laptop, roomId } = await twoInARoom()
  const stranger = new Session("stranger")
  expect(await talk.ask("leave_room", stranger, { roomId, userId: "ann" })).toEqual({
    effects: [],
    answer: { ok: true },
  })
  expect(await talk.refused("leave_room", laptop, { roomId, userId: "ann" })).toBe("ERR_FORBIDDEN")
  const known = new Session("known", { userId: user("bob"), username: undefined, avatar: undefined })
  expect(await talk.refused("leave_room", known, { roomId, userId: "ann" })).toBe("ERR_FORBIDDEN")
  expect(phone.rooms.size).toBe(1)
})

test("[SEND1] a message is told to everybody in the room, its sender too, even while the server stops", async () => {
  const { roomId, send } = await twoInARoom()
  const { effects, answer } = await send("hi")
  expect(effects).toEqual([
    {
      kind: "tell",
      audience: { kind: "room", roomId, except: undefined },
      event: "message_received",
      args: [answer.message],
      isToldWhileStopping: true,
    },
  ])
  expect(answer).toEqual({ ok: true, message: expect.objectContaining({ content: "hi", seq: 1 }) })
})

test("[SEND3] a repeated send is answered with the first message, and told to nobody", async () => {
  const { send } = await twoInARoom()
  const id = newMessageId()
  const { message } = (await send("once", { id })).answer
  expect(await send("again", { id })).toEqual({ effects: [], answer: { ok: true, message, duplicate: true } })
})

test("[SEND3] an id that the server chose is looked up by nobody; one that a client chose by everybody", async () => {
  const id = newMessageId()
  const talk = new Conversation({ newMessageId: () => id })
  const phone = new Session("phone")
  const roomId = await talk.newRoom(phone)
  await talk.join(phone, roomId, "ann")
  const payload = { roomId, userId: "ann", content: "hi" }
  expect((await talk.ask("send_message", phone, payload)).answer.message.id).toBe(id)
  expect((await talk.ask("send_message", phone, { ...payload, id })).answer.duplicate).toBe(true)
  expect((await talk.ask("send_message", phone, payload)).answer.duplicate).toBeUndefined()
})

test("[MSG1] a clock that jumped back further than a minute is told to the operator, by how much", async () => {
  const { send } = await twoInARoom()
  const notices = async (at: number) => (await send("tick", {}, at)).effects.filter(({ kind }) => kind === "notice")
  expect(await notices(3_000 * minute)).toEqual([])
  expect(await notices(2_999 * minute)).toEqual([])
  expect(await notices(2_000 * minute)).toMatchObject([{ name: "clock", properties: { seconds: 60_000 } }])
  expect(await notices(2_000 * minute)).toEqual([])
})

test("[ERR3] outside of a room every request for it is ERR_NOT_IN_ROOM, whoever it names; inside, another user is ERR_FORBIDDEN", async () => {
  const { talk, laptop, roomId } = await twoInARoom()
  const token = { userId: user("carol"), username: undefined, avatar: undefined }
  const requests = [
    ["send_message", { content: "hi" }],
    ["typing", { isTyping: true }],
  ] as const
  for (const [event, payload] of requests) {
    const inTheNameOfAnn = { roomId, userId: "ann", ...payload }
    expect(await talk.refused(event, new Session("stranger"), inTheNameOfAnn)).toBe("ERR_NOT_IN_ROOM")
    expect(await talk.refused(event, new Session("carol's", token), inTheNameOfAnn)).toBe("ERR_NOT_IN_ROOM")
    expect(await talk.refused(event, laptop, inTheNameOfAnn)).toBe("ERR_FORBIDDEN")
    expect(await talk.refused(event, laptop, { ...inTheNameOfAnn, roomId: newRoomId() })).toBe("ERR_NOT_IN_ROOM")
  }
  for (const [event, payload] of [
    ["sync", { since: 0 }],
    ["get_history", {}],
    ["get_members", {}],
  ] as const) {
    expect(await talk.refused(event, new Session("stranger"), { roomId, ...payload })).toBe("ERR_NOT_IN_ROOM")
  }
})

test("[AUTH2] a token's connection acts as nobody else, and is told why", async () => {
  const { talk, roomId } = await twoInARoom()
  const identity = { userId: user("carol"), username: "Carol", avatar: null }
  const phone = new Session("carol's", identity)
  expect((await talk.ask("join_room", phone, { roomId, avatar: "https://a.example/1.png" })).answer.members[0]).toEqual(
    { ...identity, username: "Carol" },
  )
  const another = { roomId, userId: "ann", username: "Ann", name: "Garden" }
  const refusal = { code: "ERR_FORBIDDEN", message: expect.stringContaining("token"), details: { field: "userId" } }
  await expect(talk.ask("join_room", phone, another)).rejects.toMatchObject(refusal)
  await expect(talk.ask("create_room", phone, another)).rejects.toMatchObject(refusal)
  await expect(talk.ask("send_message", phone, { ...another, content: "hi" })).rejects.toMatchObject(refusal)
  const { laptop } = await twoInARoom()
  await expect(talk.ask("send_message", laptop, { ...another, content: "hi" })).rejects.toMatchObject({
    code: "ERR_NOT_IN_ROOM",
    details: { roomId },
  })
})

test("[TYPE1] typing is told to the others, and its end by a message, by leaving and by silence to those who were told", async () => {
  const { talk, phone, roomId, send } = await twoInARoom()
  const typing = (isTyping: boolean, nowMs: number) =>
    talk.ask("typing", phone, { roomId, userId: "ann", isTyping }, { nowMs })
  const toOthers = "user_typing to the room except phone"
  const begun = await typing(true, 0)
  expect(told(begun.effects)).toEqual([toOthers])
  expect(payloads(begun.effects)).toEqual([{ roomId, userId: "ann", isTyping: true }])
  expect(begun.answer).toEqual({ ok: true })
  expect((await typing(true, 1)).effects).toEqual([])

  const ended = await typing(false, 2)
  expect(told(ended.effects)).toEqual([toOthers])
  expect(payloads(ended.effects)).toEqual([{ roomId, userId: "ann", isTyping: false }])
  expect((await typing(false, 3)).effects).toEqual([])

  await typing(true, 10_000)
  const sent = await send("hi")
  expect(told(sent.effects)).toEqual([toOthers, "message_received to the room"])
  expect(payloads(sent.effects)[0]).toEqual({ roomId, userId: "ann", isTyping: false })
  await typing(true, 20_000)
  expect(talk.chat.tick(20_000 + limits.typingSilenceMs - 1)).toEqual([])
  const silent = talk.chat.tick(20_000 + limits.typingSilenceMs)
  expect(told(silent)).toEqual([toOthers])
  expect(payloads(silent)).toEqual([{ roomId, userId: "ann", isTyping: false }])
  await typing(true, 30_000)
  expect(told(talk.chat.disconnect(phone))).toEqual([toOthers, "user_left to the room except phone"])
})

test("[SEND2] only what is on disk is told while the server stops: messages, rooms and what a session asked for", async () => {
  const { talk, phone, roomId, send } = await twoInARoom()
  const effects = [
    ...(await talk.ask("create_room", phone, { name: "Garden", userId: "ann" })).effects,
    ...(await talk.join(new Session("tab"), roomId, "carol")).effects,
    ...(await talk.ask("typing", phone, { roomId, userId: "ann", isTyping: true })).effects,
    ...(await send("hi")).effects,
    ...talk.chat.disconnect(phone),
  ]
  const named = (isToldWhileStopping: boolean) =>
    effects.flatMap((effect) =>
      effect.kind === "tell" && effect.isToldWhileStopping === isToldWhileStopping ? [effect.event] : [],
    )
  expect(named(true)).toEqual(["room_created", "history", "message_received"])
  expect(named(false)).toEqual(["user_joined", "user_typing", "user_typing", "user_left"])
})

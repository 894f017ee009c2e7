/** One's own rooms, as clients ask for them and hear of them. */
import { expect, test } from "bun:test"
import { Marks } from "../../src/chat/marks.ts"
import { Session } from "../../src/chat/session.ts"
import { limits } from "../../src/contract/limits.ts"
import { newRoomId, user } from "../support/ids.ts"
import { Conversation, known, payloads, told } from "./conversation.ts"

/** Ann and Bob in a room, where she has said so much. */
async function talking(messages: number) {
  const talk = new Conversation()
  const [ann, bob] = [known("ann"), known("bob")]
  const roomId = await talk.newRoom(ann, { userId: "ann" })
  await talk.join(ann, roomId, "ann")
  await talk.join(bob, roomId, "bob")
  await talk.ask("leave_room", bob, { roomId })
  const say = (content: string, session = ann) => talk.ask("send_message", session, { roomId, content })
  for (let n = 1; n <= messages; n++) await say(`no. ${n}`)
  return { talk, roomId, ann, bob, say }
}

test("[MEM2] the list is paged, and says what is unread in each room", async () => {
  const { talk, roomId, ann, bob, say } = await talking(2)
  const other = await talk.newRoom(bob, { userId: "bob", name: "Other" })
  const { answer } = await talk.ask("my_rooms", bob, { limit: 1 })
  const lastMessage = { userId: user("ann"), username: "ann", excerpt: "no. 2" }
  const standing = {
    rev: 2,
    readSeq: 0,
    unread: 2,
    mentions: 0,
    lastMessage,
    lastMessageAt: "1970-01-01T00:00:00.000Z",
  }
  const room = { id: roomId, name: "Garden", topic: "", visibility: "public" as const }
  expect(answer).toMatchObject({
    ok: true,
    me: { userId: user("bob"), username: "bob", avatar: null, role: "member" },
    rooms: [{ ...room, role: "member", ...standing, notify: "mentions" }],
  })
  const next = await talk.ask("my_rooms", bob, { limit: 1, cursor: answer.cursor })
  expect(next.answer).toMatchObject({ rooms: [{ id: other, role: "owner", unread: 0, lastMessage: null }] })
  expect(next.answer.cursor).toBeUndefined()
  expect(next.effects).toEqual([])
  await say("no. 3")
  expect((await talk.ask("my_rooms", bob)).answer.rooms.map(({ unread }) => unread)).toEqual([3, 0])
  expect((await talk.ask("my_rooms", ann)).answer.rooms.map(({ unread }) => unread)).toEqual([0])
})

test("[MEM2] a page ends before it has more than its bytes", async () => {
  const talk = new Conversation()
  const bob = known("bob")
  const name = "\u{1f600}".repeat(limits.nameLengthMax)
  for (let n = 0; n < limits.pageLengthMax; n++) await talk.newRoom(bob, { userId: "bob", name })
  const said = "\u{1f600}".repeat(limits.excerptLengthMax)
  const roomIds: string[] = []
  for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
    const { answer } = await talk.ask("my_rooms", bob, { limit: limits.pageLengthMax, cursor })
    expect(Buffer.byteLength(JSON.stringify(answer.rooms))).toBeLessThanOrEqual(limits.pageBytesMax)
    roomIds.push(...answer.rooms.map(({ id }) => id))
    for (const { id } of pages === 0 ? answer.rooms : []) {
      await talk.join(bob, id, "bob")
      await talk.ask("send_message", bob, { roomId: id, content: said })
    }
    cursor = answer.cursor
  }
  expect(new Set(roomIds).size).toBe(limits.pageLengthMax)
  const again = (await talk.ask("my_rooms", bob, { limit: limits.pageLengthMax })).answer
  expect(Buffer.byteLength(JSON.stringify(again.rooms))).toBeLessThanOrEqual(limits.pageBytesMax)
})

test("[MEM2] [PERS1] a socket hears one user, from its first page on, until it asks for another or is gone", async () => {
  const talk = new Conversation()
  const anybody = new Session("device")
  const heard = async (userId: string, payload = {}) => {
    const { effects } = await talk.ask("my_rooms", anybody, { userId, ...payload })
    return effects.map((effect) =>
      effect.kind === "enter" || effect.kind === "exit" ? [effect.kind, effect.audience] : [],
    )
  }
  const ofUser = (name: string) => ({ kind: "user" as const, userId: user(name) })
  expect(await heard("ann")).toEqual([["enter", ofUser("ann")]])
  expect(await heard("ann")).toEqual([])
  expect(await heard("bob", { cursor: "MTc" })).toEqual([])
  expect(await heard("bob")).toEqual([
    ["exit", ofUser("ann")],
    ["enter", ofUser("bob")],
  ])
  expect(talk.chat.disconnect(anybody)).toMatchObject([{ kind: "exit", audience: ofUser("bob") }])
  expect(talk.chat.disconnect(anybody)).toEqual([])
})

test("[READ1] [PERS2] what is read is told to the user's devices before the answer, and nothing where nothing changed", async () => {
  const { talk, roomId, bob } = await talking(3)
  const read = await talk.ask("mark_read", bob, { roomId, seq: 2 })
  expect(told(read.effects)).toEqual(["read_updated to the user"])
  expect(read.effects).toMatchObject([{ audience: { userId: user("bob") } }])
  expect(payloads(read.effects)).toMatchObject([{ roomId, rev: 3, readSeq: 2, unread: 1, mentions: 0 }])
  expect(read.answer).toEqual({ ok: true, readSeq: 2, unread: 1, mentions: 0 })
  for (const seq of [2, 1, 0]) {
    expect(await talk.ask("mark_read", bob, { roomId, seq })).toEqual({ effects: [], answer: read.answer })
  }
  expect((await talk.ask("mark_read", bob, { roomId, seq: 99 })).answer).toMatchObject({ readSeq: 3, unread: 0 })
  expect((await talk.ask("my_rooms", bob)).answer.rooms).toMatchObject([{ readSeq: 3, unread: 0 }])
})

test("[READ1] a mark beyond the last message is one at the last: what comes after it is unread", async () => {
  const { talk, roomId, ann, bob, say } = await talking(2)
  const last = await say("no. 3")
  await talk.ask("edit_message", ann, { roomId, id: last.answer.message.id, content: "no. three" })
  for (const seq of [Number.MAX_SAFE_INTEGER, 5, 4])
    expect((await talk.ask("mark_read", bob, { roomId, seq })).answer).toEqual({
      ok: true,
      readSeq: 4,
      unread: 0,
      mentions: 0,
    })
  await say("no. 4")
  expect((await talk.ask("my_rooms", bob)).answer.rooms).toMatchObject([{ readSeq: 4, unread: 1, rev: 5 }])
  await talk.chat.rest()
  expect((await talk.ask("my_rooms", bob)).answer.rooms).toMatchObject([{ readSeq: 4, unread: 1, rev: 5 }])
  expect((await talk.ask("mark_read", bob, { roomId, seq: 0 })).answer).toMatchObject({ readSeq: 4, unread: 1 })
})

test("[READ1] sending marks what came before as read", async () => {
  const { talk, roomId, bob, say } = await talking(3)
  await talk.join(bob, roomId, "bob")
  await say("mine", bob)
  await say("hers")
  expect((await talk.ask("my_rooms", bob)).answer.rooms).toMatchObject([{ readSeq: 4, unread: 1 }])
})

test("[READ1] only members may, joined or not, and whoever may not learns nothing of the room", async () => {
  const { talk, roomId, bob } = await talking(1)
  for (const id of [roomId, newRoomId()]) {
    expect(await talk.refused("mark_read", known("cleo"), { roomId: id, seq: 1 })).toBe("ERR_NOT_IN_ROOM")
    expect(await talk.refused("set_notifications", known("cleo"), { roomId: id, level: "all" })).toBe("ERR_NOT_IN_ROOM")
  }
  expect(await talk.refused("mark_read", bob, { roomId, userId: "ann", seq: 1 })).toBe("ERR_FORBIDDEN")
  expect(await talk.refused("my_rooms", bob, { userId: "ann" })).toBe("ERR_FORBIDDEN")
})

test("[NOTIFY1] what may disturb is told to the user's devices", async () => {
  const { talk, roomId, bob } = await talking(0)
  const { effects } = await talk.ask("set_notifications", bob, { roomId, level: "none" })
  expect(told(effects)).toEqual(["membership_updated to the user"])
  expect(payloads(effects)).toEqual([{ roomId, role: "member", notify: "none" }])
  expect((await talk.ask("set_notifications", bob, { roomId, level: "none" })).effects).toEqual([])
  expect((await talk.ask("my_rooms", bob)).answer.rooms).toMatchObject([{ notify: "none" }])
})

test("[READ1] marks are written together, again where that failed, and let go of once they are written", () => {
  const marks = new Marks()
  const [one, two] = [newRoomId(), newRoomId()]
  const mark = (roomId: typeof one, seq: number) => ({ roomId, userId: user("bob"), seq })
  expect(marks.take(0)).toEqual([])
  for (const seq of [2, 3, 1]) marks.add(mark(one, seq))
  marks.add(mark(two, 5))
  const first = marks.take(10)
  expect(first).toEqual([mark(one, 3), mark(two, 5)])
  expect(marks.take(10 + limits.readsKeptMs)).toEqual([])
  marks.taken(first, false)
  expect(marks.take(9 + limits.readsKeptMs)).toEqual([])
  const second = marks.take(10 + limits.readsKeptMs)
  expect(second).toEqual(first)
  marks.add(mark(one, 4))
  marks.taken(second, true)
  expect([...marks.of(user("bob"))]).toEqual([[one, 4]])
  expect(marks.size).toBe(1)
})

test("[READ1] [NODE1] what another server keeps counts here until it has stored it, and is not written here", () => {
  const marks = new Marks()
  const [one, two] = [newRoomId(), newRoomId()]
  const mark = (roomId: typeof one, seq: number) => ({ roomId, userId: user("bob"), seq })
  const known = () => Object.fromEntries(marks.of(user("bob")))
  expect(marks.take(0)).toEqual([])
  for (const seq of [2, 3, 1]) marks.hear(mark(one, seq))
  marks.hear(mark(two, 1))
  marks.add(mark(two, 5))
  expect(known()).toEqual({ [one]: 3, [two]: 5 })
  expect([marks.take(4_999), marks.size]).toEqual([[mark(two, 5)], 1])
  marks.taken([mark(two, 5)], true)
  expect(marks.take(5_000)).toEqual([])
  marks.hear(mark(one, 2))
  expect(known()).toEqual({ [one]: 3, [two]: 1 })
  expect(marks.take(10_000)).toEqual([])
  expect(known()).toEqual({ [one]: 2 })
  expect(marks.take(15_000)).toEqual([])
  expect(known()).toEqual({})
})

test("[READ1] what is read is kept when the server stops", async () => {
  const { talk, roomId, bob } = await talking(3)
  await talk.ask("mark_read", bob, { roomId, seq: 2 })
  await talk.chat.rest()
  const stored = await talk.stored({ kind: "markRead", roomId, userId: user("bob"), seq: 0, marked: 0 })
  expect(stored).toMatchObject({ standing: { readSeq: 2 } })
})

test("[READ1] what is read is on disk within five seconds", async () => {
  const { talk, roomId, bob } = await talking(3)
  await talk.ask("mark_read", bob, { roomId, seq: 2 })
  expect(limits.readsKeptMs).toBeLessThan(4_000)
  talk.chat.tick(limits.readsKeptMs)
  const stored = await talk.stored({ kind: "markRead", roomId, userId: user("bob"), seq: 0, marked: 0 })
  expect(stored).toMatchObject({ standing: { readSeq: 2 }, isUnchanged: true })
})

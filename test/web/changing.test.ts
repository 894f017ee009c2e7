/** What becomes of messages: shown at once, settled or taken back by the server's answer, and kept while it is away. */
import { expect, test } from "bun:test"
import type { Room } from "../../src/web/core/room.ts"
import { type Row, type RowSource, rowAt, rowCount } from "../../src/web/core/rows.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom, joined, type TestClient } from "../support/client.ts"
import { newStorage, offline, openPage, received, until, visit } from "./page.ts"

test("[EDIT1] an edit shows at once, reaches the others, and is settled by its answer", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using page = openPage(app.url)
  await using other = openPage(app.url, { name: "Bob" })
  const [room, seen] = [await visit(page, id), await visit(other, id)]
  const messageId = await say(room, "helo")
  room.sender.change(messageId, { change: "edit", content: "hello" })
  expect(rows(room)[0]).toMatchObject({ content: "hello", isEdited: true, changes: [{ change: "edit" }] })
  expect(received(room)).toEqual(["helo"])
  await settled(room)
  await until(() => received(seen)[0] === "hello")
  expect(rows(room)[0]).toMatchObject({ content: "hello", isEdited: true, changes: [] })
  expect([room, seen].map(({ unread }) => unread.value)).toEqual([0, 1])
})

test("[EDIT1] what was written just now and is not stored yet can be edited: both go, in this order", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using page = openPage(app.url)
  const room = await visit(page, id)
  await offline(page, room)
  room.send("one")
  const [pending] = room.sender.outbox.entries.value
  room.sender.change(pending!.id, { change: "edit", content: "two" })
  room.sender.change(pending!.id, { change: "edit", content: "three" })
  expect(room.sender.outbox.changes.value).toHaveLength(1)
  expect(rows(room)).toMatchObject([{ content: "three", pending: { id: pending!.id } }])
  page.socket.connect()
  await settled(room)
  expect(received(room)).toEqual(["three"])
})

test("[REACT1] reactions show at once, and whose they are is known whatever was told to all", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const made = await createRoom(app.url)
  await using page = openPage(app.url)
  const room = await visit(page, made.id)
  const messageId = await say(room, "cake?")
  const others: TestClient[] = []
  for (let i = 0; i < 12; i++) others.push(await joined(app.url, made, `user${i}`))
  const react = (i: number, isOn = true) => {
    const request = { roomId: made.id, userId: `user${i}`, id: messageId, emoji: "🎂", isOn }
    return others[i]!.ask("react", request)
  }
  for (let i = 0; i < 12; i++) await react(i)
  await until(() => rows(room)[0]?.reactions[0]?.count === 12)
  expect(rows(room)[0]?.reactions[0]?.isMine).toBeUndefined()
  room.sender.change(messageId, { change: "react", emoji: "🎂", isOn: true })
  expect(rows(room)[0]?.reactions).toMatchObject([{ emoji: "🎂", count: 13, isMine: true }])
  await settled(room)
  // Not among the ten that are named: only this page knows.
  await react(11, false)
  await until(() => rows(room)[0]?.reactions[0]?.count === 12)
  expect(rows(room)[0]?.reactions[0]).toMatchObject({ count: 12, isMine: true })
  expect(rows(room)[0]?.reactions[0]?.userIds).not.toContain(page.client.identity.userId)
  room.sender.change(messageId, { change: "react", emoji: "🎂", isOn: false })
  room.sender.change(messageId, { change: "react", emoji: "👍", isOn: true })
  expect(rows(room)[0]?.reactions.map(({ emoji, count }) => [emoji, count])).toEqual([
    ["🎂", 11],
    ["👍", 1],
  ])
  await settled(room)
  expect(rows(room)[0]?.reactions.map(({ isMine }) => isMine)).toEqual([undefined, true])
  for (const other of others) await other[Symbol.asyncDispose]()
})

test("what one did and undid before it was sent is sent once, as it is meant to be", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using page = openPage(app.url)
  const room = await visit(page, id)
  const messageId = await say(room, "cake?")
  await offline(page, room)
  for (const isOn of [true, false, true, false]) room.sender.change(messageId, { change: "react", emoji: "👍", isOn })
  expect(room.sender.outbox.changes.value).toMatchObject([{ emoji: "👍", isOn: false }])
  expect(rows(room)[0]?.reactions).toEqual([])
  room.sender.change(messageId, { change: "edit", content: "tea?" })
  room.sender.change(messageId, { change: "delete" })
  expect(room.sender.outbox.changes.value).toMatchObject([{ change: "delete" }])
})

test("[DEL1] a deleted message is gone at once, for everybody, and from what quotes it", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using page = openPage(app.url)
  await using other = openPage(app.url, { name: "Bob" })
  const [room, seen] = [await visit(page, id), await visit(other, id)]
  const ids = [await say(room, "one"), await say(room, "two"), await say(room, "three")]
  await until(() => received(seen).length === 3)
  seen.draft.reply({ id: ids[1]!, seq: 2, userId: "x", username: "Ann", excerpt: "two" } as never)
  room.editing.begin(ids[2]!, "half an edit")
  room.sender.change(ids[1]!, { change: "delete" })
  expect(received(room)).toEqual(["one", "three"])
  expect(room.feed.timeline.isDeleted(ids[1]!)).toBe(true)
  await settled(room)
  await until(() => received(seen).length === 2)
  expect([received(room), received(seen)]).toEqual([
    ["one", "three"],
    ["one", "three"],
  ])
  expect(seen.draft.replyTo.value).toBeUndefined()
  expect(seen.feed.timeline.isDeleted(ids[1]!)).toBe(true)
  room.sender.change(ids[2]!, { change: "delete" })
  await settled(room)
  expect([room.editing.current.value, room.draft.text.value, room.draft.isRescue]).toEqual([
    undefined,
    "half an edit",
    true,
  ])
})

test("what the server does not accept is taken back, with its reason, and a deleted message comes back", async () => {
  await using app = await startTestApp()
  const made = await createRoom(app.url)
  await using page = openPage(app.url)
  const room = await visit(page, made.id)
  await using bob = await joined(app.url, made, "bob")
  await bob.ask("send_message", { roomId: made.id, userId: "bob", content: "mine" })
  await until(() => received(room).length === 1)
  const messageId = room.feed.timeline.last!.id
  room.sender.change(messageId, { change: "delete" })
  expect(received(room)).toEqual([])
  await until(() => received(room).length === 1)
  expect(rows(room)[0]).toMatchObject({ content: "mine", changes: [{ change: "delete" }] })
  expect(rows(room)[0]?.changes[0]?.refusal).toMatchObject({ code: "ERR_FORBIDDEN", event: "delete_message" })
  expect(room.feed.timeline.isDeleted(messageId)).toBe(false)
  room.sender.takeBack(room.sender.outbox.changes.value[0]!.id)
  expect(rows(room)[0]?.changes).toEqual([])
})

test("an edit of a message that was deleted meanwhile is not lost: its text is there to be sent", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const storage = newStorage()
  await using page = openPage(app.url, { storage })
  const room = await visit(page, id)
  const messageId = await say(room, "one")
  await offline(page, room)
  await using tab = openPage(app.url, { storage: { ...storage, forTab: newStorage().forTab } })
  const same = await visit(tab, id)
  same.sender.change(messageId, { change: "delete" })
  await settled(same)
  room.sender.change(messageId, { change: "edit", content: "a long thought" })
  page.socket.connect()
  await settled(room)
  expect(received(room)).toEqual([])
  expect([room.draft.text.value, room.draft.isRescue]).toEqual(["a long thought", true])
  // It says so as long as it stands there, and not of what is written next.
  room.draft.write("a long thought, and more")
  expect(room.draft.isRescue).toBe(true)
  room.draft.write("")
  expect(room.draft.isRescue).toBe(false)
  room.draft.write("another thought")
  expect(room.draft.isRescue).toBe(false)
})

test("what was done offline survives a reload, shows there at once, and is sent", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const storage = newStorage()
  const page = openPage(app.url, { storage })
  const room = await visit(page, id)
  const ids = [await say(room, "one"), await say(room, "two"), await say(room, "three")]
  await offline(page, room)
  room.sender.change(ids[0]!, { change: "edit", content: "one, edited" })
  room.sender.change(ids[1]!, { change: "react", emoji: "🎉", isOn: true })
  room.sender.change(ids[2]!, { change: "delete" })
  await page[Symbol.asyncDispose]()

  await using again = openPage(app.url, { storage })
  const next = again.client.find(id)!
  expect(next.sender.outbox.changes.value.map(({ change }) => change)).toEqual(["edit", "react", "delete"])
  await until(() => rows(next).length === 2)
  expect(rows(next).map(({ content }) => content)).toEqual(["one, edited", "two"])
  await settled(next)
  expect(rows(next).map(({ content, reactions }) => [content, reactions.length])).toEqual([
    ["one, edited", 0],
    ["two", 1],
  ])
})

test("[REPLY1] a reply says what it answers before and after it is stored, and a new draft answers nothing", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using page = openPage(app.url)
  const room = await visit(page, id)
  const messageId = await say(room, "Who comes?")
  const { userId, username } = { userId: page.client.identity.userId, username: "Ann" }
  const quote = { id: messageId, seq: 1, userId, username, excerpt: "Who comes?" } as never
  room.draft.reply(quote)
  room.send("I do")
  expect(rows(room)[1]).toMatchObject({ content: "I do", replyTo: { id: messageId, seq: 1 } })
  expect(room.draft.replyTo.value).toBeUndefined()
  await settled(room)
  expect(rows(room)[1]?.message?.replyTo).toEqual(quote)
})

test("a change of an old message is no news, whatever the place where one reads", async () => {
  await using app = await startTestApp()
  const made = await createRoom(app.url)
  await using page = openPage(app.url)
  const room = await visit(page, made.id)
  await using bob = await joined(app.url, made, "bob")
  await bob.ask("send_message", { roomId: made.id, userId: "bob", content: "one" })
  await until(() => received(room).length === 1)
  const { id, seq } = room.feed.timeline.last!
  room.reading.readTo(seq)
  const { news } = page.client
  const before = { news: news.value, line: room.reading.line.value }
  await bob.ask("edit_message", { roomId: made.id, userId: "bob", id, content: "uno" })
  await bob.ask("react", { roomId: made.id, userId: "bob", id, emoji: "👍", isOn: true })
  await until(() => rows(room)[0]?.reactions.length === 1)
  expect({ news: news.value, line: room.reading.line.value }).toEqual(before)
  expect(room.unread.value).toBe(0)
})

/** Resolves to the id of what was said, once it is stored. */
async function say(room: Room, content: string): Promise<string> {
  room.send(content)
  const { id } = room.sender.outbox.entries.value.at(-1)!
  await settled(room)
  return id
}

async function settled(room: Room): Promise<void> {
  const { outbox } = room.sender
  await until(() => room.isJoined && outbox.entries.value.length + outbox.changes.value.length === 0)
}

function rows(room: Room): Row[] {
  const { timeline } = room.feed
  timeline.version.value
  const source: RowSource = {
    messages: timeline.messages,
    gaps: timeline.gaps,
    pending: room.sender.outbox.entries.value,
    changes: room.sender.outbox.changes.value,
    notices: new Map(),
    line: undefined,
    userId: room.userId,
  }
  return Array.from({ length: rowCount(source) }, (_, index) => rowAt(source, index)!)
}

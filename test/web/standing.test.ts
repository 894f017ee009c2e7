/** What is unread, what may disturb and who may delete, on the devices of people whom the server knows. */
import { expect, test } from "bun:test"
import { effect, untracked } from "@preact/signals-core"
import { mayDisturb } from "../../src/web/alerts/may-disturb.ts"
import { Kept } from "../../src/web/core/kept.ts"
import { Preferences } from "../../src/web/core/preferences.ts"
import { markAllRead, markRead, setLevel } from "../../src/web/core/read-and-mute.ts"
import type { Room } from "../../src/web/core/room.ts"
import { startTestApp } from "../support/app.ts"
import { connect, joined, type TestClient } from "../support/client.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"
import { newStorage, openPage, received, type Storage, until, visit } from "./page.ts"

const news = ({ standing }: Room) => standing.news.value
/** How many messages come with a join. */
const pageLength = 50

/** A room of Bob's that Ann belongs to, and his socket in it. */
async function start() {
  const app = await startTestApp({ auth: "token", authSecret, rateLimits: "off" })
  const auth = { token: await tokenOf({ sub: "bob", name: "Bob" }) }
  await using founder = await connect(app.url, ["websocket"], { auth })
  const created = await founder.ask("create_room", { name: "Burrow", userId: "bob" })
  if (!created.ok) throw new Error(created.error.message)
  const { room } = created
  const token = await tokenOf({ sub: "ann", name: "Ann" })
  await using ann = await connect(app.url, ["websocket"], { auth: { token } })
  await ann.ask("join_room", { roomId: room.id, userId: "ann", username: "Ann" })
  const bob = await joined(app.url, room, "bob", ["websocket"], { auth })
  const say = async (content: string, more: object = {}) => {
    const sent = await bob.ask("send_message", { roomId: room.id, userId: "bob", content, ...more })
    if (!sent.ok) throw new Error(sent.error.message)
    return sent.message
  }
  return {
    app,
    room,
    bob,
    say,
    device: (storage?: Storage) => device(app.url, token, room.id, storage),
    [Symbol.asyncDispose]: async () => {
      await bob[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

/** Once it knows the room, which it was told of. */
async function device(url: string, token: string, roomId: string, storage = newStorage()) {
  const page = openPage(url, { storage })
  page.client.useToken(token)
  page.client.visit(roomId)
  const room = page.client.find(roomId)!
  await until(() => room.isJoined && room.reading.read.value !== undefined)
  return { page, room, [Symbol.asyncDispose]: () => page[Symbol.asyncDispose]() }
}

test("[READ1] [READ2] what is unread and what is for one are the server's counts, the same on each device", async () => {
  await using server = await start()
  const { say, bob, room } = server
  const first = await say("the first")
  await say("@Ann", { mentions: ["ann"] })
  for (let i = 0; i < pageLength; i++) await say(`${i}`)
  await using phone = await server.device()
  await using laptop = await server.device()
  const devices = [phone.room, laptop.room]
  await until(() => devices.every((one) => news(one).unread === pageLength + 2))
  expect(devices.map(({ feed }) => feed.timeline.unknownAfter(0))).toEqual([2, 2])
  expect(devices.map((one) => news(one).mentions)).toEqual([1, 1])
  expect(devices.map(({ reading }) => reading.line.value)).toEqual([0, 0])

  // Counted on as it comes, and again where what was deleted had not been fetched.
  await say("all of you", { mentionsRoom: true })
  await until(() => devices.every((one) => news(one).unread === pageLength + 3 && news(one).mentions === 2))
  await bob.ask("delete_message", { roomId: room.id, userId: "bob", id: first.id })
  await until(() => devices.every((one) => news(one).unread === pageLength + 2))

  phone.page.client.visit(room.id)
  phone.room.watch(true)
  await until(() => news(laptop.room).unread === 0)
  expect(news(laptop.room)).toEqual({ unread: 0, mentions: 0 })
  // The line stays where one left off, on the device where it was not read.
  expect(laptop.room.reading.line.value).toBe(0)
})

test("[READ1] the line and the counts begin where the server says, whatever a browser had kept of the room", async () => {
  await using server = await start()
  const storage = newStorage()
  await server.say("one")
  {
    await using before = await server.device(storage)
    markRead(before.room)
  }
  await server.say("two")
  {
    // It was closed before it told the server.
    await using after = await server.device(storage)
    await until(() => received(after.room).length === 2 && after.room.unread.value === 1)
    expect(after.room.reading.line.value).toBe(after.room.reading.read.value)
    await using other = await server.device()
    await until(() => other.room.unread.value === 1)
  }
  new Kept(() => storage.forBrowser).write(`read.${server.room.id}`, 1_000)
  await using misled = await server.device(storage)
  await until(() => received(misled.room).length === 2 && misled.room.unread.value === 1)
})

test("[READ1] all rooms are marked as read at once, also those whose messages were not read here", async () => {
  await using server = await start()
  await server.say("one")
  await using phone = await server.device()
  await using laptop = await server.device()
  await until(() => phone.room.unread.value === 1 && laptop.room.unread.value === 1)
  markAllRead(phone.page.client)
  expect(phone.room.unread.value).toBe(0)
  expect(phone.room.reading.line.value).toBeUndefined()
  await until(() => laptop.room.unread.value === 0)
})

test("[NOTIFY1] what may disturb is set on one device and holds on all, and is taken back if it is refused", async () => {
  await using server = await start()
  await using phone = await server.device()
  await using laptop = await server.device()
  const preferences = new Preferences(new Kept(() => newStorage().forBrowser))
  await until(() => [phone, laptop].every(({ room }) => room.level.value === "mentions"))
  expect(preferences.levelOf(phone.room)).toBe("mentions")
  await setLevel(phone.room, "none", phone.page.client, preferences)
  await until(() => laptop.room.level.value === "none")
  expect(preferences.levelOf(laptop.room)).toBe("none")
  phone.page.socket.disconnect()
  await setLevel(phone.room, "all", phone.page.client, preferences)
  expect(phone.room.level.value).toBe("none")
})

test("[NOTIFY1] [MENT1] who is named, answered or called with everybody is disturbed at mentions, and by nothing at none", async () => {
  await using server = await start()
  await using phone = await server.device()
  const { room, page } = phone
  const preferences = new Preferences(new Kept(() => newStorage().forBrowser))
  room.send("Ann's own")
  const [own] = await server.bob.messages(1)
  const said: [string, object?][] = [
    ["plain"],
    ["@Ann", { mentions: ["ann"] }],
    ["@room", { mentionsRoom: true }],
    ["an answer", { replyTo: own!.id }],
    ["@Bob", { mentions: ["bob"] }],
  ]
  const disturbing: Record<string, string[]> = { all: [], mentions: [], none: [] }
  const stop = effect(() => {
    const came = page.client.news.value
    untracked(() => {
      if (came && mayDisturb(came, preferences)) disturbing[preferences.levelOf(room)]?.push(came.excerpt)
    })
  })
  for (const [round, level] of (["mentions", "none", "all"] as const).entries()) {
    await setLevel(room, level, page.client, preferences)
    for (const [content, more] of said) await server.say(content, more)
    await until(() => received(room).length === 1 + (round + 1) * said.length)
  }
  stop()
  expect(disturbing).toEqual({
    mentions: ["@Ann", "@room", "an answer"],
    none: [],
    all: said.map(([content]) => content),
  })
  // Counted at every level.
  expect(news(room)).toEqual({ unread: 15, mentions: 9 })
})

test("[NOTIFY1] where nobody is known, the browser keeps what may disturb", async () => {
  await using app = await startTestApp()
  await using bob = await connect(app.url)
  const created = await bob.ask("create_room", { name: "Burrow", userId: "bob" })
  if (!created.ok) throw new Error(created.error.message)
  await using page = openPage(app.url)
  const room = await visit(page, created.room.id)
  const preferences = new Preferences(new Kept(() => page.storage.forBrowser))
  expect(preferences.levelOf(room)).toBe("all")
  for (const level of ["mentions", "none", "all"] as const) {
    await setLevel(room, level, page.client, preferences)
    expect([preferences.levelOf(room), room.level.value]).toEqual([level, undefined])
  }
})

test("[DEL1] who may delete others' messages is told at once, and does so", async () => {
  await using server = await start()
  const { bob, room, say } = server
  const { id } = await say("not for here")
  await using ann = await server.device()
  await until(() => ann.room.belonging.role.value === "member")
  expect(ann.room.belonging.mayModerate).toBe(false)
  await setRole(bob, room.id, "moderator")
  await until(() => ann.room.belonging.mayModerate)
  ann.room.sender.change(id, { change: "delete" })
  await bob.until(() => bob.payloads("message_updated").length === 1)
  expect(bob.payloads("message_updated")[0]).toMatchObject({ id, content: "", deletedAt: expect.any(String) })
  await until(() => received(ann.room).length === 0 && ann.room.sender.outbox.changes.value.length === 0)
  await setRole(bob, room.id, "member")
  await until(() => !ann.room.belonging.mayModerate)
})

test("[MENT1] a text mentions the whole room, and an edit takes back what it mentions no longer", async () => {
  await using server = await start()
  const { bob, room } = server
  await using ann = await server.device()
  ann.room.send("@room and @Bob, come")
  const [sent] = await bob.messages(1)
  expect(sent).toMatchObject({ mentionsRoom: true, mentions: ["bob"] })
  ann.room.sender.change(sent!.id, { change: "edit", content: "@room, come" })
  await bob.until(() => bob.payloads("message_updated").length === 1)
  expect(bob.payloads("message_updated")[0]).toMatchObject({ content: "@room, come", mentionsRoom: true })
  expect(bob.payloads("message_updated")[0].mentions).toBeUndefined()
  ann.room.sender.change(sent!.id, { change: "edit", content: "come" })
  await bob.until(() => bob.payloads("message_updated").length === 2)
  expect(bob.payloads("message_updated")[1].mentionsRoom).toBeUndefined()
  expect(room.id).toBe(ann.room.id)
})

async function setRole(owner: TestClient, roomId: string, role: string): Promise<void> {
  const answer = await owner.ask("set_role", { roomId, userId: "bob", targetId: "ann", role })
  if (!answer.ok) throw new Error(answer.error.message)
}

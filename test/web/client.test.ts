/** The page without its document, against the real server. */
import { expect, test } from "bun:test"
import { createRoom as createRoomBy } from "../../src/web/core/room-calls.ts"
import { startTestApp } from "../support/app.ts"
import { connect, createRoom, joined } from "../support/client.ts"
import { freePort } from "../support/port.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"
import { contents, newStorage, openPage, type Page, received, until, visit } from "./page.ts"

test("two people talk, see each other type, come and go", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using ann = openPage(app.url, { name: "Ann" })
  await using bob = openPage(app.url, { name: "Bob" })
  const [annsRoom, bobsRoom] = [await visit(ann, id), await visit(bob, id)]

  await until(() => annsRoom.presence.count.value === 2)
  bobsRoom.sender.typing(true)
  await until(() => annsRoom.presence.typing.value.has(bob.client.identity.userId))
  bobsRoom.send("hello")
  await until(() => contents(annsRoom).length === 1)
  expect(annsRoom.presence.typing.value.size).toBe(0)
  annsRoom.send("hello Bob")
  await until(() => contents(bobsRoom).length === 2)
  expect(contents(bobsRoom)).toEqual(["hello", "hello Bob"])

  bob.client.leave(bobsRoom)
  await until(() => annsRoom.presence.count.value === 1)
  expect([...annsRoom.movements.notices.after.value.values()].map((notice) => [...notice.values()])).toEqual([
    [{ username: "Bob", movement: "joined" }],
    [{ username: "Bob", movement: "left" }],
  ])
})

test("[SEND3] what is written offline shows at once, is sent when the room is joined, and stands there once", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using page = openPage(app.url)
  const room = await visit(page, id)

  page.socket.disconnect()
  for (const content of ["one", "two", "three"]) room.send(content)
  expect(contents(room)).toEqual(["one", "two", "three"])
  expect(received(room)).toEqual([])

  page.socket.connect()
  await until(() => room.sender.outbox.entries.value.length === 0)
  expect(contents(room)).toEqual(["one", "two", "three"])
  expect(await stored(app.url, id)).toEqual(["one", "two", "three"])
})

test("[CONN3] over a restart in mid-send nothing is doubled and nothing is missing", async () => {
  const port = await freePort()
  await using first = await startTestApp({ port, rateLimits: "off" })
  const { id } = await createRoom(first.url)
  await using page = openPage(first.url)
  const room = await visit(page, id)
  const sent = Array.from({ length: 60 }, (_, i) => `message ${i}`)

  for (const content of sent) room.send(content)
  await until(() => received(room).length >= 5)
  await first.stop()
  expect(room.sender.outbox.entries.value.length).toBeGreaterThan(0)
  await using second = await startTestApp({ dataDir: first.dataDir, port, rateLimits: "off" })
  await until(() => room.sender.outbox.entries.value.length === 0)

  expect(contents(room)).toEqual(sent)
  expect(await stored(second.url, id)).toEqual(sent)
})

test("[LIM1] who writes faster than the server takes has all of it sent a little later", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using page = openPage(app.url)
  const room = await visit(page, id)
  const sent = Array.from({ length: 24 }, (_, i) => `message ${i}`)
  for (const content of sent) room.send(content)
  await until(() => room.sender.outbox.entries.value.length === 0)
  expect(await stored(app.url, id)).toEqual(sent)
})

test("a message whose answer was lost is settled by its retry, which the room does not show again", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using ann = openPage(app.url)
  await using bob = await connect(app.url)
  await bob.ask("join_room", { roomId: id, userId: "bob", username: "Bob" })
  const room = await visit(ann, id)

  lose(ann, ([event]) => event === "message_received" || event?.message !== undefined)
  room.send("once")
  await bob.messages(1)
  expect(contents(room)).toEqual(["once"])
  ann.socket.io.engine.close()
  await until(() => !room.isJoined)
  await until(() => room.sender.outbox.entries.value.length === 0)

  expect(contents(room)).toEqual(["once"])
  expect((await bob.messages(1)).length).toBe(1)
})

test("a refused message says why, does not hold up those behind it, and can be taken back", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using page = openPage(app.url)
  const room = await visit(page, id)

  room.send("a bell: \u0007")
  room.send("after it")
  await until(() => received(room).length === 1)

  const [refused] = room.sender.outbox.entries.value
  expect(refused?.refusal).toMatchObject({ code: "ERR_VALIDATION", field: "content" })
  expect(contents(room)).toEqual(["after it", "a bell: \u0007"])
  expect(room.sender.takeBack(refused?.id ?? "")?.content).toBe("a bell: \u0007")
  expect(contents(room)).toEqual(["after it"])
})

test("[SEQ1] a hole between live events is found and filled", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using page = openPage(app.url)
  const seen = await visit(page, room.id)
  await using bob = await joined(app.url, room, "bob")

  lose(page, ([event, message]) => event === "message_received" && message.content === "two")
  for (const content of ["one", "two", "three"]) {
    await bob.ask("send_message", { roomId: room.id, userId: "bob", content })
  }
  await until(() => contents(seen).length === 3)
  expect(contents(seen)).toEqual(["one", "two", "three"])
})

test("[HIST2] after an absence of more than a page, all of it is fetched", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const room = await createRoom(app.url)
  await using page = openPage(app.url)
  const seen = await visit(page, room.id)

  page.socket.disconnect()
  const sent = await fill(app.url, room, 450)
  page.socket.connect()
  await until(() => contents(seen).length === sent.length)
  expect(contents(seen)).toEqual(sent)
})

test("after an absence of thousands it begins with the latest page, and goes back on demand", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const room = await createRoom(app.url)
  await using page = openPage(app.url)
  const seen = await visit(page, room.id)

  page.socket.disconnect()
  const sent = await fill(app.url, room, 1_300)
  page.socket.connect()
  await until(() => contents(seen).at(-1) === sent.at(-1))
  await until(() => seen.isJoined)
  expect(contents(seen)).toEqual(sent.slice(-50))
  expect(seen.unread.value).toBe(1_300)

  // As far back as one wants to go, at once, and from there to both sides.
  await seen.feed.fetchAround(400)
  expect(contents(seen)).toContain(sent[399]!)
  for (let gap = seen.feed.timeline.gaps[1]; gap; gap = seen.feed.timeline.gaps[1])
    await seen.feed.fetchBeginningOf(gap)
  for (let gap = seen.feed.timeline.gaps[0]; gap; gap = seen.feed.timeline.gaps[0]) await seen.feed.fetchEndOf(gap)
  expect(contents(seen)).toEqual(sent)
})

test("unread messages are counted until somebody looks, in this visit and the next", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const storage = newStorage()
  await using bob = await joined(app.url, room, "bob")
  const say = (content: string) => bob.ask("send_message", { roomId: room.id, userId: "bob", content })
  await say("before Ann came")

  await using first = openPage(app.url, { storage })
  const seen = await visit(first, room.id)
  expect(seen.unread.value).toBe(0)
  await say("not seen")
  await until(() => seen.unread.value === 1)
  expect(seen.reading.line.value).toBe(1)
  first.client.connection.close()
  await say("nor this")

  await using second = openPage(app.url, { storage })
  const again = await visit(second, room.id)
  expect(again.unread.value).toBe(2)
  again.watch(true)
  expect(again.unread.value).toBe(0)
})

test("what was not sent outlives a reload of the page, and so do one's rooms", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const storage = newStorage()
  await using first = openPage(app.url, { storage })
  const seen = await visit(first, room.id)
  first.client.connection.close()
  seen.disconnected()
  seen.send("written in a tunnel")

  await using second = openPage(app.url, { storage })
  const again = second.client.find(room.id)
  expect(again?.name.value).toBe("General")
  await until(() => again?.isJoined === true && again.sender.outbox.entries.value.length === 0)
  expect(await stored(app.url, room.id)).toEqual(["written in a tunnel"])
})

test("a link that leads nowhere says so, and is not kept among one's rooms", async () => {
  await using app = await startTestApp()
  await using page = openPage(app.url)
  for (const id of [crypto.randomUUID(), "no-uuid"]) {
    page.client.visit(id)
    await until(() => page.client.find(id)?.joining.phase.value.kind === "missing")
  }
  page.client.visit(undefined)
  expect(page.client.rooms.value).toEqual([])
})

test("[LIST2] public rooms are found by name, in pages; a new one is among them", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  await using page = openPage(app.url)
  await until(() => page.client.connection.isOnline)
  for (let i = 0; i < 35; i++) await createRoomBy(page.client, { name: `Burrow ${i}`, visibility: "public" })
  await createRoomBy(page.client, { name: "Secret burrow", visibility: "unlisted" })
  const { directory } = page.client

  await directory.search("burrow")
  expect(directory.rooms.value.length).toBe(30)
  await directory.more()
  expect(new Set(directory.rooms.value.map(({ name }) => name)).size).toBe(35)
  expect(directory.state.value).toEqual({ kind: "ready", hasMore: false })
})

test("[LIST4] a server that lists no rooms is one to come to by link", async () => {
  await using app = await startTestApp({ listRooms: "off" })
  await using page = openPage(app.url)
  await until(() => page.client.directory.state.value.kind === "off")
})

test("who comes back sees where they stopped, also when they look before the room is there", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const storage = newStorage()
  await using bob = await joined(app.url, room, "bob")
  const say = (content: string) => bob.ask("send_message", { roomId: room.id, userId: "bob", content })
  await say("seen")
  await using first = openPage(app.url, { storage })
  await visit(first, room.id)
  first.client.connection.close()
  await say("missed")
  await say("missed too")

  await using second = openPage(app.url, { storage })
  const again = second.client.find(room.id)!
  again.watch(true)
  await until(() => again.isJoined)
  expect([again.reading.line.value, again.unread.value, again.reading.read.value]).toEqual([1, 0, 3])
})

test("what is new after a backup was restored is new, though its numbers were seen before", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const storage = newStorage()
  await using bob = await joined(app.url, room, "bob")
  const say = (content: string) => bob.ask("send_message", { roomId: room.id, userId: "bob", content })
  await say("in the backup")
  storage.forBrowser.setItem(`warren.read.${room.id}`, "5")
  await using ann = openPage(app.url, { storage })
  const seen = await visit(ann, room.id)
  await say("after it")
  await until(() => seen.unread.value === 1)
  expect(seen.reading.line.value).toBe(1)
})

test("two tabs are in the same rooms: what one joins or leaves, the other does too", async () => {
  await using app = await startTestApp()
  const storage = { forBrowser: newStorage().forBrowser }
  await using left = openPage(app.url, { storage: { ...newStorage(), ...storage } })
  await until(() => left.client.connection.isOnline)
  const create = async (name: string) => {
    const room = await createRoomBy(left.client, { name, visibility: "unlisted" })
    return "id" in room ? room.id : ""
  }
  const [one, two, three] = [await create("one"), await create("two"), await create("three")]
  await visit(left, one)
  await using right = openPage(app.url, { storage: { ...newStorage(), ...storage } })
  await visit(left, two)
  await visit(right, three)
  right.client.keptElsewhere()
  left.client.keptElsewhere()
  expect(namesOf(left)).toEqual(["one", "three", "two"])
  expect(namesOf(right)).toEqual(["one", "three", "two"])
  await until(() => right.client.find(two)?.isJoined === true)

  left.client.leave(left.client.find(two)!)
  right.client.keptElsewhere()
  expect(namesOf(right)).toEqual(["one", "three"])
  await right.client.find(one)?.join()
  await using later = openPage(app.url, { storage: { ...newStorage(), ...storage } })
  expect(namesOf(later)).toEqual(["one", "three"])
})

test("a browser that is out of space makes no tab leave a room", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const storage = newStorage()
  const { forBrowser } = storage
  await using ann = openPage(app.url, { storage })
  await until(() => ann.client.connection.isOnline)
  const setItem = forBrowser.setItem
  forBrowser.setItem = () => {
    throw new DOMException("Out of space", "QuotaExceededError")
  }
  const joined = await visit(ann, room.id)
  ann.client.visit(undefined)
  forBrowser.setItem = setItem
  forBrowser.setItem(`warren.read.${room.id}`, "5")
  ann.client.keptElsewhere()
  expect(namesOf(ann)).toEqual(["General"])
  joined.send("still here")
  await until(() => received(joined).length === 1)
})

test("a room that was left in one tab and joined again stays joined in the other", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const storage = newStorage()
  await using left = openPage(app.url, { storage })
  await using right = openPage(app.url, { storage })
  const joined = await visit(left, room.id)
  left.client.leave(joined)
  right.client.keptElsewhere()
  expect(namesOf(right)).toEqual([])
  await visit(left, room.id)
  right.client.keptElsewhere()
  expect(namesOf(right)).toEqual(["General"])
  left.client.keptElsewhere()
  expect(namesOf(left)).toEqual(["General"])
})

test("a new name is seen though its owner writes nothing", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using ann = openPage(app.url, { name: "Ann" })
  const annsRoom = await visit(ann, id)
  await using bob = openPage(app.url, { name: "Bob" })
  const bobsRoom = await visit(bob, id)
  const bobId = bob.client.identity.userId
  await until(() => annsRoom.presence.members.value.has(bobId))
  bob.client.describe({ username: "Robert", avatar: undefined })
  await bobsRoom.join()
  await annsRoom.renewMembers()
  expect(annsRoom.presence.members.value.get(bobId)?.username).toBe("Robert")
})

test("[AUTH2] a token that one tab was given, or forgot, is so for the others", async () => {
  await using app = await startTestApp({ auth: "token", authSecret })
  const storage = newStorage()
  await using first = openPage(app.url, { storage })
  await using second = openPage(app.url, { storage })
  await until(() => second.client.connection.state.value.kind === "unauthorized")
  first.client.useToken(await tokenOf({ sub: "ann", name: "Ann" }))
  second.client.keptElsewhere()
  await until(() => second.client.connection.isOnline)
  expect(second.client.identity.userId).toBe("ann")
  first.client.useToken(undefined)
  second.client.keptElsewhere()
  await until(() => second.client.connection.state.value.kind === "unauthorized")
})

test("a list of rooms that could not be begun again can be gone on with", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  await using page = openPage(app.url)
  const { client } = page
  const { directory } = client
  await until(() => client.connection.isOnline && directory.state.value.kind === "ready")
  for (let i = 0; i < 65; i++) await createRoomBy(client, { name: `Burrow ${i}`, visibility: "public" })
  await directory.search("burrow")
  const refreshed = directory.refresh()
  page.socket.io.engine.close()
  await refreshed
  expect(directory.state.value).toEqual({ kind: "ready", hasMore: true })
  await until(() => client.connection.isOnline)
  await directory.more()
  expect(directory.rooms.value.length).toBe(60)
  await directory.renew()
  expect(directory.rooms.value.length).toBe(60)
})

/** What the room holds, as somebody who comes now reads it. */
async function stored(url: string, roomId: string): Promise<string[]> {
  await using reader = await connect(url)
  await reader.ask("join_room", { roomId, userId: "reader", username: "Reader" })
  const page = await reader.ask("get_history", { roomId, limit: 200 })
  if (!page.ok) throw new Error(page.error.message)
  return page.messages.map(({ content }) => content)
}

function namesOf({ client }: Page): string[] {
  return client.rooms.value.map(({ name }) => name.value).sort()
}

async function fill(url: string, room: { readonly id: string }, count: number) {
  await using bob = await joined(url, room, "bob")
  const contents = Array.from({ length: count }, (_, i) => `line ${i}`)
  const send = (content: string) => bob.ask("send_message", { roomId: room.id, userId: "bob", content })
  // A socket may have a thousand requests unanswered, and no more.
  for (let i = 0; i < count; i += 500) await Promise.all(contents.slice(i, i + 500).map(send))
  return contents
}

/** Loses what is like this on its way to the page, an event or an answer, until the page connects again. */
// biome-ignore lint/suspicious/noExplicitAny: a packet may hold anything
function lose(page: Page, isIt: (data: readonly any[]) => boolean): void {
  type Receiver = (packet: { data: unknown[] }) => void
  const socket = page.socket as unknown as { onevent: Receiver; onack: Receiver }
  let isLosing = true
  page.socket.once("disconnect", () => {
    isLosing = false
  })
  for (const method of ["onevent", "onack"] as const) {
    const receive = socket[method].bind(socket)
    socket[method] = (packet) => {
      if (!isLosing || !isIt(packet.data)) receive(packet)
    }
  }
}

test("what was missed while there was no connection is marked where it begins, also for one who looks", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using bob = await joined(app.url, room, "bob")
  await using ann = openPage(app.url)
  const annsRoom = await visit(ann, room.id)
  annsRoom.watch(true)
  await bob.ask("send_message", { roomId: room.id, userId: "bob", content: "seen" })
  await until(() => received(annsRoom).length === 1)
  expect(annsRoom.reading.line.value).toBeUndefined()

  ann.socket.disconnect()
  annsRoom.send("written offline")
  await bob.ask("send_message", { roomId: room.id, userId: "bob", content: "missed" })
  ann.socket.connect()
  await until(() => received(annsRoom).length === 3)
  expect(annsRoom.reading.line.value).toBe(1)
  expect(annsRoom.unread.value).toBe(0)
})

test("a new name is seen with what its owner writes, and is not undone by another tab", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using ann = openPage(app.url, { name: "Ann" })
  const annsRoom = await visit(ann, id)
  const storage = newStorage()
  await using bob = openPage(app.url, { name: "Bob", storage })
  const bobsRoom = await visit(bob, id)
  await using otherTab = openPage(app.url, { storage })
  const bobId = bob.client.identity.userId
  await until(() => annsRoom.presence.members.value.get(bobId)?.username === "Bob")

  otherTab.client.describe({ username: "Robert", avatar: undefined })
  bob.client.keptElsewhere()
  expect(bob.client.identity.user.value?.username).toBe("Robert")
  await bobsRoom.join()
  bobsRoom.send("renamed")
  await until(() => annsRoom.presence.members.value.get(bobId)?.username === "Robert")
})

test("[AUTH1] a link with a token makes nobody somebody else where none is asked for", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  await using bob = openPage(app.url, { name: "Bob" })
  await visit(bob, id)
  const { userId } = bob.client.identity
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url")
  bob.client.offerToken(`${encode({ alg: "none" })}.${encode({ sub: "mallory", name: "Mallory" })}.x`)
  expect(bob.client.identity.user.value).toMatchObject({ userId, username: "Bob" })
})

test("[AUTH2] where the server asks for one, it is used; a link that was cut off takes none away", async () => {
  await using app = await startTestApp({ auth: "token", authSecret })
  const token = await tokenOf({ sub: "ann", name: "Ann of the token" })
  await using page = openPage(app.url, { name: "Chosen here" })
  page.client.offerToken(token)
  await until(() => page.client.connection.isOnline)
  expect(page.client.identity.user.value).toMatchObject({ userId: "ann", username: "Ann of the token" })
  page.client.offerToken(token.slice(0, token.length / 2))
  expect(page.client.identity.token).toBe(token)
})

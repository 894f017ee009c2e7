/**
 * Messages with files that wait while much happens: two tabs, a removal from the room, a sign-out, a database that
 * cannot be read. Each goes once, by whoever wrote it, or is there to be taken along. The server is the real one.
 */
import { expect, test } from "bun:test"
import { effect } from "@preact/signals-core"
import { Kept } from "../../src/web/core/kept.ts"
import type { Room } from "../../src/web/core/room.ts"
import type { Refused } from "../../src/web/core/sentence-of.ts"
import type { KeptFile } from "../../src/web/uploads/kept-file.ts"
import { startWithAdmin } from "../support/accounts.ts"
import { startTestApp } from "../support/app.ts"
import { granted } from "../support/cast.ts"
import { connect, createRoom, joined } from "../support/client.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"
import { until as untilAsync } from "../support/until.ts"
import { newStorage, offline, until, visit } from "./page.ts"
import { newBrowser, newShelf, openTab, toldStorage } from "./tab.ts"

const waiting = (room: Room) => room.sender.outbox.entries.value
const soon = () => new Promise((resolve) => setImmediate(resolve))

/** What the room has, by who sees it afterwards. */
async function stored(url: string, roomId: string) {
  await using reader = await joined(url, { id: roomId }, "reader")
  const history = await granted(reader, "get_history", { roomId })
  return history.messages.map(({ id, content, files = [] }) => ({ id, content, files: files.map(({ name }) => name) }))
}

test("[FILE2] [SEND3] what two tabs wrote offline goes once each, however late each hears of the other", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const storage = toldStorage()
  const browser = newBrowser()
  const openOne = async () => {
    const { storage: own, follow } = storage.open()
    const tab = await openTab(app.url, id, { ...browser, storage: own }, { wait: async () => storage.deliver() })
    follow(tab.page)
    return tab
  }
  await using left = await openOne()
  await using right = await openOne()
  for (const [name, tab] of Object.entries({ left, right })) {
    await offline(tab.page, tab.room)
    tab.room.send(`${name} says`)
    tab.parcels.send(tab.room, `${name} sends`, tab.attach(`${name} 1`, `${name} 2`))
  }
  const ids = [left, right].flatMap(({ room }) => waiting(room).map(({ id }) => id))
  await soon()
  expect(browser.shelf.kept.size).toBe(4)
  storage.deliver()
  left.page.socket.connect()
  right.page.socket.connect()
  await until(() => left.room.isJoined && right.room.isJoined)
  storage.deliver()
  await until(() => [left, right].every(({ room }) => waiting(room).every(({ awaitsFiles }) => awaitsFiles)))
  for (const { going } of [left, right]) for (const one of going) await one.arrive()
  await until(() => [left, right].every(({ room }) => waiting(room).length === 0))
  storage.deliver()
  await soon()
  const all = await stored(app.url, id)
  expect(all.map((message) => message.id).sort()).toEqual(ids.sort())
  expect(all.map(({ content, files }) => [content, ...files]).sort()).toEqual([
    ["left says"],
    ["left sends", "left 1", "left 2"],
    ["right says"],
    ["right sends", "right 1", "right 2"],
  ])
  expect([left, right].map(({ going }) => going.length)).toEqual([2, 2])
  expect(browser.shelf.kept.size).toBe(0)
  expect([...storage.all.keys()].filter((key) => key.includes("outbox"))).toEqual([])
})

test("[FILE2] a tab whose turn comes before it hears that another sent the message takes no file for lost", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const storage = toldStorage()
  const shelf = newShelf()
  const emptied = Promise.withResolvers<void>()
  const drop = async (key: string) => {
    await shelf.drop(key)
    emptied.resolve()
  }
  // Asked while the other tab has just sent it, and answered after that.
  const of = async (key: string): Promise<readonly KeptFile<File>[]> => {
    await emptied.promise
    return shelf.of(key) as Promise<readonly KeptFile<File>[]>
  }
  const browser = newBrowser(shelf)
  const one = storage.open()
  await using first = await openTab(app.url, id, { ...browser, storage: one.storage, shelf: { ...shelf, drop } })
  one.follow(first.page)
  first.parcels.send(first.room, "once", first.attach("a.txt"))
  await soon()
  const two = storage.open()
  const refusals: Refused[] = []
  const late = { ...browser, storage: two.storage, shelf: { ...shelf, of } }
  await using second = await openTab(app.url, id, late, { wait: async () => storage.deliver() })
  two.follow(second.page)
  effect(() => {
    for (const { refusal } of waiting(second.room)) if (refusal !== undefined) refusals.push(refusal)
  })
  expect(waiting(second.room).length).toBe(1)
  // The room tells the second tab nothing, so that it knows by the other tab alone.
  second.page.socket.off("message_received")
  await first.going[0]!.arrive()
  await until(() => waiting(first.room).length === 0)
  const isOver = () => {
    storage.deliver()
    return waiting(second.room).length === 0
  }
  await untilAsync("the second tab knows", isOver)
  expect(refusals).toEqual([])
  expect((await stored(app.url, id)).map(({ files }) => files)).toEqual([["a.txt"]])
})

async function withBob() {
  const server = await startWithAdmin({ rateLimits: "off" })
  const bob = await server.join("bob")
  const { userId } = server.admin
  const room = async (name: string) => {
    const { room } = await granted(server.client, "create_room", { name, userId, visibility: "private" })
    await granted(server.client, "join_room", { roomId: room.id, userId, username: "ann" })
    await granted(server.client, "add_member", { roomId: room.id, userId, targetId: bob.userId })
    return room
  }
  const storage = newStorage()
  new Kept(() => storage.forBrowser).write("account", { ...bob, login: "bob", username: "bob", role: "member" })
  const browser = { ...newBrowser(), storage }
  const tab = (roomId: string) => openTab(server.url, roomId, browser, { token: bob.token })
  const ban = (roomId: string) =>
    granted(server.client, "remove_member", { roomId, userId, targetId: bob.userId, ban: true })
  const said = async (roomId: string) => (await granted(server.client, "get_history", { roomId })).messages
  const dispose = () => server[Symbol.asyncDispose]()
  return { server, bob, room, browser, tab, ban, said, [Symbol.asyncDispose]: dispose }
}

test("[MEM4] [FILE2] what was written for a room that one was removed from meanwhile stays, and can be taken along", async () => {
  await using it = await withBob()
  const [closed, other] = [await it.room("Closed"), await it.room("Other")]
  await using tab = await it.tab(closed.id)
  await offline(tab.page, tab.room)
  tab.room.send("only words")
  const uploads = tab.attach("a.txt")
  tab.parcels.send(tab.room, "with a file", uploads)
  await it.ban(closed.id)
  tab.page.client.visit(other.id)
  tab.page.socket.connect()
  await until(() => tab.room.joining.phase.value.kind === "missing")
  const isListed = () => tab.page.client.rooms.value.includes(tab.room)
  // Whatever else is looked at.
  await visit(tab.page, other.id)
  tab.page.client.visit(undefined)
  expect([isListed(), waiting(tab.room).map(({ content }) => content)]).toEqual([true, ["only words", "with a file"]])
  const [, { files = [] } = {}] = waiting(tab.room)
  expect(await tab.parcels.sourceOf(files[0]!.id)).toBe(uploads.list.value[0]!.source)

  // The next tab has both too, and where they came from.
  await using next = await openTab(it.server.url, other.id, it.browser, { token: it.bob.token })
  const again = next.page.client.find(closed.id)!
  await until(() => again.joining.phase.value.kind === "missing")
  expect((await next.parcels.sourceOf(files[0]!.id))?.name).toBe("a.txt")
  for (const { id } of waiting(again)) again.sender.takeBack(id)
  next.page.client.visit(undefined)
  expect(next.page.client.find(closed.id)).toBeUndefined()
  expect(await it.said(closed.id)).toEqual([])
})

test("[MEM4] [PERS1] a removal that is told takes no message away that was not sent", async () => {
  await using it = await withBob()
  const [closed, empty, open] = [await it.room("Closed"), await it.room("Empty"), await it.room("Open")]
  await using tab = await it.tab(closed.id)
  tab.room.sender.outbox.add({ id: "refused", atMs: 1, type: "text", content: "too long", refusal: "It is too long." })
  await visit(tab.page, open.id)
  await until(() => tab.page.client.find(empty.id) !== undefined)
  await it.ban(closed.id)
  await it.ban(empty.id)
  await until(() => tab.room.joining.phase.value.kind === "refused" && tab.page.client.find(empty.id) === undefined)
  expect(waiting(tab.page.client.find(closed.id)!).map(({ content }) => content)).toEqual(["too long"])
  // Nor does a list without that room, at the next connection.
  await using next = await openTab(it.server.url, open.id, it.browser, { token: it.bob.token })
  await until(() => next.page.client.find(open.id)?.level.value !== undefined)
  expect(waiting(next.page.client.find(closed.id)!).map(({ content }) => content)).toEqual(["too long"])
})

test("[FILE2] [MEM2] files that wait for a room which is not open are sent there all the same", async () => {
  await using it = await withBob()
  const [room, other] = [await it.room("Room"), await it.room("Other")]
  const tab = await it.tab(room.id)
  await offline(tab.page, tab.room)
  tab.parcels.send(tab.room, "from the train", tab.attach("a.txt"))
  await soon()
  await tab.close()
  await using next = await openTab(it.server.url, other.id, it.browser, { token: it.bob.token })
  await until(() => next.parcels.shares.value.size === 1)
  await next.going[0]!.arrive()
  await until(() => waiting(next.page.client.find(room.id)!).length === 0)
  const [message] = await it.said(room.id)
  expect([message?.content, message?.files?.map(({ name }) => name)]).toEqual(["from the train", ["a.txt"]])
})

test("[AUTH2] [PERS1] who comes back has all sent that they wrote, also in rooms that this browser no longer lists", async () => {
  await using it = await withBob()
  const [room, other] = [await it.room("Room"), await it.room("Other")]
  const tab = await it.tab(room.id)
  await offline(tab.page, tab.room)
  tab.room.send("from before")
  await tab.close()
  // As somebody else leaves it who was signed in meanwhile.
  new Kept(() => it.browser.storage.forBrowser).write("rooms", [])
  await using next = await openTab(it.server.url, other.id, it.browser, { token: it.bob.token })
  await until(() => next.page.client.find(room.id)?.isJoined === true)
  await until(() => waiting(next.page.client.find(room.id)!).length === 0)
  expect((await it.said(room.id)).map(({ content }) => content)).toEqual(["from before"])
})

test("[AUTH2] [FILE2] files go to no other account, wait for whose they are, and are gone once that one signs out", async () => {
  await using app = await startTestApp({ auth: "token", authSecret })
  const [ann, bob] = [await tokenOf({ sub: "ann", name: "Ann" }), await tokenOf({ sub: "bob", name: "Bob" })]
  const { room } = await (async () => {
    await using client = await connect(app.url, ["websocket"], { auth: { token: ann } })
    return await granted(client, "create_room", { name: "General", userId: "ann" })
  })()
  const browser = newBrowser()
  new Kept(() => browser.storage.forBrowser).write("token", ann)
  const tab = await openTab(app.url, room.id, browser)
  tab.parcels.send(tab.room, "Ann's", tab.attach("a.txt"))
  const [{ id: sent } = { id: "" }] = waiting(tab.room)
  await soon()
  tab.page.client.useToken(bob)
  // Another person's room is another one.
  const open = () => tab.page.client.find(room.id)!
  await until(() => open().isJoined)
  await soon()
  expect([waiting(open()).length, tab.going[0]?.isStopped, tab.going.length]).toEqual([0, true, 1])
  expect(browser.shelf.kept.size).toBe(1)
  tab.page.client.useToken(ann)
  await untilAsync("it is carried again", () => tab.going.length === 2)
  expect(waiting(open()).map(({ id }) => id)).toEqual([sent])
  tab.going[1]!.done({ kind: "failed", reason: "The disk is full." })
  await until(() => waiting(open())[0]?.refusal !== undefined)
  await tab.close()
  await using next = await openTab(app.url, room.id, browser)
  await soon()
  // It carries nothing that was refused.
  expect([waiting(next.room).length, next.going.length]).toEqual([1, 0])
  next.page.client.useToken(undefined)
  await untilAsync("nothing is kept", () => browser.shelf.kept.size === 0)
})

test("[FILE2] where the browser does not get at its files they are not taken for lost, and are tried again", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const shelf = newShelf()
  const browser = newBrowser(shelf)
  const writing = await openTab(app.url, id, browser)
  await offline(writing.page, writing.room)
  writing.parcels.send(writing.room, "kept", writing.attach("a.txt"))
  await soon()
  await writing.close()
  let isThere = false
  const of = async (key: string) => (isThere ? shelf.of(key) : undefined)
  await using tab = await openTab(app.url, id, { ...browser, shelf: { ...shelf, of } })
  await until(() => waiting(tab.room)[0]?.refusal !== undefined)
  expect(waiting(tab.room)[0]?.refusal).toStartWith("This browser can't get at the files right now.")
  expect(shelf.kept.size).toBe(1)
  isThere = true
  await soon()
  tab.room.sender.again(waiting(tab.room)[0]!.id)
  await untilAsync("it is carried", () => tab.going.length === 1)
  await tab.going[0]!.arrive()
  await until(() => waiting(tab.room).length === 0)
  expect((await stored(app.url, id)).map(({ files }) => files)).toEqual([["a.txt"]])
})

/** What was written and is not sent yet, over reloads, crashes and several tabs. The server is the real one. */
import { expect, test } from "bun:test"
import { type Clock, systemClock } from "../../src/web/core/clock.ts"
import { changeOf, Kept } from "../../src/web/core/kept.ts"
import { Outbox } from "../../src/web/core/outbox.ts"
import { createRoom as createRoomBy } from "../../src/web/core/room-calls.ts"
import { startTestApp } from "../support/app.ts"
import { connect, createRoom } from "../support/client.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"
import { contents, newStorage, offline, openPage, type Page, until, visit } from "./page.ts"

test("[SEND3] what two tabs queued offline and a crash left behind is sent by the next tab, in order, once", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const storage = newStorage()
  let epochMs = Date.now()
  const clock: Clock = { ...systemClock, epochMs: () => epochMs++ }
  await using left = openPage(app.url, { storage, clock })
  await using right = openPage(app.url, { storage, clock })
  const [leftRoom, rightRoom] = [await visit(left, id), await visit(right, id)]
  await offline(left, leftRoom)
  await offline(right, rightRoom)
  leftRoom.send("one")
  rightRoom.send("two")
  leftRoom.send("three")
  const ids = [...leftRoom.sender.outbox.entries.value, ...rightRoom.sender.outbox.entries.value].map(({ id }) => id)

  await using next = openPage(app.url, { storage })
  const room = await visit(next, id)
  expect(contents(room).sort()).toEqual(["one", "three", "two"])
  await until(() => room.sender.outbox.entries.value.length === 0)
  expect((await stored(app.url, id)).map(({ content }) => content)).toEqual(["one", "two", "three"])
  expect((await stored(app.url, id)).map((message) => message.id).sort()).toEqual(ids.sort())
  // Those that crashed come back after all, and send what they remember.
  left.socket.connect()
  right.socket.connect()
  await until(() => leftRoom.sender.outbox.entries.value.length + rightRoom.sender.outbox.entries.value.length === 0)
  expect((await stored(app.url, id)).length).toBe(3)
})

test("what a tab queued and did not send in time is sent by another that is open", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const storage = newStorage()
  const waits: (() => void)[] = []
  const clock: Clock = { ...systemClock, wait: () => new Promise((resolve) => waits.push(resolve)) }
  await using gone = openPage(app.url, { storage })
  await using open = openPage(app.url, { storage, clock })
  const [goneRoom, room] = [await visit(gone, id), await visit(open, id)]
  await offline(gone, goneRoom)
  goneRoom.send("before the crash")
  const [pending] = goneRoom.sender.outbox.entries.value
  open.client.keptElsewhere(outboxChange(gone, id, pending!.id, "written"))
  expect(contents(room)).toEqual([])
  for (const resolve of waits) resolve()
  await until(() => contents(room).length === 1 && room.sender.outbox.entries.value.length === 0)
  expect((await stored(app.url, id)).map((message) => message.id)).toEqual([pending!.id])
})

test("what one tab takes back is not sent by another that had found it", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const storage = newStorage()
  await using first = openPage(app.url, { storage })
  const firstRoom = await visit(first, id)
  await offline(first, firstRoom)
  firstRoom.send("regretted")
  await using second = openPage(app.url, { storage })
  second.socket.disconnect()
  const secondRoom = second.client.find(id)!
  const [pending] = secondRoom.sender.outbox.entries.value
  expect(pending?.content).toBe("regretted")
  firstRoom.sender.takeBack(pending!.id)
  second.client.keptElsewhere(outboxChange(first, id, pending!.id, "removed"))
  expect(contents(secondRoom)).toEqual([])
})

test("a draft is there again in the next tab, followed by the others, and gone when it was sent", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const storage = newStorage()
  await using first = openPage(app.url, { storage })
  const firstRoom = await visit(first, id)
  firstRoom.draft.write("half a thought")
  await using second = openPage(app.url, { storage })
  const draft = second.client.find(id)!.draft
  expect(draft.text.value).toBe("half a thought")
  firstRoom.draft.write("half a thought more")
  const key = `warren.draft.${first.client.identity.userId}.${id}`
  second.client.keptElsewhere(changeOf({ key, newValue: "…" }))
  expect(draft.text.value).toBe("half a thought more")
  firstRoom.draft.write("")
  second.client.keptElsewhere(changeOf({ key, newValue: null }))
  expect(draft.text.value).toBe("")
  expect(storage.forBrowser.getItem(key)).toBeNull()
})

test("where the browser keeps nothing, or has no space, the tab works, and is known to lose something", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const refuse = () => {
    throw new DOMException("full", "QuotaExceededError")
  }
  const full = { ...newStorage(), forBrowser: Object.assign(newStorage().forBrowser, { setItem: refuse }) }
  const forbidden = {
    ...newStorage(),
    get forBrowser(): never {
      throw new DOMException("forbidden", "SecurityError")
    },
  }
  for (const storage of [full, forbidden]) {
    await using page = openPage(app.url, { storage })
    const room = await visit(page, id)
    expect(page.client.isAtRisk).toBe(false)
    room.draft.write("half")
    expect(page.client.isAtRisk).toBe(true)
    room.draft.write("")
    await offline(page, room)
    room.send("whole")
    // An event of another tab is no reason to forget what could not be kept.
    page.client.keptElsewhere()
    expect([contents(room).at(-1), page.client.isAtRisk]).toEqual(["whole", true])
    page.socket.connect()
    await until(() => room.sender.outbox.entries.value.length === 0)
    expect(page.client.isAtRisk).toBe(false)
  }
})

test("a refusal outlives the tab, and is not tried again by itself", async () => {
  await using app = await startTestApp()
  const { id } = await createRoom(app.url)
  const storage = newStorage()
  await using first = openPage(app.url, { storage })
  const firstRoom = await visit(first, id)
  firstRoom.sender.send("x".repeat(4_001), "text")
  await until(() => firstRoom.sender.outbox.entries.value[0]?.refusal !== undefined)
  await using second = openPage(app.url, { storage })
  const room = await visit(second, id)
  expect(room.sender.outbox.entries.value).toEqual(firstRoom.sender.outbox.entries.value)
})

test("[AUTH2] nobody finds or sends what another wrote, who finds it again unless they signed out", async () => {
  await using app = await startTestApp({ auth: "token", authSecret })
  const [ann, bob] = [await tokenOf({ sub: "ann", name: "Ann" }), await tokenOf({ sub: "bob", name: "Bob" })]
  await using page = openPage(app.url)
  page.client.useToken(ann)
  await until(() => page.client.connection.isOnline)
  const made = await createRoomBy(page.client, { name: "General", visibility: "public" })
  const room = await visit(page, "id" in made ? made.id : "")
  await offline(page, room)
  room.send("Ann's message")
  room.draft.write("Ann's draft")
  const found = () => {
    const { open } = page.client
    return [contents(open.value!), open.value?.draft.text.value]
  }
  page.client.useToken(bob)
  expect(found()).toEqual([[], ""])
  page.client.useToken(ann)
  expect(found()).toEqual([["Ann's message"], "Ann's draft"])
  page.client.useToken(undefined)
  page.client.useToken(ann)
  expect(found()).toEqual([[], ""])
})

test("what others left in the storage is no message", () => {
  const { forBrowser } = newStorage()
  const good = { id: "b", type: "text", content: "good", atMs: 1 }
  const bad = [null, 7, [], {}, { ...good, atMs: "1" }, { ...good, type: "html" }, { ...good, refusal: 1 }, good]
  for (const [index, value] of bad.entries())
    forBrowser.setItem(`warren.outbox.me.room.${index}`, JSON.stringify(value))
  forBrowser.setItem("warren.outbox.me.room.b", JSON.stringify(good))
  forBrowser.setItem("warren.outbox.me.room.c", "{")
  const outbox = new Outbox("room", new Kept(() => forBrowser), () => "me")
  expect(outbox.entries.value.map(({ content }) => content)).toEqual(["good"])
})

function outboxChange({ client }: Page, roomId: string, id: string, what: "written" | "removed") {
  const key = `warren.outbox.${client.identity.userId}.${roomId}.${id}`
  return changeOf({ key, newValue: what === "written" ? "…" : null })
}

async function stored(url: string, roomId: string) {
  await using reader = await connect(url)
  await reader.ask("join_room", { roomId, userId: "reader", username: "Reader" })
  const page = await reader.ask("get_history", { roomId, limit: 200 })
  if (!page.ok) throw new Error(page.error.message)
  return page.messages
}

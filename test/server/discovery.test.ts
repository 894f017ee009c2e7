import { afterAll, beforeAll, expect, test } from "bun:test"
import type { Answer, ClientEvent } from "../../src/contract/events.ts"
import type { Failure } from "../../src/contract/refusals.ts"
import type { Room } from "../../src/contract/rooms.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect, createRoom, everyTransport, joined, type TestClient } from "../support/client.ts"

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

test("[ROOM3] a new server has one public room, General, and a restart adds none", async () => {
  await using first = await startTestApp()
  await using client = await connect(first.url)
  const { rooms } = await granted(client, "list_rooms", {})
  expect(rooms).toMatchObject([{ name: "General", rev: 0, memberCount: 0, lastMessageAt: null }])
  await first.stop()

  await using second = await startTestApp({ dataDir: first.dataDir })
  await using again = await connect(second.url)
  expect((await granted(again, "list_rooms", {})).rooms).toEqual(rooms)
})

test("[ROOM2] a room is unlisted unless it asks to be public, and is told to its creator as before", async () => {
  await using client = await connect(app.url)
  const name = uniqueName()
  const made = [undefined, null, "unlisted", "public"].map((visibility) =>
    granted(client, "create_room", { name, userId: "ann", visibility }),
  )
  const rooms = (await Promise.all(made)).map(({ room }) => room)
  expect(rooms.map(({ visibility }) => visibility)).toEqual(["unlisted", "unlisted", "unlisted", "public"])
  expect(client.payloads("room_created")).toEqual(rooms)
  expect((await granted(client, "list_rooms", { query: name })).rooms.map(({ id }) => id)).toEqual([rooms[3]!.id])
  // Listed or not, its id opens it.
  for (const { id } of rooms) await granted(client, "join_room", { roomId: id, userId: "ann", username: "Ann" })
})

test.each(everyTransport)(
  "[LIST1] a listed room tells who is here now and its last message (%s, %s)",
  async (...transports) => {
    const name = uniqueName()
    const room = await publicRoom(name)
    await using ann = await joined(app.url, room, "ann", transports)
    await using laptop = await joined(app.url, room, "ann", transports)
    await using bob = await joined(app.url, room, "bob", transports)
    const { message } = await granted(bob, "send_message", { roomId: room.id, userId: "bob", content: "hi" })

    await using stranger = await connect(app.url, transports)
    const listed = async () => (await granted(stranger, "list_rooms", { query: name })).rooms
    expect(await listed()).toEqual([{ ...room, rev: 1, memberCount: 2, lastMessageAt: message.createdAt }])
    await granted(laptop, "leave_room", { roomId: room.id, userId: "ann" })
    await granted(bob, "leave_room", { roomId: room.id, userId: "bob" })
    expect(await listed()).toMatchObject([{ memberCount: 1 }])
    expect(stranger.heard).toEqual([])
    expect(ann.heard.length).toBeGreaterThan(0)
  },
)

test("[LIST3] the cursor of an answer goes on behind it, and the last answer has none", async () => {
  const name = uniqueName()
  for (let i = 0; i < 5; i++) await publicRoom(`${name} ${i}`)
  await using client = await connect(app.url)
  const names: string[] = []
  let cursor: string | undefined
  do {
    const page = await granted(client, "list_rooms", { query: name, limit: 2, cursor })
    names.push(...page.rooms.map((room) => room.name))
    cursor = page.cursor
  } while (cursor !== undefined)
  expect(names).toEqual([4, 3, 2, 1, 0].map((i) => `${name} ${i}`))
})

test("[LIST4] LIST_ROOMS=off: the list is ERR_FORBIDDEN, and rooms open by their id", async () => {
  await using closed = await startTestApp({ listRooms: "off" })
  await using client = await connect(closed.url)
  expect(await client.ask("list_rooms", {})).toMatchObject({
    ok: false,
    error: { code: "ERR_FORBIDDEN", event: "list_rooms", message: "This server does not list its rooms." },
  })
  await using _ = await joined(closed.url, await createRoom(closed.url), "ann")
})

test("[ERR3] a cursor that no answer gave is ERR_VALIDATION, before all else", async () => {
  await using closed = await startTestApp({ listRooms: "off" })
  await using client = await connect(closed.url)
  const roomId = "00000000-0000-4000-8000-000000000000"
  const forged = [
    "",
    "no cursor",
    "MQ==",
    "AA",
    "x".repeat(129),
    "LTE",
    "MS4y",
    Buffer.from("1e3").toString("base64url"),
  ]
  for (const cursor of forged) {
    const refused = { ok: false, error: { code: "ERR_VALIDATION", field: "cursor" } }
    expect(await client.ask("list_rooms", { cursor })).toMatchObject(refused)
    expect(await client.ask("get_members", { roomId, cursor })).toMatchObject(refused)
  }
})

test("[HERE1] get_members pages through who is here", async () => {
  const room = await publicRoom("Crowded")
  // A page has room for about thirty of them.
  const avatar = `https://a.example/${"x".repeat(2_000)}`
  const crowd = Array.from({ length: 40 }, (_, i) => ({ userId: `user ${i}`, username: `User ${i}`, avatar }))
  await using connections = new AsyncDisposableStack()
  for (const profile of crowd) {
    const client = connections.use(await connect(app.url))
    await granted(client, "join_room", { roomId: room.id, ...profile })
  }
  await using ann = await joined(app.url, room, "ann")

  const first = await granted(ann, "get_members", { roomId: room.id })
  const second = await granted(ann, "get_members", { roomId: room.id, cursor: first.cursor })
  expect(first.members.length).toBeLessThan(crowd.length)
  const annHere = { userId: "ann", username: "User ann", avatar: null }
  expect([...first.members, ...second.members] as unknown[]).toEqual([...crowd, annHere])
  expect(second.cursor).toBeUndefined()
})

test("[HERE1] get_members is for those in the room", async () => {
  const room = await publicRoom("Closed doors")
  await using client = await connect(app.url)
  const refused = { ok: false, error: { code: "ERR_NOT_IN_ROOM", roomId: room.id } }
  expect(await client.ask("get_members", { roomId: room.id })).toMatchObject(refused)
})

const uniqueName = () => `Room ${crypto.randomUUID()}`

async function publicRoom(name: string): Promise<Room> {
  await using client = await connect(app.url)
  return (await granted(client, "create_room", { name, userId: "founder", visibility: "public" })).room
}

async function granted<E extends ClientEvent>(client: TestClient, event: E, payload: unknown): Promise<Answer<E>> {
  const answer: Answer<E> | Failure = await client.ask(event, payload)
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`)
  return answer as Answer<E>
}

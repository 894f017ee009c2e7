import { describe, expect, test } from "bun:test"
import { limits } from "../../../src/contract/limits.ts"
import { startTestApp } from "../../support/app.ts"
import { connect, createRoom, joined, type Room, type TestClient } from "../../support/client.ts"
import { RawPolling, RawSocket } from "../../support/raw.ts"

/** What is asked here is how much may wait, not how often one may send. */
const settings = { rateLimits: "off" } as const

const request = (event: string, payload: object, id = "") => `42${id}${JSON.stringify([event, payload])}`
const join = (room: Room, userId: string, rest = {}) =>
  request("join_room", { roomId: room.id, userId, username: userId, ...rest }, "1")

async function send(writer: TestClient, room: Room, count: number, content: string) {
  for (let sent = 0; sent < count; sent += 100) {
    const batch = Array.from({ length: Math.min(100, count - sent) }, () =>
      writer.ask("send_message", { roomId: room.id, userId: "ann", content }),
    )
    for (const { ok } of await Promise.all(batch)) if (!ok) throw new Error("refused")
  }
}

describe("[LIM2] a client that polls no more", () => {
  for (const [what, count, content, limit] of [
    ["is kept with 500 packets waiting", 500, "x", undefined],
    ["is cut at the next", 501, "x", "backlogPacketsMax"],
    // A packet of one is a little above 12,300 bytes long.
    ["is kept with a little less than 1 MiB waiting", 84, "€".repeat(4_000), undefined],
    ["is cut at a little more", 86, "€".repeat(4_000), "backlogBytesMax"],
  ] as const) {
    test(what, async () => {
      await using app = await startTestApp(settings)
      const room = await createRoom(app.url)
      await using ann = await joined(app.url, room, "ann")
      const ben = await RawPolling.open(app.url)
      await ben.enter()
      await ben.post(join(room, "ben"))
      await ben.packet((packet) => packet.startsWith("431"))

      await send(ann, room, count, content)
      if (limit !== undefined) {
        await ann.until(() => ann.payloads("user_left").length === 1)
        expect(ann.payloads("user_left")).toEqual([{ roomId: room.id, userId: "ben", reason: "disconnect" }])
        expect(await ben.isOpen()).toBe(false)
        expect(app.limited()).toEqual({ [limit]: 1 })
      } else {
        const packets = await ben.poll()
        expect(packets.filter((packet) => packet.startsWith('42["message_received"'))).toHaveLength(count)
        expect(ann.payloads("user_left")).toEqual([])
        expect(app.limited()).toEqual({})
      }
    })
  }
})

test("[LIM2] a websocket that is read no more is cut; the others miss nothing, and it catches up by since", async () => {
  await using app = await startTestApp(settings)
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  await using eve = await joined(app.url, room, "eve")
  await using ben = new RawSocket(app.url)
  await ben.enter()
  ben.send(join(room, "ben"))
  await ben.text((text) => text.startsWith("431"))

  ben.stopReading()
  const isGone = () => eve.payloads("user_left").length === 1
  let sent = 0
  while (!isGone() && sent < 5_000) {
    await send(ann, room, 100, "€".repeat(4_000))
    sent += 100
  }
  expect(eve.payloads("user_left")).toEqual([{ roomId: room.id, userId: "ben", reason: "disconnect" }])
  expect(sent).toBeLessThan(5_000)
  expect(app.limited()).toEqual({ backlogBytesMax: 1 })
  expect((await eve.messages(sent)).map(({ rev }) => rev)).toEqual(Array.from({ length: sent }, (_, i) => i + 1))

  // What had left the server is still read, in order and without a hole; the rest is asked for.
  ben.readOn()
  await ben.closed
  const seen = ben.texts
    .filter((text) => text.startsWith('42["message_received"'))
    .map((text) => JSON.parse(text.slice(2))[1].rev)
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1))
  await using again = await connect(app.url)
  const page = await again.ask("join_room", { roomId: room.id, userId: "ben", username: "Ben", since: seen.length })
  expect(page).toMatchObject({ ok: true, rev: sent })
  expect(again.heard[0]?.args[0][0].rev).toBe(seen.length + 1)
})

test("[LIM2] so is one that writes without reading what it alone is told, and it is said why", async () => {
  await using app = await startTestApp(settings)
  const room = await createRoom(app.url)
  await using ben = new RawSocket(app.url)
  await ben.enter()
  ben.send(join(room, "ben"))
  await ben.text((text) => text.startsWith("431"))
  ben.stopReading()
  const content = "€".repeat(4_000)
  await using ann = await connect(app.url)
  for (let sent = 0; app.limited()["backlogBytesMax"] === undefined && sent < 5_000; sent += 100) {
    for (let n = 0; n < 100; n++) ben.send(request("send_message", { roomId: room.id, userId: "ben", content }, "2"))
    for (let n = 0; n < 20; n++) await ann.ask("list_rooms", {})
  }
  expect(app.limited()).toMatchObject({ backlogBytesMax: 1 })
})

describe("[LIM2] pages wait for their reader, and do not cut it:", () => {
  /** Pages of about 250 KiB each: many times what may be unread. */
  async function fullRoom(app: { url: string }) {
    const room = await createRoom(app.url)
    await using writer = await joined(app.url, room, "ann")
    await send(writer, room, 50, "€".repeat(4_000))
    return room
  }
  const pages = 120

  test("over websocket", async () => {
    await using app = await startTestApp(settings)
    const room = await fullRoom(app)
    await using ben = new RawSocket(app.url)
    await ben.enter()
    ben.send(join(room, "ben"))
    await ben.text((text) => text.startsWith("431"))
    ben.stopReading()
    for (let id = 2; id < 2 + pages; id++) ben.send(request("sync", { roomId: room.id, since: 0 }, String(id)))
    // Whoever asks now is answered: the server is not held up, and has no more than its share in hand.
    await using ann = await connect(app.url)
    for (let i = 0; i < 50; i++) await ann.ask("list_rooms", {})
    ben.readOn()
    await ben.text((text) => text.startsWith(`43${1 + pages}[`))
    const answered = ben.texts.filter((text) => text.startsWith("43")).map((text) => Number.parseInt(text.slice(2), 10))
    expect(answered).toEqual(Array.from({ length: 1 + pages }, (_, i) => i + 1))
  }, 120_000)

  test("over polling, with what waits for the next poll bounded", async () => {
    await using app = await startTestApp(settings)
    const room = await fullRoom(app)
    const ben = await RawPolling.open(app.url)
    await ben.enter()
    await ben.post(join(room, "ben"))
    await ben.packet((packet) => packet.startsWith("431"))
    const ids = Array.from({ length: pages }, (_, i) => i + 2)
    await ben.post(ids.map((id) => request("sync", { roomId: room.id, since: 0 }, String(id))).join("\x1e"))
    const answered: number[] = []
    await using ann = await connect(app.url)
    while (answered.length < pages) {
      // As many pages as may wait, for the first polls at least.
      if (answered.length < 10) for (let i = 0; i < 20; i++) await ann.ask("list_rooms", {})
      const packets = await ben.poll()
      const bytes = Buffer.byteLength(packets.join(""))
      expect(bytes).toBeLessThan(limits.pageBacklogBytesMax + limits.pageBytesMax)
      answered.push(
        ...packets.filter((packet) => packet.startsWith("43")).map((packet) => Number.parseInt(packet.slice(2), 10)),
      )
    }
    expect(answered).toEqual(ids)
  }, 120_000)

  test("and who goes on asking without reading is told ERR_BUSY, and then cut", async () => {
    await using app = await startTestApp(settings)
    const room = await fullRoom(app)
    await using ben = new RawSocket(app.url)
    await ben.enter()
    ben.send(join(room, "ben"))
    await ben.text((text) => text.startsWith("431"))
    ben.stopReading()
    let asked = 0
    const ask = () => ben.send(request("sync", { roomId: room.id, since: 0 }, String(++asked + 1)))
    // The kernel's buffers hold the first pages; after them each waits.
    while (asked < limits.requestsPendingMax + 200) ask()
    await using ann = await connect(app.url)
    for (let i = 0; i < 50; i++) await ann.ask("list_rooms", {})
    expect(app.limited()["ERR_BUSY"]).toBeGreaterThan(0)
    while (asked < limits.requestsQueuedMax + 200) ask()
    ben.readOn()
    await ben.closed
    expect(app.limited()["requestsQueuedMax"]).toBe(1)
  }, 120_000)
})

describe("a page that waits for its reader", () => {
  /** Pages that leave too much unread for the next one to be begun. */
  const pages = 8
  const asked = (room: Room) =>
    Array.from({ length: pages }, (_, i) => request("sync", { roomId: room.id, since: 0 }, String(10 + i)))

  async function roomOfLargePages(url: string, ann: TestClient, room: Room) {
    await send(ann, room, 100, "€".repeat(4_000))
    const ben = await RawPolling.open(url)
    await ben.enter()
    await ben.post(join(room, "ben", { since: 100 }))
    await ben.packet((packet) => packet.startsWith("431"))
    await ben.post(asked(room).join("\x1e"))
    return ben
  }

  test("[LEAVE2] does not outlive its connection: who asked has left", async () => {
    await using app = await startTestApp(settings)
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    const ben = await RawPolling.open(app.url)
    await ben.enter()
    await ben.post(join(room, "ben"))
    await ben.packet((packet) => packet.startsWith("431"))
    await send(ann, room, 60, "€".repeat(4_000))
    await ben.post(request("sync", { roomId: room.id, since: 0 }, "10"))
    await ben.post("1")
    await ann.until(() => ann.payloads("user_left").length === 1)
    expect(await ann.ask("get_members", { roomId: room.id })).toMatchObject({ members: [{ userId: "ann" }] })
  })

  test("[LEAVE2] nor its place in the namespace, when that is entered anew meanwhile", async () => {
    await using app = await startTestApp(settings)
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    await send(ann, room, 100, "€".repeat(4_000))
    const ben = new RawSocket(app.url)
    await ben.enter()
    ben.send(join(room, "ben", { since: 100 }))
    await ben.text((text) => text.startsWith("431"))
    ben.stopReading()
    for (let i = 0; i < 5; i++) for (const text of asked(room)) ben.send(text)
    ben.send("41")
    ben.send("40")
    await ann.until(() => ann.payloads("user_left").length === 1)
    await ben[Symbol.asyncDispose]()
    expect(await ann.ask("get_members", { roomId: room.id })).toMatchObject({ members: [{ userId: "ann" }] })
  })

  test("[ACK1] goes on when its connection becomes a websocket", async () => {
    await using app = await startTestApp(settings)
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    const ben = await roomOfLargePages(app.url, ann, room)
    await using upgraded = new RawSocket(app.url, { sid: ben.sid })
    await upgraded.response
    upgraded.send("2probe")
    await upgraded.text((text) => text === "3probe")
    upgraded.send("5")
    for (let i = 0; i < pages; i++) await upgraded.text((text) => text.startsWith(`43${10 + i}[{"ok":true`))
  })
})

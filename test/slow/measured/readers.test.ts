/**
 * Readers that do not read: what they cost the server and the others, and that a slow one is not one of them.
 *
 * CI asks what is true or false; times and sizes are printed, and asked for five times over.
 */

import { afterEach, beforeEach, expect, test } from "bun:test"
import { Agent } from "node:http"
import { limits } from "../../../src/contract/limits.ts"
import { Latencies } from "../../../src/load/histogram.ts"
import { connect, createRoom, joined, type Room, type TestClient } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { residentMb } from "../../support/memory.ts"
import { type ServerProcess, startProcess } from "../../support/process.ts"
import { RawPolling, RawSocket } from "../../support/raw.ts"
import { SlowLink } from "../../support/relay.ts"
import { until } from "../../support/until.ts"

const timeoutMs = 90_000
/** To each reader. KB_PER_SECOND=200 takes twice as long. */
const kbPerSecond = Number(process.env["KB_PER_SECOND"] ?? 400)
/** Of a measured figure, on a machine that may be busy. */
const slack = 5

let folder: ReturnType<typeof temporaryFolder>
let server: ServerProcess
beforeEach(async () => {
  folder = temporaryFolder()
  server = await startProcess({ DATA_DIR: folder.path, RATE_LIMITS: "off" })
})
afterEach(async () => {
  expect(await server.stop()).toBe(0)
  folder[Symbol.dispose]()
})

/** A packet of it is about this long. */
const packetKb = 12.3
const long = "€".repeat(4_000)
const join = (room: Room, userId: string, rest = {}) =>
  `421${JSON.stringify(["join_room", { roomId: room.id, userId, username: userId, ...rest }])}`

async function inRoom(room: Room, userId: string): Promise<RawSocket> {
  const socket = new RawSocket(server.url)
  await socket.enter()
  socket.send(join(room, userId))
  await socket.text((text) => text.startsWith("431"))
  return socket
}

/** To all in the room, until told to stop; how long each took to the reader. */
function talk(writer: TestClient, reader: TestClient, room: Room) {
  const sentMs = new Map<string, number>()
  const latencies = new Latencies()
  let isOver = false
  const note = ({ id }: { id: string }) => {
    const startMs = sentMs.get(id)
    if (startMs !== undefined) latencies.record(performance.now() - startMs)
  }
  reader.socket.on("message_received", note)
  const talking = (async () => {
    while (!isOver) {
      const id = crypto.randomUUID()
      sentMs.set(id, performance.now())
      const sending = writer.ask("send_message", { roomId: room.id, userId: "writer", content: long, id })
      await Bun.sleep((1_000 * packetKb) / kbPerSecond)
      if (!(await sending).ok) throw new Error("refused")
    }
    reader.socket.off("message_received", note)
  })()
  const stop = async () => {
    isOver = true
    await talking
    await until("the reader has each", () => latencies.percentiles().count === sentMs.size)
    return latencies.percentiles()
  }
  return { stop }
}

const revsIn = (texts: readonly string[]) =>
  texts
    .filter((text) => text.startsWith('42["message_received"'))
    .map((text) => JSON.parse(text.slice(2))[1].rev as number)

test(
  "[LIM2] 300 readers that stop are cut, the others miss nothing, and who was cut catches up",
  async () => {
    const count = 300
    const room = await createRoom(server.url)
    await using writer = await joined(server.url, room, "writer")
    await using reader = await joined(server.url, room, "reader")
    const readers: RawSocket[] = []
    for (let i = 0; i < count; i++) readers.push(await inRoom(room, `reader ${i}`))
    // Most only cost what a reader costs; some are looked at closely in the end.
    const [watched, others] = [readers.slice(0, 10), readers.slice(10)]
    for (const socket of others) socket.lookAway()
    const reading = talk(writer, reader, room)
    await Bun.sleep(5_000)
    const quiet = await reading.stop()
    const before = residentMb(server.pid)

    for (const socket of readers) socket.stopReading()
    const conversation = talk(writer, reader, room)
    let peak = before
    await until(
      "all are cut",
      () => {
        peak = Math.max(peak, residentMb(server.pid))
        return reader.payloads("user_left").length === count
      },
      timeoutMs,
    )
    const busy = await conversation.stop()
    // What was freed goes back to the system a little later.
    await Bun.sleep(3_000)
    const after = residentMb(server.pid)
    console.log(
      `${count} readers that stop: p99 ${quiet.p99Ms} ms while they read, ${busy.p99Ms} ms until all were cut;`,
    )
    console.log(`  RSS ${before.toFixed()} MB before, ${peak.toFixed()} at most, ${after.toFixed()} after`)

    expect(new Set(reader.payloads("user_left").map(({ reason }) => reason))).toEqual(new Set(["disconnect"]))
    const total = reader.payloads("message_received").length
    expect(reader.payloads("message_received").map(({ rev }) => rev)).toEqual(
      Array.from({ length: total }, (_, i) => i + 1),
    )
    expect(after - before).toBeLessThan(64 * slack)
    expect(after - before).toBeLessThan((peak - before) / 2)
    // Of some hundred messages the p99 is the one that waits while all are cut at once: up to a millisecond for each.
    expect(busy.p99Ms).toBeLessThan(Math.max(count, quiet.p99Ms * 1.5 * slack))

    // Some are looked at closely: what they had is a beginning without a hole, and `since` brings all the rest.
    for (const socket of watched) {
      socket.readOn()
      await socket.closed
      const seen = revsIn(socket.texts)
      expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => (seen[0] ?? 0) + i))
      let since = seen.at(-1) ?? 0
      await using again = await connect(server.url)
      await again.ask("join_room", { roomId: room.id, userId: "again", username: "Again", since: total })
      for (let hasMore = true; hasMore; ) {
        const page = await again.ask("sync", { roomId: room.id, since })
        if (!page.ok) throw new Error(page.error.message)
        for (const { rev } of page.messages) expect(rev).toBe(++since)
        hasMore = page.hasMore
      }
      expect(since).toBe(total)
    }
    for (const socket of others) await socket[Symbol.asyncDispose]()
  },
  timeoutMs,
)

test(
  "[LIM2] a healthy client on a slow link rejoins 100 rooms and is not cut by its own pages",
  async () => {
    const rooms: Room[] = []
    await using writer = await connect(server.url)
    for (let i = 0; i < 100; i++) {
      const { room } = (await writer.ask("create_room", { name: `Room ${i}`, userId: "writer" })) as { room: Room }
      rooms.push(room)
      await writer.ask("join_room", { roomId: room.id, userId: "writer", username: "Writer" })
      const sends = Array.from({ length: 8 }, () =>
        writer.ask("send_message", { roomId: room.id, userId: "writer", content: long }),
      )
      for (const { ok } of await Promise.all(sends)) expect(ok).toBe(true)
    }
    // 10 MB of history, at 1 MB/s.
    await using link = await SlowLink.to(server.url, 1_000_000)
    for (const transports of [["websocket"], ["polling"]] as const) {
      // As a browser does, it keeps the connections that its polls go over.
      await using client = await connect(link.url, transports, { agent: new Agent({ keepAlive: true }) })
      const reasons: string[] = []
      client.socket.on("disconnect", (reason) => reasons.push(reason))
      const startMs = performance.now()
      const answers = await Promise.all(
        rooms.map(({ id }) => client.ask("join_room", { roomId: id, userId: "slow", username: "Slow", since: 0 })),
      )
      console.log(`100 rooms over a slow link, ${transports}: ${((performance.now() - startMs) / 1_000).toFixed(1)} s`)
      expect(answers.filter(({ ok }) => ok)).toHaveLength(100)
      expect(client.payloads("history").filter((messages) => messages.length >= 8)).toHaveLength(100)
      expect(reasons).toEqual([])
      await writer.ask("send_message", { roomId: rooms.at(-1)?.id, userId: "writer", content: "live" })
      expect((await client.messages(1))[0]).toMatchObject({ content: "live" })
      client.socket.off("disconnect")
    }
  },
  timeoutMs,
)

test(
  "[LIM2] 499 clients that poll no more cost little, and are cut",
  async () => {
    // One more, with the writer, and their coming would be told by its number alone.
    const count = limits.crowdedAbove - 1
    const room = await createRoom(server.url)
    await using writer = await joined(server.url, room, "writer")
    for (let i = 0; i < count; i++) {
      const session = await RawPolling.open(server.url)
      await session.enter()
      await session.post(join(room, `silent ${i}`))
    }
    await until("all are there", () => writer.payloads("user_joined").length === count)
    const before = residentMb(server.pid)
    let peak = before
    for (let sent = 0; sent < 100; sent++) {
      await writer.ask("send_message", { roomId: room.id, userId: "writer", content: long })
      peak = Math.max(peak, residentMb(server.pid))
    }
    await until("all are cut", () => writer.payloads("user_left").length === count)
    await Bun.sleep(3_000)
    console.log(
      `clients that poll no more: RSS ${before.toFixed()} MB, ${peak.toFixed()} at most, ${residentMb(server.pid).toFixed()} after`,
    )
    expect(new Set(writer.payloads("user_left").map(({ reason }) => reason))).toEqual(new Set(["disconnect"]))
    // 1 MB each.
    expect(peak - before).toBeLessThan(count)
  },
  timeoutMs,
)

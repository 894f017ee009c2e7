/** The load against servers that are none of ours: whatever they send ends in a sentence, soon and in little memory. */
import { afterEach, describe, expect, test } from "bun:test"
import type { Server } from "bun"
import { ask, Refused } from "../../../src/load/ask.ts"
import { Client } from "../../../src/load/client.ts"
import { DeliveryCheck } from "../../../src/load/delivery/delivery-check.ts"
import type { Message } from "../../../src/load/delivery/observation.ts"
import { FrameReader } from "../../../src/load/frames.ts"
import { runLoad } from "../../../src/load/load.ts"
import { createRooms, readRooms } from "../../../src/load/rooms.ts"
import { runProcess } from "../../support/process.ts"

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const nobody = { event: () => {}, closed: () => {} }
const message = (seq: number): Message => ({
  id: `m${seq}`,
  roomId: "r",
  seq,
  rev: seq,
  type: "text",
  content: "x",
  userId: "u",
  user: { username: "u", avatar: null },
  createdAt: "2026-01-01T00:00:00.000Z",
})
const granted = { create_room: { room: { id: "r" } }, join_room: {}, leave_room: {} }

describe("requests end", () => {
  test("when the acknowledgement has no end, no beginning, or is none", async () => {
    for (const packet of ["43", "431234567890", "430[", "430null", '430{"ok":true}']) {
      const client = await Client.connect(
        hostile(() => [packet]),
        nobody,
      )
      await expect(client.request("create_room", {}, 200)).rejects.toThrow(/no part of this API|in time/)
      client.terminate()
    }
    for (const answer of [null, 1, {}, { ok: false }, { ok: false, error: { code: 1, message: [] } }]) {
      const client = await Client.connect(
        hostile((id) => [`43${id}${JSON.stringify([answer])}`]),
        nobody,
      )
      await expect(ask(client, "create_room", {})).rejects.toThrow("no answer of this API")
      client.terminate()
    }
  })

  test("when the server throttles for ever", async () => {
    const error = { code: "ERR_RATE_LIMITED", message: "later", retryAfterMs: 0 }
    const client = await Client.connect(
      hostile((id) => [`43${id}${JSON.stringify([{ ok: false, error }])}`]),
      nobody,
    )
    await expect(ask(client, "create_room", {})).rejects.toBeInstanceOf(Refused)
    client.terminate()
  })

  test("when a room has no id, or pages lead nowhere, or to more than was sent", async () => {
    await expect(createRooms(answering({ create_room: { room: null } }), 1)).rejects.toThrow("holds no room")
    const paging = (page: (request: { before?: number }) => object) =>
      readRooms(answering({ ...granted, get_history: page }), ["r"], { messagesMax: 1_000 })
    await expect(paging(() => ({ messages: [{}], hasMore: false }))).rejects.toThrow("is no page")
    await expect(paging(() => ({ messages: [], hasMore: true }))).rejects.toThrow("lead nowhere")
    await expect(paging(() => ({ messages: [message(7)], hasMore: true }))).rejects.toThrow("lead nowhere")
    const endless = ({ before = Number.MAX_SAFE_INTEGER }) => ({ messages: [message(before - 1)], hasMore: true })
    await expect(paging(endless)).rejects.toThrow("more messages of a room than were ever sent")
  })
})

describe("what a connection keeps is bounded", () => {
  test("a frame, or its pieces, or the head of an answer without end", async () => {
    const reader = () => new FrameReader({ text: () => {}, ping: () => {}, closed: () => {} })
    const huge = Buffer.from([0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0])
    expect(() => reader().read(huge)).toThrow("too large a message")
    const pieces = reader()
    const emptyPiece = Buffer.from([0x00, 0x00])
    const many = Buffer.concat(Array(10_000).fill(emptyPiece))
    expect(() => pieces.read(Buffer.concat([Buffer.from([0x01, 0x00]), many]))).toThrow("too large a message")

    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => void socket.write(`HTTP/1.1 101 Switching Protocols\r\n${"X: y\r\n".repeat(10_000)}`),
        data: () => {},
      },
    })
    stops.push(() => server.stop(true))
    await expect(Client.connect(`http://127.0.0.1:${server.port}`, nobody)).rejects.toThrow("too large a head")
  })

  test("a large frame in pieces of a byte costs each byte once", () => {
    const length = 500_000
    const frame = Buffer.alloc(10 + length, "x")
    frame.set([0x81, 127])
    frame.writeBigUInt64BE(BigInt(length), 2)
    const texts: number[] = []
    const reader = new FrameReader({
      text: (_, start, end) => texts.push(end - start),
      ping: () => {},
      closed: () => {},
    })
    for (const byte of frame) reader.read(Buffer.from([byte]))
    reader.read(Buffer.concat([frame, frame]))
    expect(texts).toEqual([length, length, length])
  })

  test("messages that nobody sent, and histories that nobody asked for", async () => {
    const flood = (event: string, ...args: unknown[]) => `42${JSON.stringify([event, ...args])}`
    for (const packets of [
      Array.from({ length: 50 }, (_, n) => flood("message_received", message(1_000 + n))),
      [flood("history", [], { roomId: "r", rev: 0, hasMore: false })],
      [flood("history", [], { roomId: "r", rev: 0, hasMore: false }), flood("message_received", {})],
      [flood("history", "x"), flood("message_received")],
    ]) {
      const url = answering(granted, (event) => (event === "send_message" ? packets : []))
      const result = await runLoad({ url, clients: 1, rooms: 1, rate: 10, seconds: 1, check: false })
      expect(result.losses).toEqual(["The server sent what is no part of this API."])
    }
  })
})

test("a counter that is far ahead of its messages is judged at once, and told of no more than can be read", () => {
  const check = new DeliveryCheck()
  const page = { joined: true, rev: 0, hasMore: false, messages: [] }
  check.note({ kind: "asked", client: "ann", roomId: "r" })
  check.note({ kind: "page", client: "ann", roomId: "r", page })
  const far = { ...message(1), seq: 2 ** 50, rev: 2 ** 50 }
  for (let n = 0; n < 20_000; n++) check.note({ kind: "live", client: "bob", message: far })
  const anomalies = check.verdict(new Map([["r", [far]]]), { strangers: true })
  expect(anomalies.some(({ kind, client }) => kind === "hole" && client === "ann")).toBe(true)
  expect(anomalies.length).toBeLessThan(12_000)
})

describe("on the terminal", () => {
  test("what a server says is spelled out, and cut", async () => {
    const url = hostile(() => [], `44{"message":"\u001b]0;owned\u0007\u001b[2J${"x".repeat(1_000)}"}`)
    const { stdout, stderr, status } = await runProcess(["load", url, "--clients", "1", "--rooms", "1"])
    expect([stdout, status]).toEqual(["", 1])
    expect(stderr).toStartWith(`The load on ${url} failed: The server refused: {"message":"\\u{1b}]0;owned\\u{7}`)
    expect(stderr.length).toBeLessThan(600)
    expect([...stderr.trimEnd()].every((character) => character >= " ")).toBe(true)
  })
})

/** Answers each request with these packets; `0` opens, and `entered` answers the namespace. */
function hostile(
  packetsFor: (id: string, event: string, payload: { before?: number }) => string[],
  entered = '40{"sid":"y"}',
) {
  const server: Server<unknown> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, server) => (server.upgrade(request, { data: {} }) ? undefined : new Response("no")),
    websocket: {
      open: (socket) => void socket.send('0{"sid":"x"}'),
      message: (socket, packet) => {
        const text = String(packet)
        if (text.startsWith("40")) socket.send(entered)
        const [, id = "", json = "[]"] = /^42(\d*)(.*)$/s.exec(text) ?? []
        if (!text.startsWith("42")) return
        const [event, payload] = JSON.parse(json)
        for (const answer of packetsFor(id, event, payload)) socket.send(answer)
      },
    },
  })
  stops.push(() => server.stop(true))
  return `http://127.0.0.1:${server.port}`
}

type Answers = Readonly<Record<string, object | ((payload: { before?: number }) => object)>>

/** Grants these events, and sends further packets behind the answer. */
function answering(answers: Answers, more: (event: string) => string[] = () => []): string {
  return hostile((id, event, payload) => {
    const answer = answers[event]
    const body = typeof answer === "function" ? answer(payload) : answer
    return [...(body === undefined ? [] : [`43${id}${JSON.stringify([{ ok: true, ...body }])}`]), ...more(event)]
  })
}

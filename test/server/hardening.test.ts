import { heapStats } from "bun:jsc"
import { afterEach, describe, expect, mock, spyOn, test } from "bun:test"
import { Server } from "socket.io"
import { limits } from "../../src/contract/limits.ts"
import { createEngine, serveOptions } from "../../src/server/engine/engine.ts"
import { Wires } from "../../src/server/engine/wires.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect, createRoom, joined, type Room } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { newIncidents } from "../support/incidents.ts"
import { RawPolling, RawSocket } from "../support/raw.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"
import { until } from "../support/until.ts"

afterEach(() => mock.restore())

/** The gaps of the engine are asked about, not the limits in front of them. */
const settings = { rateLimits: "off" } as const
const separator = "\x1e"
const request = (event: string, payload: object, id = "") => `42${id}${JSON.stringify([event, payload])}`
const join = (room: Room, userId: string) => request("join_room", { roomId: room.id, userId, username: userId }, "1")

/** It still serves others. */
async function isServing(app: TestApp): Promise<boolean> {
  await using client = await connect(app.url)
  return (await client.ask("list_rooms", {})).ok
}

describe("timers:", () => {
  test("pongs that answer no ping start none", async () => {
    await using app = await startTestApp(settings)
    const session = await RawPolling.open(app.url)
    await using socket = new RawSocket(app.url)
    await socket.text((text) => text.startsWith("0"))
    const started = spyOn(globalThis, "setTimeout")
    const pongs = Array(4_000).fill("3")
    expect((await session.post(pongs.join(separator))).status).toBe(200)
    for (const pong of pongs) socket.send(pong)
    // Answered after them, whatever they led to.
    socket.send("40")
    await socket.text((text) => text.startsWith("40"))
    // Far from one for each pong; whatever else this process waits for is among them.
    expect(started.mock.calls.length).toBeLessThan(1_000)
    expect(await session.isOpen()).toBe(true)
  })

  test("probes of an upgrade start one, and more than one probe end it", async () => {
    await using app = await startTestApp(settings)
    const session = await RawPolling.open(app.url)
    const started = spyOn(globalThis, "setInterval")
    const ended = spyOn(globalThis, "clearInterval")
    await using socket = new RawSocket(app.url, { sid: session.sid })
    await socket.response
    for (let i = 0; i < 1_000; i++) socket.send("2probe")
    await socket.closed
    expect(started).toHaveBeenCalledTimes(1)
    // Two timers are equal to a matcher.
    expect(ended.mock.calls.some(([cleared]) => cleared === started.mock.results[0]?.value)).toBe(true)
    expect(await session.isOpen()).toBe(true)
  })
})

describe("[VAL3] what one connection may bring:", () => {
  test("4,096 packets in a POST; one more ends it", async () => {
    await using app = await startTestApp(settings)
    for (const [packets, status] of [
      [limits.packetsPerPostMax, 200],
      [limits.packetsPerPostMax + 1, 400],
      [120_000, 400],
    ] as const) {
      const session = await RawPolling.open(app.url)
      expect((await session.post(Array(packets).fill("3").join(separator))).status).toBe(status)
      expect(await session.isOpen()).toBe(status === 200)
    }
  })

  test("a POST of 256 KiB, however it is counted or sent", async () => {
    await using app = await startTestApp(settings)
    const statusOf = async (body: string | Uint8Array, isStream = false) => {
      const session = await RawPolling.open(app.url)
      const response = await session.post((isStream ? new Response(body).body : body) as string)
      return response.status
    }
    const most = limits.frameBytesMax
    expect(await statusOf(`3${"x".repeat(most - 1)}`)).toBe(200)
    expect(await statusOf("3".repeat(most + 1))).toBe(413)
    // Fewer characters than bytes.
    expect(await statusOf("€".repeat(most / 2))).toBe(413)
    expect(await statusOf("3".repeat(most + 1), true)).toBeOneOf([400, 413])
    expect(await isServing(app)).toBe(true)
  })

  test("a message of 256 KiB, also in fragments", async () => {
    await using app = await startTestApp(settings)
    for (const fragments of [1, 8]) {
      await using socket = new RawSocket(app.url)
      await socket.enter()
      const fragment = "x".repeat(limits.frameBytesMax / fragments + 1)
      for (let i = 0; i < fragments; i++) {
        socket.sendFrame(fragment, { opcode: i === 0 ? 1 : 0, isLast: i === fragments - 1 })
      }
      await socket.closed
    }
    expect(await isServing(app)).toBe(true)
  })

  test("one POST at a time, and one poll", async () => {
    await using app = await startTestApp(settings)
    const session = await RawPolling.open(app.url)
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("3"))
      },
    })
    const abort = new AbortController()
    const first = session.post(body as never, { signal: abort.signal }).catch(() => undefined)
    await until("the first is there", async () => (await session.post("3")).status === 400)
    expect(await session.isOpen()).toBe(false)
    abort.abort()
    await first

    const polled = await RawPolling.open(app.url)
    const polls = await Promise.allSettled([polled.poll(), polled.poll()])
    expect(polls).toContainEqual({ status: "rejected", reason: new Error("400") })
    expect(await polled.isOpen()).toBe(false)
  })

  test("packets of any kind, up to far more than any client sends", async () => {
    const { clock } = stoppedClock()
    await using app = await startTestApp({}, clock)
    await using socket = new RawSocket(app.url)
    await socket.enter()
    const session = await RawPolling.open(app.url)
    // Entering was the first packet.
    for (let i = 1; i < limits.packetRate.atOnce; i++) socket.send("3")
    expect((await session.post(Array(limits.packetRate.atOnce).fill("3").join(separator))).status).toBe(200)
    expect(await isServing(app)).toBe(true)
    expect(app.limited()).toEqual({})
    expect(await session.isOpen()).toBe(false)
    socket.send("3")
    await socket.closed
    expect(app.limited()).toEqual({ packetRate: 2 })

    // Pings and pongs of the websocket itself too, read or not.
    for (const opcode of [9, 10]) {
      await using flood = new RawSocket(app.url)
      await flood.enter()
      for (let i = 0; i < limits.packetRate.atOnce; i++) flood.sendFrame("", { opcode })
      await flood.closed
    }
    expect(app.limited()).toEqual({ packetRate: 4 })
  })
})

describe("[LIM2] the websocket itself", () => {
  test("holds 1 MiB for a reader at most, then closes, and takes no frame above 256 KiB", () => {
    const engine = createEngine()
    const wires = new Wires(engine, newIncidents())
    const { websocket, maxRequestBodySize } = serveOptions(engine, {
      wires,
      clock: stoppedClock().clock,
      isLimited: true,
    })
    expect(websocket).toMatchObject({
      backpressureLimit: 1024 * 1024,
      closeOnBackpressureLimit: true,
      maxPayloadLength: 256 * 1024,
    })
    expect(maxRequestBodySize).toBe(256 * 1024)
  })

  test("is not compressed, even for who offers it", async () => {
    await using app = await startTestApp(settings)
    const room = await createRoom(app.url)
    const offer = { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" }
    await using socket = new RawSocket(app.url, { headers: offer })
    expect(await socket.response).not.toMatch(/sec-websocket-extensions/i)
    await socket.enter()
    socket.send(join(room, "ben"))
    await socket.text((text) => text.startsWith("431"))
    await using ann = await joined(app.url, room, "ann")
    const content = "x".repeat(4_000)
    await ann.ask("send_message", { roomId: room.id, userId: "ann", content })
    // A frame that is compressed would not be the text.
    expect(await socket.text((text) => text.startsWith('42["message_received"'))).toContain(content)
  })
})

describe("one connection is one socket:", () => {
  test("a second entry before the first is answered ends it", async () => {
    await using app = await startTestApp(settings)
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    for (const packets of [
      ["40", "40"],
      ["40", "40", join(room, "ghost")],
    ]) {
      const session = await RawPolling.open(app.url)
      await session.post(packets.join(separator))
      expect(await session.isOpen()).toBe(false)
    }
    await using socket = new RawSocket(app.url)
    await socket.text((text) => text.startsWith("0"))
    for (let i = 0; i < 3; i++) socket.send("40")
    await socket.closed
    expect(await ann.ask("get_members", { roomId: room.id })).toMatchObject({ members: [{ userId: "ann" }] })
  })

  test("what comes in one read with its entry meets it", async () => {
    await using app = await startTestApp(settings)
    const room = await createRoom(app.url)
    const session = await RawPolling.open(app.url)
    await session.post(["40", join(room, "ann")].join(separator))
    expect(await session.packet((packet) => packet.startsWith("43"))).toContain('"ok":true')
  })

  test("it may leave and enter again, but not without end", async () => {
    await using app = await startTestApp(settings)
    const session = await RawPolling.open(app.url)
    for (let attempt = 1; attempt <= limits.namespaceAttemptsMax; attempt++) {
      await session.enter()
      await session.post("41")
    }
    await session.post("40")
    expect(await session.isOpen()).toBe(false)
  })

  test("what comes in one read with its end comes after it: no ghost stays in a room", async () => {
    await using app = await startTestApp(settings)
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    for (const end of ["41", "1", "9"]) {
      const session = await RawPolling.open(app.url)
      await session.enter()
      await session.post([end, join(room, "ghost"), join(room, "ghost")].join(separator)).catch(() => {})
    }
    await using socket = new RawSocket(app.url)
    await socket.enter()
    socket.send("41")
    socket.send(join(room, "ghost"))
    expect(await ann.ask("get_members", { roomId: room.id })).toMatchObject({ members: [{ userId: "ann" }] })
    expect(ann.payloads("user_joined")).toEqual([])
  })
})

describe("requests that are none:", () => {
  const upgrade = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
  }

  test("an upgrade must be a websocket's, and go with its transport", async () => {
    await using app = await startTestApp(settings)
    const status = async (transport: string, headers: Record<string, string>) =>
      (await fetch(`${app.url}/socket.io/?EIO=4&transport=${transport}`, { headers })).status
    expect(await status("websocket", {})).toBe(400)
    expect(await status("websocket", { Connection: "Upgrade", Upgrade: "h2c" })).toBe(400)
    expect(await status("polling", upgrade)).toBe(400)
    expect(await status("websocket", { Connection: "Upgrade", Upgrade: "websocket" })).toBe(400)
    expect(await status("websocket", { ...upgrade, "Sec-WebSocket-Key": "" })).toBe(400)
    const session = await RawPolling.open(app.url)
    const post = async (headers: Record<string, string>) => {
      const url = `${app.url}/socket.io/?EIO=4&transport=polling&sid=${session.sid}`
      return (await fetch(url, { method: "POST", body: "40", headers })).status
    }
    expect(await post({ Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c" })).toBe(200)
    expect(await post(upgrade)).toBe(400)
    // RFC 9110, 7.8: an offer of another protocol may be ignored.
    expect(await status("polling", { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c" })).toBe(200)
  })

  test("a connection that ends in the middle of a handshake, a POST or an upgrade leaves nothing", async () => {
    await using app = await startTestApp(settings)
    const { hostname, port } = new URL(app.url)
    const session = await RawPolling.open(app.url)
    const path = `/socket.io/?EIO=4&transport=polling&sid=${session.sid}`
    for (const text of [
      "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n",
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n3`,
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n3`,
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n",
    ]) {
      const tcp = await Bun.connect({ hostname, port: Number(port), socket: { data() {} } })
      tcp.write(text)
      tcp.flush()
      await Bun.sleep(10)
      tcp.terminate()
    }
    expect(await isServing(app)).toBe(true)
  })

  test("what is not Socket.IO closes its connection, and nothing is printed", async () => {
    await using app = await startTestApp(settings)
    const printed = spyOn(console, "error")
    for (const packet of ["4", "49", "42{}", '42["x"', "45", "451-", '42["connect"]', "4?", "4\u0000", "44", "5"]) {
      await using socket = new RawSocket(app.url)
      await socket.enter()
      socket.send(packet)
      await socket.closed
    }
    expect(printed).not.toHaveBeenCalled()
    expect(await isServing(app)).toBe(true)
  })
})

test("[ERR2] no arguments, however odd, end the process or the connection: each request is answered", async () => {
  await using app = await startTestApp(settings)
  await using socket = new RawSocket(app.url)
  await socket.enter()
  const fatal: unknown[] = []
  const note = (error: unknown) => void fatal.push(error)
  process.on("uncaughtException", note).on("unhandledRejection", note)
  const odd = [
    "1",
    "null",
    "{}",
    "[]",
    '{"toString":1}',
    '{"__proto__":{"x":1}}',
    '"\\u0000"',
    "1e999",
    "[[[[]]]]",
    "1,2,3",
  ]
  const names = ["send_message", "toString", "constructor", "__proto__", "hasOwnProperty", "error", "disconnect ", ""]
  const packets = names.flatMap((name) => odd.map((argument) => `[${JSON.stringify(name)},${argument}]`))
  packets.push("[0]", "[1,{}]", '["x"]', '["send_message"]')
  for (const [id, packet] of packets.entries()) socket.send(`42${id}${packet}`)
  await socket.text((text) => text.startsWith(`43${packets.length - 1}[`))
  const answers = socket.texts.filter((text) => text.startsWith("43"))
  expect(answers).toHaveLength(packets.length)
  for (const answer of answers)
    expect(answer).toMatch(/^43\d+\[\{"ok":false,"error":\{"code":"ERR_(VALIDATION|UNKNOWN_EVENT)"/)
  process.off("uncaughtException", note).off("unhandledRejection", note)
  expect(fatal).toEqual([])
  expect("x" in {}).toBe(false)
})

test("Socket.IO knows the address of a client", async () => {
  const engine = createEngine()
  const wires = new Wires(engine, newIncidents())
  const io = new Server({ path: "/socket.io/", serveClient: false })
  io.bind(engine as unknown as Parameters<typeof io.bind>[0])
  const address = new Promise((resolve) => io.on("connection", (socket) => resolve(socket.handshake.address)))
  const { clock } = stoppedClock()
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...serveOptions(engine, { wires, clock, isLimited: false }),
    fetch: (request, server) => {
      wires.reserve(request, "198.51.100.7", () => {})
      return engine.handleRequest(request, server)
    },
  })
  await using _ = await connect(`http://127.0.0.1:${server.port}`)
  expect(await address).toBe("198.51.100.7")
  await io.close()
  await server.stop(true)
})

describe("memory:", () => {
  const count = 200

  test.each(["websocket", "polling"])(
    "a connection over %s keeps nothing of the request that opened it",
    async (transport) => {
      await using app = await startTestApp(settings)
      const kept = () => {
        Bun.gc(true)
        const { Request = 0, Headers = 0, URL = 0 } = heapStats().objectTypeCounts
        return Request + Headers + URL
      }
      const before = kept()
      await using stack = new AsyncDisposableStack()
      for (let i = 0; i < count; i++) {
        if (transport === "websocket") {
          const socket = stack.use(new RawSocket(app.url))
          await socket.text((text) => text.startsWith("0"))
        } else await RawPolling.open(app.url)
      }
      expect(app.connections()).toBe(count)
      expect(kept() - before).toBeLessThan(count / 2)
    },
  )

  test("a connection keeps nothing of what it brought to be let in, and may not bring more than a request", async () => {
    await using app = await startTestApp(settings)
    await using big = new RawSocket(app.url)
    await big.text((text) => text.startsWith("0"))
    big.send(`40${JSON.stringify({ token: "x".repeat(limits.requestBytesMax) })}`)
    await big.closed

    const kept = () => {
      Bun.gc(true)
      return heapStats().objectTypeCounts["Array"] ?? 0
    }
    const before = kept()
    await using stack = new AsyncDisposableStack()
    const brought = { lists: Array.from({ length: 5_000 }, () => []) }
    for (let i = 0; i < 10; i++) await stack.use(new RawSocket(app.url)).enter(brought)
    brought.lists.length = 0
    expect(kept() - before).toBeLessThan(20_000)
  })

  test("a connection that has ended leaves nothing, also where its token would expire later", async () => {
    await using app = await startTestApp({ ...settings, auth: "token", authSecret })
    const token = await tokenOf({ sub: "ann" })
    const kept = () => {
      Bun.gc(true)
      // Socket.IO's side of each connection has one.
      return heapStats().objectTypeCounts["Map"] ?? 0
    }
    const before = kept()
    for (let i = 0; i < count; i++) {
      await using socket = new RawSocket(app.url)
      await socket.enter({ token })
    }
    await until("all have ended", () => app.connections() === 0)
    expect(kept() - before).toBeLessThan(count / 2)
  })
})

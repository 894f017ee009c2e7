/** Whose connection a request belongs to, and what it may do to it. */
import { describe, expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { createEngine } from "../../src/server/engine/engine.ts"
import type { BunServer } from "../../src/server/http/gate.ts"
import { SocketIoRequests } from "../../src/server/http/socket-io.ts"
import { startTestApp } from "../support/app.ts"
import { connect, TestClient } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { newIncidents } from "../support/incidents.ts"
import { recordLog } from "../support/log.ts"
import { frames, RawPolling, RawSocket } from "../support/raw.ts"

const from = (address: string) => ({ headers: { "X-Forwarded-For": address } })

describe("[LIM1] the id of a connection", () => {
  test.each([
    ["198.51.100.7", "198.51.100.250", "198.51.101.7"],
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"],
    ["198.51.100.7", "198.51.100.7", "2001:db8:1:2::1"],
  ])("from %s is good for its network, such as %s, and for nobody else, such as %s", async (own, near, far) => {
    using log = recordLog()
    await using app = await startTestApp()
    const session = await RawPolling.open(app.url, from(own).headers)
    const foreign = await session.post("41", from(far))
    expect([foreign.status, await foreign.json()]).toEqual([400, { code: 1, message: "Session ID unknown" }])
    const path = `${app.url}/socket.io/?EIO=4&transport=polling&sid=${session.sid}`
    expect((await fetch(path, from(far))).status).toBe(400)
    await using socket = new RawSocket(app.url, { sid: session.sid, ...from(far) })
    expect(await socket.response).toStartWith("HTTP/1.1 400 ")
    expect(log.messages[0]).toBe(`${far} was refused the connection of ${own}: it is of another network.`)

    expect((await session.post("40", from(near))).status).toBe(200)
    expect(await session.packet((packet) => packet.startsWith("40"))).toContain("sid")
    await using upgrade = new RawSocket(app.url, { sid: session.sid, ...from(near) })
    expect(await upgrade.response).toStartWith("HTTP/1.1 101 ")
  })
})

test("[LIM1] whoever was gone before its request was looked at is refused, and nothing is said of it", async () => {
  const incidents = newIncidents()
  const requests = new SocketIoRequests({
    engine: createEngine(),
    wires: { get: () => ({ address: "198.51.100.7" }) },
    gate: { addressOf: () => "", refusalByRate: () => undefined, refusalByOrigin: () => undefined },
    incidents,
  } as unknown as ConstructorParameters<typeof SocketIoRequests>[0])
  const path = "http://127.0.0.1/socket.io/?EIO=4&transport=polling&sid=x"
  const query = new URL(path).searchParams
  const refused = await requests.handle(new Request(path, { method: "POST", body: "41" }), {} as BunServer, query)
  expect([refused.status, incidents.counters.all()]).toEqual([400, {}])
})

describe("[VAL3] a websocket that is to be upgraded to", () => {
  test.each([
    ["pings", 9],
    ["pongs", 10],
  ] as const)("counts as its connection from the first byte: %s", async (_, opcode) => {
    const { clock } = stoppedClock()
    await using app = await startTestApp({}, clock)
    const session = await RawPolling.open(app.url)
    await using socket = new RawSocket(app.url, { sid: session.sid })
    await socket.response
    // To open it was the first.
    socket.write(frames("", limits.packetRate.atOnce, opcode))
    await socket.closed
    expect(app.limited()).toEqual({ packetRate: 1 })
    expect(await session.isOpen()).toBe(false)
    await using client = await connect(app.url)
    expect((await client.ask("list_rooms", {})).ok).toBe(true)
  })

  test("is one: another is refused, and it goes on", async () => {
    const { clock } = stoppedClock()
    await using app = await startTestApp({}, clock)
    const session = await RawPolling.open(app.url)
    await using first = new RawSocket(app.url, { sid: session.sid })
    expect(await first.response).toStartWith("HTTP/1.1 101 ")
    await using second = new RawSocket(app.url, { sid: session.sid })
    expect(await second.response).toStartWith("HTTP/1.1 400 ")
    first.send("2probe")
    expect(await first.text((text) => text === "3probe")).toBe("3probe")
  })
})

test("[LIM1] requests on a connection count as its packets, whatever comes of them", async () => {
  const { clock } = stoppedClock()
  await using app = await startTestApp({}, clock)
  const session = await RawPolling.open(app.url)
  const path = `${app.url}/socket.io/?EIO=4&transport=abc&sid=${session.sid}`
  for (let i = 0; i < limits.packetRate.atOnce; i++) await (await fetch(path)).arrayBuffer()
  expect(app.connections()).toBe(1)
  await fetch(path)
  expect(app.connections()).toBe(0)
}, 120_000)

describe("[CONN1] who is refused is told why:", () => {
  test("another namespace, with a code", async () => {
    await using app = await startTestApp()
    await using client = new TestClient(`${app.url}/admin`, ["websocket"])
    const error = await new Promise<Error>((resolve) => client.socket.once("connect_error", resolve))
    expect(error).toMatchObject({ message: "Invalid namespace", data: { code: "ERR_NOT_FOUND" } })
  })

  test("a client of Socket.IO 2, and the operator in the log", async () => {
    using log = recordLog()
    await using app = await startTestApp()
    const response = await fetch(`${app.url}/socket.io/?EIO=3&transport=polling`, from("198.51.100.7"))
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: 5, message: "Unsupported protocol version" },
    ])
    expect(log.messages).toEqual([
      "A client of Socket.IO 2 or older from 198.51.100.7 was refused: it needs socket.io-client 3 or newer.",
    ])
  })
})

import { expect, test } from "bun:test"
import { Server } from "socket.io"
import { createEngine, serveOptions } from "../../src/server/engine/engine.ts"
import { leanClient, leanSockets } from "../../src/server/engine/lean.ts"
import { Wires } from "../../src/server/engine/wires.ts"
import { connect } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { newIncidents } from "../support/incidents.ts"
import { until } from "../support/until.ts"

function serve() {
  const engine = createEngine()
  const wires = new Wires(engine, newIncidents())
  const io = new Server({ path: "/socket.io/", serveClient: false })
  io.bind(engine as unknown as Parameters<typeof io.bind>[0])
  leanSockets(io)
  io.on("connection", leanClient)
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...serveOptions(engine, { wires, clock: stoppedClock().clock, isLimited: false }),
    fetch: (request, server) => engine.handleRequest(request, server),
  })
  const stop = async () => {
    await io.close()
    await server.stop(true)
  }
  return { io, wires, url: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: stop }
}

test("a connection has no timer and no table of its own but one", async () => {
  await using server = serve()
  await using _ = await connect(server.url)
  const [socket] = server.io.sockets.sockets.values()
  const { client } = socket!
  const conn = client.conn as unknown as Record<string, unknown> & { transport: Record<string, unknown> }
  const tables = Object.values({ ...client, ...conn, ...conn.transport }).filter((value) => value instanceof Map)
  expect(tables).toEqual([])
  expect([conn["pingIntervalTimer"], conn["pingTimeoutTimer"]]).toEqual([undefined, undefined])
  expect(Object.values({ ...socket }).filter((value) => value instanceof Map)).toHaveLength(1)
})

test("[CONN1] whoever is let in is asked by its address and what it brought, and by no more", async () => {
  await using server = serve()
  const handshakes: unknown[] = []
  server.io.use(({ handshake }, next) => {
    handshakes.push(handshake)
    next()
  })
  await using _ = await connect(server.url, ["websocket"], { auth: { token: "a token" } })
  expect(handshakes).toEqual([{ address: "", auth: { token: "a token" } }])
})

test("who would listen to one websocket's transport is told that it would listen to all", async () => {
  await using server = serve()
  await using _ = await connect(server.url)
  const [socket] = server.io.sockets.sockets.values()
  const { transport } = socket!.client.conn
  expect(() => transport.on("packet", () => {})).toThrow()
  expect(() => transport.on("any", () => {})).toThrow("Nobody else")
})

test("either side may end it, and both hear why", async () => {
  await using server = serve()
  const reasons: string[] = []
  server.io.on("connection", (socket) => socket.on("disconnect", (reason) => reasons.push(reason)))
  await using ann = await connect(server.url)
  await using bob = await connect(server.url)
  await using eve = await connect(server.url)
  await until("all are there", () => server.io.sockets.sockets.size === 3)
  server.io.sockets.sockets.get(ann.socket.id ?? "")?.disconnect(true)
  await until("ann has gone", () => server.wires.size === 2)
  bob.socket.disconnect()
  await until("bob has gone", () => server.wires.size === 1)
  eve.socket.io.engine.close()
  await until("eve has gone", () => server.wires.size === 0)
  expect(reasons).toEqual(["server namespace disconnect", "client namespace disconnect", "transport close"])
  expect(server.io.sockets.sockets.size).toBe(0)
})

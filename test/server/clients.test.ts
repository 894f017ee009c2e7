import { expect, test } from "bun:test"
import { Server } from "socket.io"
import { leanClients } from "../../src/server/engine/clients.ts"
import { createEngine, serveOptions } from "../../src/server/engine/engine.ts"
import { Wires } from "../../src/server/engine/wires.ts"
import { connect, type TestClient } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { newRoomId } from "../support/ids.ts"
import { newIncidents } from "../support/incidents.ts"
import { until } from "../support/until.ts"

function serve() {
  const engine = createEngine()
  const wires = new Wires(engine, newIncidents())
  const io = new Server({ path: "/socket.io/", serveClient: false })
  leanClients(io, () => {})
  io.bind(engine as unknown as Parameters<typeof io.bind>[0])
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
  const { _listeners, ...rest } = conn
  expect(_listeners).toEqual(new Map())
  const tables = Object.values({ ...client, ...rest, ...conn.transport }).filter((value) => value instanceof Map)
  expect(tables).toEqual([])
  expect([...socket!.rooms]).toEqual([])
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

test("a socket is left out of a room by its id, though it is in no room of that name", async () => {
  await using server = serve()
  await using ann = await connect(server.url)
  await using bob = await connect(server.url)
  await until("both are there", () => server.io.sockets.sockets.size === 2)
  for (const socket of server.io.sockets.sockets.values()) await socket.join("room")
  const roomId = newRoomId()
  const tell = (memberCount: number, except: string[]) =>
    server.io.to("room").except(except).emit("room_presence", { roomId, memberCount })
  tell(1, [ann.socket.id ?? ""])
  tell(2, [bob.socket.id ?? ""])
  tell(3, [])
  const heardBy = (client: TestClient) => client.payloads("room_presence").map(({ memberCount }) => memberCount)
  for (const client of [ann, bob]) await client.until(() => heardBy(client).includes(3))
  expect([heardBy(ann), heardBy(bob)]).toEqual([
    [2, 3],
    [1, 3],
  ])
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

/**
 * Fails when a release changes what src/broadcast/internals.ts touches.
 *
 * After an update: read the changed sources, make these tests true again, and
 * only then write the new version into `checkedVersions`.
 */
import { afterEach, expect, test } from "bun:test"
import { setImmediate as turn } from "node:timers/promises"
import { Server, type Socket } from "socket.io"
import { Adapter } from "socket.io-adapter"
import { Encoder } from "socket.io-parser"
import * as internals from "../../src/broadcast/internals.ts"
import { type Node, Peer, startNode, type Transport } from "./node.ts"

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

test.each(Object.entries(internals.checkedVersions))("%s is still %s", async (name, version) => {
  expect((await Bun.file(`${import.meta.dir}/../../node_modules/${name}/package.json`).json()).version).toBe(version)
})

test("socket.io builds on the copy of the stock adapter that is extended here", () => {
  expect(new Server().of("/").adapter).toBeInstanceOf(Adapter)
})

test("the stock adapter selects with apply() and computeExceptSids(), and announces every change of its rooms", () => {
  const adapter = new Server().of("/").adapter
  const changes: unknown[] = []
  for (const event of ["create-room", "join-room", "leave-room", "delete-room"]) {
    adapter.on(event, (room, id) => changes.push([event, room, id, adapter.rooms.get(room)?.size]))
  }

  adapter.addAll("a", new Set(["one", "two"]))
  adapter.addAll("b", new Set(["one"]))
  adapter.addAll("b", new Set(["one"]))
  expect(internals.exceptedBy(adapter, { rooms: new Set(), except: new Set(["one"]) })).toEqual(new Set(["a", "b"]))
  expect(internals.exceptedBy(adapter, { rooms: new Set() })).toEqual(new Set())
  adapter.del("a", "one")
  adapter.del("a", "one")
  adapter.delAll("b")

  expect(changes).toEqual([
    ["create-room", "one", undefined, 0],
    ["join-room", "one", "a", 1],
    ["create-room", "two", undefined, 0],
    ["join-room", "two", "a", 1],
    ["join-room", "one", "b", 2],
    ["leave-room", "one", "a", 1],
    ["leave-room", "one", "b", 0],
    ["delete-room", "one", undefined, undefined],
  ])
})

test("a websocket carries its Bun websocket, an empty write buffer and its client's sockets", async () => {
  const { server } = await connect("websocket")
  const ws = internals.websocketOf(server)!

  expect(ws.constructor.name).toBe("ServerWebSocket")
  expect(ws.getBufferedAmount()).toBe(0)
  expect(internals.backlogBytes(server)).toBe(0)
  expect([...internals.connectionMates(server)]).toEqual([server])

  server.conn.transport.close()
  expect(internals.websocketOf(server)).toBeUndefined()
})

test("a poller has no websocket, and its write buffer is what waits for the next poll", async () => {
  const { server } = await connect("polling")
  const { conn } = server as unknown as { conn: { transport: { writable: boolean }; writeBuffer: unknown[] } }
  while (!conn.transport.writable) await turn()

  expect(internals.websocketOf(server)).toBeUndefined()
  expect(internals.backlogBytes(server)).toBe(0)
  server.emit("ends this poll")
  expect(conn.writeBuffer).toEqual([])
  server.emit("waits")
  expect(conn.writeBuffer).toMatchObject([{ type: "message", data: `2["waits"]` }])
})

test("an upgrade is told before the flush, and called back after it", async () => {
  const node = start()
  const connecting = Peer.connect(node, "upgraded")
  const server = await new Promise<Socket>((resolve) => node.io.once("connection", resolve))
  const { conn } = server as unknown as { conn: { writeBuffer: unknown[] } }
  const seen: unknown[] = []

  server.conn.once("upgrade", () => {
    conn.writeBuffer.push({ type: "message", data: `2["late"]` })
    seen.push(internals.websocketOf(server))
  })
  await new Promise<void>((resolve) => {
    internals.onceUpgraded(server, () => {
      seen.push(internals.websocketOf(server)?.readyState)
      resolve()
    })
  })

  expect(seen).toEqual([undefined, WebSocket.OPEN])
  const peer = await connecting
  await peer.fence()
  expect(peer.heard).toEqual([["late"]])
  peer.client.disconnect()
})

test.each(["onAnyOutgoing", "prependAnyOutgoing"] as const)("a listener added by %s is told before", async (method) => {
  const { server } = await connect("websocket")
  const counts: number[] = []
  Object.assign(
    server,
    internals.beforeOutgoingListener((socket) => counts.push(socket.listenersAnyOutgoing().length)),
  )

  expect(server[method](() => {})[method](() => {})).toBe(server)
  expect(counts).toEqual([0, 1])
})

test("write() notifies outgoing listeners, then writes to the engine", async () => {
  const peer = await connect("websocket")
  const { server } = peer
  const packet = { type: 2, nsp: "/", data: ["hello", 1] }
  const seen: unknown[][] = []

  server.onAnyOutgoing((...event) => seen.push(event))
  internals.write(server, packet, new Encoder().encode(packet))

  await peer.fence()
  expect(peer.heard).toEqual([["hello", 1]])
  expect(seen).toEqual([["hello", 1], ["fence"]])
})

function start(): Node {
  const node = startNode()
  closing.push(node.close)
  return node
}

async function connect(transport: Transport): Promise<Peer> {
  const peer = await Peer.connect(start(), transport)
  closing.push(() => peer.client.disconnect())
  return peer
}

import { afterEach, describe, expect, test } from "bun:test"
import { connect } from "node:net"
import type { Socket } from "socket.io"
import { Decoder, Encoder, type Packet } from "socket.io-parser"
import { bunPublish, volatileBacklogBytesMax } from "../../src/broadcast/bun-publish.ts"
import type { Publisher } from "../../src/broadcast/channel.ts"
import { backlogBytes, websocketOf } from "../../src/broadcast/internals.ts"
import { adapterSuite } from "./adapter-suite.ts"
import { heardBy, type Node, Peer, startNode, type Transport } from "./node.ts"

adapterSuite("the Bun adapter", async () => startNode({ broadcasting: bunPublish() }))

describe("what the Bun adapter spares", () => {
  test("a broadcast is one encode and one uncompressed publish; no member is written to", async () => {
    const { node, published, encoded } = start()
    const members = [await join(node), await join(node, "upgraded"), await join(node), await join(node)]
    const written = countWrites(members)
    encoded.length = 0

    node.io.to("room").emit("to the room", 1)
    node.io.emit("to all", 2)
    node.io.to("room").volatile.emit("volatile", 3)

    const frames = [`42["to the room",1]`, `42["to all",2]`, `42["volatile",3]`]
    expect(published.map(([, frame, compress]) => [frame, compress])).toEqual(frames.map((frame) => [frame, false]))
    expect(new Set(published.map(([topic]) => topic)).size).toBe(2)
    expect(encoded).toHaveLength(3)
    expect(written).toEqual([])
    const events = [
      ["to the room", 1],
      ["to all", 2],
      ["volatile", 3],
    ]
    expect(await heardBy(...members)).toEqual(members.map(() => events))
  })

  test("a broadcast without its sender is one uncompressed publish by that sender", async () => {
    const { node, published } = start()
    const members = [await join(node), await join(node), await join(node)]
    const written = countWrites(members)
    const sender = websocketOf(members[0]!.server)!
    const publish = sender.publish.bind(sender)
    const calls: unknown[] = []
    sender.publish = (...args) => {
      calls.push(args.slice(1))
      return publish(...args)
    }

    members[0]!.server.to("room").emit("hello")

    expect(calls).toEqual([[`42["hello"]`, false]])
    expect([published, written]).toEqual([[], []])
    expect(await heardBy(...members)).toEqual([[], [["hello"]], [["hello"]]])
  })

  test("a broadcast without several members is one publish too, and they hear the next", async () => {
    const { node, published } = start()
    const members = [await join(node), await join(node), await join(node)]
    const written = countWrites(members)
    for (const { server } of members.slice(1)) await server.join("muted")

    node.io.to("room").except("muted").emit("hello")
    node.io.to("room").emit("again")

    expect([published.length, written.length]).toEqual([2, 0])
    expect(await heardBy(...members)).toEqual([[["hello"], ["again"]], [["again"]], [["again"]]])
  })

  test("members apart are written to, and only they", async () => {
    const { node, published } = start()
    const [poller, listener, third] = [await join(node, "polling"), await join(node), await join(node)]
    listener.server.onAnyOutgoing(() => {})
    const written = countWrites([poller, listener, third])

    node.io.to("room").emit("hello")

    expect(published).toHaveLength(1)
    expect(written).toEqual([poller.server.id, listener.server.id])
    expect(await heardBy(poller, listener, third)).toEqual([[["hello"]], [["hello"]], [["hello"]]])
  })

  test("a member that joined on polling is published to once it has upgraded", async () => {
    const { node, published } = start()
    node.io.on("connection", (socket) => socket.join("room"))
    const upgrading = Peer.connect(node, "upgraded")
    const transports = new Promise<string>((resolve) =>
      node.io.once("connection", ({ conn }) => resolve(conn.transport.name)),
    )
    expect(await transports).toBe("polling")
    const members = [await upgrading, await join(node)]
    const written = countWrites(members)

    node.io.to("room").emit("hello")

    expect([published.length, written.length]).toEqual([1, 0])
    expect(await heardBy(...members)).toEqual([[["hello"]], [["hello"]]])
    members[0]!.client.disconnect()
  })

  test("a client that comes back over the same connection is published to again", async () => {
    const { node, published } = start()
    node.io.of("/other")
    const [member, witness] = [await join(node), await join(node)]
    await member.also("/other")
    const { conn } = member.server
    await member.kickedAndBack()
    await member.server.join("room")
    expect(member.server.conn === conn).toBe(true)
    const members = [member, witness]
    const written = countWrites(members)

    node.io.to("room").emit("hello")

    expect([published.length, written.length]).toEqual([1, 0])
    expect(await heardBy(...members)).toEqual([[["hello"]], [["hello"]]])
  })

  test("a poller has one listener for its upgrade, however often it joins", async () => {
    const { node } = start()
    const { server } = await join(node, "polling")
    for (const room of ["a", "b", "c"]) await server.join(room)
    expect(server.conn.listeners("upgrade")).toHaveLength(1)
  })

  test("a room of one, as each socket's own is, needs no topic, nor does a namespace that is told nothing", async () => {
    const { node, published } = start()
    const [alone, other] = [await join(node), await join(node)]
    const topics = () => websocketOf(alone.server)!.subscriptions
    expect(topics()).toHaveLength(1)
    await alone.server.join("alone")
    expect(topics()).toHaveLength(1)

    node.io.to("alone").to(alone.server.id).emit("hello")
    node.io.to("alone").emit("hello")

    expect(published).toEqual([])
    expect(await heardBy(alone, other)).toEqual([[["hello"], ["hello"]], []])
    node.io.emit("to all")
    expect(topics()).toHaveLength(2)
    expect(published).toHaveLength(1)
  })

  test("a room of one is written by its connection, which counts it, and published to nobody", async () => {
    const { node, published } = start()
    const [alone, listener] = [await join(node), await join(node)]
    listener.server.onAnyOutgoing(() => {})
    const sent: unknown[] = []
    for (const { server } of [alone, listener]) {
      server.conn.on("packetCreate", ({ data }) => sent.push([server.id, data]))
    }

    for (const { server } of [alone, listener]) node.io.to(server.id).emit("hello", "wörld")

    expect(sent).toEqual([alone, listener].map(({ server }) => [server.id, `2["hello","wörld"]`]))
    expect(published).toEqual([])
    expect(await heardBy(alone, listener)).toEqual([[["hello", "wörld"]], [["hello", "wörld"]]])
  })

  test("no subscription outlives a membership, also on a connection that stays open", async () => {
    const { node } = start()
    node.io.of("/other")
    const [member, witness] = [await join(node), await join(node)]
    const elsewhere = await member.also("/other")
    const ws = websocketOf(member.server)!
    for (const namespace of ["/", "/other"]) node.io.of(namespace).emit("to all")
    expect(ws.subscriptions).toHaveLength(3)

    await member.server.leave("room")
    expect(ws.subscriptions).toHaveLength(2)
    await member.server.join("room")
    member.server.disconnect()
    expect(ws.subscriptions).toHaveLength(1)
    elsewhere.server.disconnect()
    expect(ws.subscriptions).toEqual([])
    expect(websocketOf(witness.server)!.subscriptions).toHaveLength(2)
  })

  test("without a Bun server to publish through, members are written to one by one", async () => {
    const node = startNode({ broadcasting: bunPublish() }, () => undefined)
    closing.push(node.close)
    const members = [await join(node), await join(node)]
    const written = countWrites(members)

    node.io.to("room").emit("hello")

    expect(written).toEqual(members.map(({ server }) => server.id))
    expect(await heardBy(...members)).toEqual([[["hello"]], [["hello"]]])
  })
})

describe("a reader that has stopped reading", () => {
  test("misses volatile broadcasts, and nothing else; the others hear all", async () => {
    const { node } = start()
    const others = [await join(node), await join(node)]
    const reader = new StoppableReader(node)
    const server = await reader.accepted
    await server.join("room")

    reader.stop()
    while (backlogBytes(server) <= volatileBacklogBytesMax) {
      server.emit("filler", "x".repeat(100_000))
      await Bun.sleep(0)
    }
    node.io.to("room").volatile.emit("dropped")
    others[0]!.server.to("room").volatile.emit("dropped, and not for its sender")
    node.io.to("room").to("other").volatile.emit("dropped from several rooms")
    node.io.to(server.id).volatile.emit("dropped from a room of one")
    node.io.volatile.emit("dropped from all")
    node.io.to("room").emit("kept")
    server.emit("end")

    const [sender, other] = await heardBy(...others)
    const events = ["dropped", "dropped from several rooms", "dropped from all", "kept"].map((event) => [event])
    expect(sender).toEqual(events)
    expect(other).toEqual(events.toSpliced(1, 0, ["dropped, and not for its sender"]))
    const text = await reader.readUntil(`42["end"]`)
    expect(text).toContain(`42["kept"]`)
    expect(text).not.toContain("dropped")
  })
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

type Published = Parameters<Publisher["publish"]>

/** A server that keeps what it encodes and publishes. */
function start() {
  const published: Published[] = []
  const encoded: Packet[] = []
  class CountingEncoder extends Encoder {
    override encode(packet: Packet): unknown[] {
      encoded.push(packet)
      return super.encode(packet)
    }
  }
  const watch = (publisher: Publisher): Publisher => ({
    publish(...args) {
      published.push(args)
      return publisher.publish(...args)
    },
  })
  const node = startNode({ broadcasting: bunPublish(), parser: { Encoder: CountingEncoder, Decoder } }, watch)
  closing.push(node.close)
  return { node, published, encoded }
}

async function join(node: Node, transport: Transport = "websocket"): Promise<Peer> {
  const peer = await Peer.connect(node, transport)
  closing.push(() => peer.client.disconnect())
  await peer.server.join("room")
  return peer
}

/** The ids of the sockets that the engine writes to, in order. */
function countWrites(peers: readonly Peer[]): string[] {
  const written: string[] = []
  for (const { server } of peers) {
    const { id } = server
    server.conn.on("packetCreate", () => written.push(id))
  }
  return written
}

/** A websocket client that can leave what arrives in the kernel's buffers. */
class StoppableReader {
  readonly accepted: Promise<Socket>
  readonly #socket
  #text = ""

  constructor(node: Node) {
    this.accepted = new Promise((resolve) => node.io.once("connection", resolve))
    const { hostname, port } = new URL(node.url)
    this.#socket = connect(Number(port), hostname)
    this.#socket.on("data", (data) => this.#read(data.toString("latin1")))
    this.#socket.write(
      [
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
        "Host: localhost",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      ].join("\r\n"),
    )
    closing.push(() => this.#socket.destroy())
  }

  stop(): void {
    this.#socket.pause()
  }

  async readUntil(end: string): Promise<string> {
    this.#socket.resume()
    while (!this.#text.includes(end)) await new Promise((resolve) => this.#socket.once("data", resolve))
    return this.#text
  }

  #read(text: string): void {
    // Answers Engine.IO's open packet with a masked frame "40": connect to "/".
    if (text.includes(`0{"sid"`)) this.#socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]))
    this.#text += text
  }
}

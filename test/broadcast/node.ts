/**
 * A Socket.IO server on Bun, and the two kinds of peers that talk to it: the
 * official client, and one that speaks the protocol frame by frame where a test
 * must hold a connection in a state that the client passes through.
 */
import { Server as Engine } from "@socket.io/bun-engine"
import { Server, type ServerOptions, type Socket as ServerSocket } from "socket.io"
import { io as connectTo, type Socket } from "socket.io-client"
import type { Broadcasting } from "../../src/broadcast/bun-publish.ts"
import type { Publisher } from "../../src/broadcast/channel.ts"

export interface Node {
  readonly io: Server
  readonly url: string
  close(): Promise<void>
}

/** `watch` may stand between the adapter and the Bun server, to see what is published, or part them. */
export function startNode(
  options: Partial<ServerOptions> & { readonly broadcasting?: Broadcasting } = {},
  watch: (publisher: Publisher) => Publisher | undefined = (publisher) => publisher,
): Node {
  const { broadcasting, ...others } = options
  const io = new Server({ ...(broadcasting && { adapter: broadcasting.adapter }), ...others })
  const engine = new Engine({ path: "/socket.io/", pingInterval: 60_000 })
  io.bind(engine as unknown as Parameters<Server["bind"]>[0])
  const bun = Bun.serve({ ...engine.handler(), port: 0, hostname: "127.0.0.1" })
  const publisher = watch(bun)
  if (publisher !== undefined) broadcasting?.publishThrough(io, publisher)
  const close = async () => {
    const stopped = bun.stop()
    await io.close()
    broadcasting?.close()
    await stopped
  }
  return { io, url: `http://127.0.0.1:${bun.port}`, close }
}

export type Transport = "websocket" | "polling" | "upgraded"

/** An official client with all that it heard, and the server's end of it. */
export class Peer {
  readonly heard: unknown[][] = []
  readonly client: Socket
  readonly #node: Node
  readonly #namespace: string

  private constructor(node: Node, namespace: string, client: Socket) {
    this.#node = node
    this.#namespace = namespace
    this.client = client
    client.onAny((...event) => {
      if (event[0] !== "fence") this.heard.push(event)
    })
  }

  static async connect(node: Node, transport: Transport = "websocket", namespace = "/"): Promise<Peer> {
    const transports = transport === "upgraded" ? ["polling", "websocket"] : [transport]
    const client = connectTo(node.url + namespace, { transports, forceNew: true, reconnection: false })
    const peer = new Peer(node, namespace, client)
    await new Promise<void>((resolve, reject) => client.once("connect", resolve).once("connect_error", reject))
    if (transport === "upgraded") await peer.upgraded()
    return peer
  }

  /** Another namespace over the same connection. */
  async also(namespace: string): Promise<Peer> {
    const client = this.client.io.socket(namespace)
    const peer = new Peer(this.#node, namespace, client)
    await new Promise<void>((resolve) => client.once("connect", resolve))
    return peer
  }

  /** Over the same connection if that has another namespace to stay open for. */
  async kickedAndBack(): Promise<void> {
    const kicked = new Promise((resolve) => this.client.once("disconnect", resolve))
    this.server.disconnect()
    await kicked
    await new Promise<void>((resolve) => this.client.once("connect", resolve).connect())
  }

  get server(): ServerSocket {
    return this.#node.io.of(this.#namespace).sockets.get(this.client.id!)!
  }

  async upgraded(): Promise<void> {
    const { conn } = this.server
    if (conn.transport.name !== "websocket") await new Promise<void>((resolve) => conn.once("upgrade", () => resolve()))
  }

  /** Resolves once it has heard this event, perhaps earlier; for what comes from another server. */
  async hears(...event: unknown[]): Promise<void> {
    while (!this.heard.some((heard) => Bun.deepEquals(heard, event))) {
      await new Promise<void>((resolve) => this.client.onAny(() => resolve()))
    }
  }

  /** Resolves once all that the server sent before has been heard. */
  async fence(): Promise<void> {
    const passed = new Promise<void>((resolve) => this.client.once("fence", resolve))
    this.server.emit("fence")
    await passed
  }
}

/** What each peer heard, once nothing is under way any more. */
export async function heardBy(...peers: readonly Peer[]): Promise<unknown[][][]> {
  await Promise.all(peers.map((peer) => peer.fence()))
  return peers.map((peer) => peer.heard)
}

/** A websocket that speaks Engine.IO frame by frame. */
export class RawWebsocket {
  readonly frames: string[] = []
  readonly #ws: WebSocket
  #arrived = Promise.withResolvers<void>()

  constructor(node: Node, query = "") {
    this.#ws = new WebSocket(`${node.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket${query}`)
    this.#ws.onmessage = ({ data }) => {
      this.frames.push(String(data))
      this.#arrived.resolve()
      this.#arrived = Promise.withResolvers()
    }
  }

  async opened(): Promise<this> {
    if (this.#ws.readyState !== WebSocket.OPEN) await new Promise((resolve) => (this.#ws.onopen = resolve))
    return this
  }

  send(frame: string): void {
    this.#ws.send(frame)
  }

  /** All frames up to the first that begins so. */
  async until(start: string): Promise<string[]> {
    for (;;) {
      const index = this.frames.findIndex((frame) => frame.startsWith(start))
      if (index >= 0) return this.frames.splice(0, index + 1)
      await this.#arrived.promise
    }
  }

  close(): void {
    this.#ws.close()
  }
}

/**
 * The Engine.IO server on Bun, with bounds. Options given to `new Server()` of socket.io
 * are ignored once it is bound to an engine, so every one that matters is set here.
 */
import { type BunWebSocket, Server as Engine } from "@socket.io/bun-engine"
import type { Transport } from "@socket.io/bun-engine/dist/transport"
import { Polling } from "@socket.io/bun-engine/dist/transports/polling"
import { WS } from "@socket.io/bun-engine/dist/transports/websocket"
import { limits } from "../../contract/limits.ts"
import type { Clock } from "../clock.ts"
import { type Wire, wireOf } from "./wire.ts"
import type { Wires } from "./wires.ts"

export const socketPath = "/socket.io/"

const pingIntervalMs = 25_000
const pingTimeoutMs = 20_000
const upgradeTimeoutMs = 10_000

/** RFC 6455, 7.4.1: the codes that Bun gives for a websocket that it cut, and for one whose other side is gone. */
const withoutHandshake = 1006

export function createEngine(): DirectEngine {
  return new DirectEngine({
    path: socketPath,
    pingInterval: pingIntervalMs,
    pingTimeout: pingTimeoutMs,
    upgradeTimeout: upgradeTimeoutMs,
    maxHttpBufferSize: limits.frameBytesMax,
    // Bun closes such a connection without announcing it, so the client's next request on it would fail.
    editResponseHeaders: (headers, request) => {
      if (request.headers.get("connection")?.toLowerCase() === "close") headers.set("Connection", "close")
    },
  })
}

type BunServer = Parameters<Engine["handleRequest"]>[1]

/** Private in its types. */
interface Inner {
  readonly clients: Map<string, Wire>
  emitReserved(event: "connection", wire: Wire, request: Request, server: BunServer): void
  handshake(request: Request, server: BunServer, url: URL, headers: Headers): Promise<Response>
}

const OpenEngine = Engine as unknown as new (
  ...args: ConstructorParameters<typeof Engine>
) => Omit<Engine, never> & Inner

export class DirectEngine extends OpenEngine {
  /** Makes the connection of a transport that a request opened. Set by the owner of all connections. */
  declare wireOf: (transport: Transport, request: Request) => Wire

  /**
   * Opens a connection that begins as a websocket. It does what the engine does, but while Bun opens the websocket, so
   * the answer and the first packet leave in one write, and without copying what is never read again. Returns false if
   * it is no websocket.
   */
  openWebSocket(request: Request, server: BunServer): boolean {
    const transport: WS = new FirstTransport(this.opts, () => {
      this.emitReserved("connection", this.wireOf(transport, request), request, server)
    })
    return server.upgrade(request, { data: { transport } })
  }

  override handshake(request: Request, server: BunServer, _url: URL, headers: Headers): Promise<Response> {
    if (request.headers.has("upgrade")) {
      return Promise.resolve(new Response(null, { status: this.openWebSocket(request, server) ? 200 : 500 }))
    }
    const transport = new Polling(this.opts)
    const wire = this.wireOf(transport, request)
    const answer = transport.onRequest(request, headers)
    this.emitReserved("connection", wire, request, server)
    return answer
  }
}

/** Of a websocket that is no candidate of an upgrade. */
class FirstTransport extends WS {
  #begin: (() => void) | undefined

  constructor(opts: Engine["opts"], begin: () => void) {
    super(opts)
    this.#begin = begin
  }

  override onOpen(webSocket: BunWebSocket): void {
    super.onOpen(webSocket)
    this.#begin?.()
    // It holds the request.
    this.#begin = undefined
  }
}

interface ServeOptions {
  readonly wires: Wires
  readonly clock: Clock
  /** Whether packets are counted. */
  readonly isLimited: boolean
  /** The largest body of any route; each route has its own bound. */
  readonly bodyBytesMax?: number
}

/** The engine's settings for `Bun.serve`, with the bounds it leaves open. */
export function serveOptions(engine: DirectEngine, { wires, clock, isLimited, bodyBytesMax = 0 }: ServeOptions) {
  const { websocket, idleTimeout, maxRequestBodySize } = engine.handler()
  const { message, close } = websocket
  const count = (ws: BunWebSocket) => wireOf(ws.data.transport)?.take(1, clock.elapsedMs())
  const countedMessage: typeof message = (ws, data) => {
    count(ws)
    message(ws, data)
  }
  const reportedClose: typeof close = (ws, code, reason) => {
    if (code === withoutHandshake) wires.lost(ws.data.transport)
    close(ws, code, reason)
  }
  return {
    // Longer than a long poll waits; Bun's own 10 s would cut every one.
    idleTimeout,
    maxRequestBodySize: Math.max(maxRequestBodySize, bodyBytesMax),
    websocket: {
      ...websocket,
      message: isLimited ? countedMessage : message,
      // Counts the pings and pongs of the websocket itself: Bun answers each ping, which costs a write.
      ...(isLimited && { ping: count, pong: count }),
      drain: (ws: BunWebSocket) => wireOf(ws.data.transport)?.drained(),
      close: reportedClose,
      // Bun buffers 16 MB for a slow reader and then drops packets silently, which leaves a hole in its stream.
      // Upstream fix: the engine checks what `ws.send` returns, and sets these two.
      backpressureLimit: limits.backlogBytesMax,
      closeOnBackpressureLimit: true,
      perMessageDeflate: false,
    },
  }
}

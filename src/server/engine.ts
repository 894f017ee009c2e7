/**
 * The Engine.IO server on Bun, with bounds. Options given to `new Server()` of socket.io
 * are ignored once it is bound to an engine, so every one that matters is set here.
 */
import { Server as Engine } from "@socket.io/bun-engine"
import type { Socket } from "socket.io"
import { limits } from "../contract/limits.ts"

export const socketPath = "/socket.io/"

/** A connection that holds more than this unread is cut; it comes back and catches up. */
const backlogBytesMax = 1024 * 1024

const pingIntervalMs = 25_000
const pingTimeoutMs = 20_000
const upgradeTimeoutMs = 10_000

export function createEngine(): Engine {
  return new Engine({
    path: socketPath,
    pingInterval: pingIntervalMs,
    pingTimeout: pingTimeoutMs,
    upgradeTimeout: upgradeTimeoutMs,
    maxHttpBufferSize: limits.frameBytesMax,
    // Any page may connect, none with this site's cookies or passwords.
    cors: { origin: "*", methods: ["GET", "POST"] },
    // Bun closes such a connection without saying so, and the client's next request on it fails.
    editResponseHeaders: (headers, request) => {
      if (request.headers.get("connection")?.toLowerCase() === "close") headers.set("Connection", "close")
    },
  })
}

/** The engine's settings for `Bun.serve`, with the bounds it leaves open. */
export function serveOptions(engine: Engine) {
  const { websocket, idleTimeout, maxRequestBodySize } = engine.handler()
  return {
    // Longer than a long poll waits; Bun's own 10 s would cut every one.
    idleTimeout,
    maxRequestBodySize,
    websocket: {
      ...websocket,
      // Bun buffers 16 MB for a reader that does not read, and then drops silently: a hole in its stream.
      backpressureLimit: backlogBytesMax,
      closeOnBackpressureLimit: true,
      perMessageDeflate: false,
    },
  }
}

/** A count of the open connections, whatever their transport. */
export function countConnections(engine: Engine): () => number {
  let open = 0
  engine.on("connection", (connection) => {
    open++
    connection.once("close", () => {
      open--
    })
  })
  return () => open
}

/** The open websocket under a socket; none while it is polling. */
export function websocketOf(socket: Socket): Bun.ServerWebSocket | undefined {
  // The types say engine.io's transport; it is bun-engine's, which keeps the websocket under this name.
  const { socket: websocket } = socket.conn.transport as unknown as { readonly socket?: Bun.ServerWebSocket }
  return websocket?.readyState === WebSocket.OPEN ? websocket : undefined
}

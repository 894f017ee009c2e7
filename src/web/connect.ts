/**
 * Makes the browser's socket. Websocket first: it takes one round trip, polling three. If
 * it is refused, polling follows at once; if something in between swallows the handshake
 * without an answer, polling goes first from then on.
 */
// By its path: a compiled binary cannot bundle a browser's import of the bare name (oven-sh/bun#24077).
import { io } from "../../node_modules/socket.io-client/dist/socket.io.esm.min.js"
import type { ClientOptions } from "./core/client.ts"
import type { ChatSocket } from "./core/wire.ts"

const websocketTimeoutMs = 5_000
/** Polling is the last choice: it gets more time. */
const pollingTimeoutMs = 20_000

export const connect: ClientOptions["connect"] = (auth) => {
  const socket = (io as (options: object) => ChatSocket)({
    auth,
    autoConnect: false,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    timeout: websocketTimeoutMs,
    reconnectionDelay: 500,
    reconnectionDelayMax: 8_000,
  })
  socket.on("connect_error", ({ message }) => {
    if (message !== "timeout") return
    socket.io.opts.transports = ["polling", "websocket"]
    socket.io.timeout(pollingTimeoutMs)
  })
  return socket
}

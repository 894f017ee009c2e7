/** Makes the browser's socket. Websocket first: it needs one round trip, polling three; where it is blocked, polling. */
// By its path: a compiled binary cannot bundle a browser's import of the bare name (oven-sh/bun#24077).
import { io } from "../../node_modules/socket.io-client/dist/socket.io.esm.min.js"
import type { ClientOptions } from "./core/client.ts"
import type { ChatSocket } from "./core/wire.ts"

export const connect: ClientOptions["connect"] = (auth) => {
  const options = { auth, autoConnect: false, transports: ["websocket", "polling"], tryAllTransports: true }
  return (io as (options: object) => ChatSocket)({ ...options, reconnectionDelay: 500, reconnectionDelayMax: 8_000 })
}

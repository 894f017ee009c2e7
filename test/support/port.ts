import { createServer } from "node:net"

/** Nobody listens there: no program has been given this number, and none gets it by asking for any port. */
export const nobodysPort = 10

/** Below what systems give to whoever asks for any port, so that no other test's server takes it meanwhile. */
const [firstPort, lastPort] = [12_000, 32_000]

/** A port that was free a moment ago, for a server that is to come back where it was. */
export async function freePort(): Promise<number> {
  const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort))
  return (await isFree(port)) ? port : freePort()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })
}

/**
 * One `Bun.serve` that hosts Socket.IO and HTTP on one port.
 *
 * It stops in two steps, with the store's drain between them: first nothing new is
 * taken, then, when everything accepted is answered, the connections are closed. To its
 * clients that looks like a lost transport, so they come back by themselves.
 */
import { hostname } from "node:os"
import type { Effect } from "../chat/effects.ts"
import type { Counters } from "../observe/counters.ts"
import { createEngine, serveOptions } from "./engine/engine.ts"
import { Wires } from "./engine/wires.ts"
import { isLoopback } from "./http/address.ts"
import { openHttp } from "./http/http.ts"
import type { OriginRules } from "./http/origin.ts"
import { errorHandler } from "./http/routes.ts"
import type { Identify } from "./identity/identify.ts"
import { bySession } from "./identity/sessions.ts"
import { Limiter } from "./limits/limiter.ts"
import { listen, urlHost } from "./listen.ts"
import type { Port, ServerOptions } from "./options.ts"
import { announce } from "./sockets/announce.ts"
import { openSockets, tickSockets } from "./sockets/sockets.ts"
import type { Traffic } from "./traffic.ts"

/** How often expiry and other effects of time are checked. */
const tickIntervalMs = 250

/** How long polling clients have to fetch their last answers, once everything else is done. */
const lastPollMs = 250

export interface RunningServer {
  readonly url: string
  readonly counters: Counters
  readonly connections: () => number
  readonly traffic: Traffic
  /** Tells members of rooms what none of their requests has caused. */
  readonly announce: (effects: readonly Effect[]) => void
  /** Checks at once whose session has ended, and who has which rights. */
  readonly rightsChanged: () => void
  /** Ends every connection as a lost transport. */
  readonly sendAway: () => void
  /** Refuses new connections. From now on nobody is told who comes and goes. */
  readonly refuse: () => void
  /** Closes every connection as a lost transport. */
  readonly close: () => Promise<void>
}

/** Throws an OperatorError when it cannot listen there. */
export function startServer(options: ServerOptions): RunningServer {
  const { incidents, broadcasting } = options
  let isStopping = false
  let url = ""
  const port = portOf(
    options,
    () => isStopping,
    () => options.publicUrl ?? url,
  )
  const { wires } = port
  const edge = openSockets(port)
  const server = listenOn(port)
  url = `http://${urlHost(options.host)}:${server.port}`
  broadcasting.publishThrough(edge.io, wires.watching(server))
  const ticking = setInterval(() => tickSockets(edge), tickIntervalMs)
  return {
    counters: incidents.counters,
    traffic: edge.traffic,
    connections: () => wires.size,
    url,
    announce: (effects) => announce(edge, effects),
    rightsChanged: () => edge.signedIn?.changed(),
    sendAway: () => wires.cutAll(),
    // It goes on listening: a polling client fetches its last answers with requests of its own.
    refuse: () => {
      isStopping = true
    },
    close: async () => {
      clearInterval(ticking)
      await edge.io.close()
      await emptied(() => wires.size, lastPollMs)
      await server.stop(true)
      broadcasting.close()
    },
  }
}

function portOf(options: ServerOptions, isStopping: () => boolean, address: () => string): Port {
  const { incidents, isLimited } = options
  const engine = createEngine()
  const origins = originRules(options)
  return {
    ...options,
    engine,
    wires: new Wires(engine, incidents),
    limiter: isLimited ? new Limiter(incidents) : undefined,
    origins,
    identify: identifier(options, origins),
    isStopping,
    address,
  }
}

function listenOn(port: Port) {
  const { engine, wires, clock, isLimited, incidents } = port
  const { fetch, bodyBytesMax } = openHttp(port)
  return listen(port.host, port.port, () =>
    Bun.serve({
      hostname: port.host,
      port: port.port,
      development: false,
      // Without it, `development: false` shares a port that is in use instead of failing, and half of the clients reach
      // another server.
      reusePort: false,
      ...serveOptions(engine, { wires, clock, isLimited, bodyBytesMax }),
      fetch,
      error: errorHandler(incidents),
    }),
  )
}

function identifier({ byToken, accounts }: ServerOptions, origins: OriginRules): Identify | undefined {
  return accounts === undefined ? byToken : bySession(accounts, origins)
}

function originRules({ host, publicUrl, allowedOrigins }: ServerOptions): OriginRules {
  return { publicOrigin: publicUrl, allowedOrigins, listensOnLoopback: isLoopback(host), ownNames: namesOf(host) }
}

/**
 * What others on its network may call this machine: its host name, plain and with `.local`, and a name that it listens
 * on.
 */
function namesOf(host: string): string[] {
  const name = hostname().toLowerCase()
  const [label = ""] = name.split(".")
  return [name, label, `${label}.local`, host.toLowerCase()]
}

/** Resolves when no connection is left, or the time is over. */
async function emptied(connections: () => number, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (connections() > 0 && performance.now() < deadline) await Bun.sleep(5)
}

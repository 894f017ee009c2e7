/**
 * One `Bun.serve` that hosts Socket.IO and HTTP on one port.
 *
 * It stops in two steps, with the store's drain between them: first nothing new is
 * taken, then, when everything accepted is answered, the connections are closed. To its
 * clients that looks like a lost transport, so they come back by themselves.
 */
import { hostname } from "node:os"
import { Server as SocketServer, type ServerOptions as SocketServerOptions } from "socket.io"
import type { Accounts } from "../accounts/accounts.ts"
import type { Chat } from "../chat/chat.ts"
import type { Effect } from "../chat/effects.ts"
import type { ChatStore } from "../chat/store.ts"
import type { Auth } from "../contract/accounts.ts"
import { limits } from "../contract/limits.ts"
import type { Files } from "../files/files.ts"
import type { ResumableUploads } from "../files/resumable.ts"
import type { Counters } from "../observe/counters.ts"
import type { Incidents } from "../observe/incidents.ts"
import type { StorageFailures } from "../observe/storage-failures.ts"
import type { Clock } from "./clock.ts"
import { boundedParser } from "./engine/decoder.ts"
import { createEngine, serveOptions, socketPath } from "./engine/engine.ts"
import { Wires } from "./engine/wires.ts"
import { AccountRequests } from "./http/accounts.ts"
import { isLoopback, Proxies } from "./http/address.ts"
import { FileRequests } from "./http/files.ts"
import { Gate } from "./http/gate.ts"
import type { MetricsOptions } from "./http/metrics.ts"
import { OidcRequests } from "./http/oidc.ts"
import type { OriginRules } from "./http/origin.ts"
import { OwnDataRequests } from "./http/own-data.ts"
import { Readiness, warningsOf } from "./http/readiness.ts"
import { createFetch, errorHandler } from "./http/routes.ts"
import { SocketIoRequests } from "./http/socket-io.ts"
import { Admission } from "./identity/admission.ts"
import type { Identify } from "./identity/identify.ts"
import { Provider, type ProviderSettings } from "./identity/provider.ts"
import { bySession } from "./identity/sessions.ts"
import { SignedIn } from "./identity/signed-in.ts"
import { byToken, type TokenRules } from "./identity/tokens.ts"
import { Limiter } from "./limits/limiter.ts"
import { PageBudget } from "./limits/page-budget.ts"
import { listen, urlHost } from "./listen.ts"
import { announce } from "./sockets/announce.ts"
import { Answers } from "./sockets/answers.ts"
import { serveSockets, tick } from "./sockets/requests.ts"
import { Traffic } from "./traffic.ts"

/** How often it is looked for what time alone ends or brings: typing, tokens, the numbers of crowded rooms. */
const tickIntervalMs = 250

/** What polling clients get to fetch their last answers, once everything else is done. */
const lastPollMs = 250

/** How a broadcast reaches the sockets of a room. */
interface Broadcasting {
  readonly adapter: NonNullable<SocketServerOptions["adapter"]>
  readonly publishThrough: (io: SocketServer, publisher: Pick<Bun.Server<unknown>, "publish">) => void
  readonly close: () => void
}

export interface ServerOptions {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly chat: Chat
  readonly store: ChatStore
  readonly files: Files
  readonly uploads: ResumableUploads
  readonly failures: StorageFailures
  readonly incidents: Incidents
  readonly clock: Clock
  readonly broadcasting: Broadcasting
  readonly publicUrl: string | undefined
  readonly allowedOrigins: readonly string[]
  readonly trustedProxies: readonly string[]
  /** None when clients say who they are. */
  readonly tokens: TokenRules | undefined
  readonly auth: Auth
  readonly version: string
  /** None unless the server keeps its people itself. */
  readonly accounts: Accounts | undefined
  /** None unless people may sign in with one. */
  readonly provider?: ProviderSettings | undefined
  readonly isLimited: boolean
  /** Of the disk that holds the data. */
  readonly freeBytes: () => number
  /** What else works less well than it could, for whoever asks whether the server is ready. */
  readonly warnings?: () => readonly string[]
  /** Where metrics are to be read on this port; asked for at each request. */
  readonly metrics?: () => MetricsOptions | undefined
}

export interface RunningServer {
  readonly url: string
  readonly counters: Counters
  readonly connections: () => number
  readonly traffic: Traffic
  /** Tells the members of rooms what no request of theirs has brought. */
  readonly announce: (effects: readonly Effect[]) => void
  /** Looks at once whose session has ended, and who may do what. */
  readonly rightsChanged: () => void
  /** Ends every connection as a lost transport. */
  readonly sendAway: () => void
  /** Refuses new connections; nobody's coming and going is announced from here on. */
  readonly refuse: () => void
  /** Closes every connection as a lost transport. */
  readonly close: () => Promise<void>
}

/** Throws an OperatorError when it cannot listen there. */
export function startServer(options: ServerOptions): RunningServer {
  const { host, port, chat, store, failures, incidents, clock, broadcasting, isLimited, freeBytes } = options
  const { accounts, auth, version } = options
  const warnings = () => [...warningsOf(freeBytes()), ...(options.warnings?.() ?? [])]
  let isStopping = false
  const limiter = isLimited ? new Limiter(incidents) : undefined
  const engine = createEngine()
  const wires = new Wires(engine, incidents)
  const io = new SocketServer({
    path: socketPath,
    serveClient: false,
    parser: boundedParser,
    adapter: broadcasting.adapter,
    connectTimeout: limits.namespaceTimeoutMs,
  })
  io.bind(engine as unknown as Parameters<typeof io.bind>[0])
  const traffic = new Traffic()
  const origins = originRules(options)
  const identify = identifier(options, origins)
  const admission = new Admission({ io, wires, clock, identify, incidents })
  const signedIn = accounts && new SignedIn(accounts)
  const edge = {
    answers: new Answers(incidents),
    io,
    chat,
    clock,
    wires,
    admission,
    signedIn,
    limiter,
    pages: new PageBudget({ elapsedMs: clock.elapsedMs, later: (waitMs, call) => setTimeout(call, waitMs).unref() }),
    incidents,
    traffic,
    isStopping: () => isStopping,
  }
  serveSockets(edge)

  const readiness = new Readiness(store, failures, clock)
  const reasonsNotReady = async () => (isStopping ? ["The server is stopping."] : await readiness.check())
  const proxies = new Proxies(options.trustedProxies, incidents)
  const gate = new Gate({ origins, proxies, limiter, incidents, clock })
  const socketIo = new SocketIoRequests({
    engine,
    wires,
    gate,
    limiter,
    incidents,
    clock,
    isStopping: () => isStopping,
  })
  const files = new FileRequests({
    files: options.files,
    uploads: options.uploads,
    gate,
    identify,
    limiter,
    incidents,
    clock,
    isStopping: () => isStopping,
  })
  const api = new AccountRequests({
    gate,
    origins,
    auth,
    version,
    fileBytesMax: options.files.bytesMax,
    accounts,
    signInWith: options.provider?.name,
    incidents,
    ownData: new OwnDataRequests({
      store,
      origins,
      limiter,
      incidents,
      clock,
      address: () => options.publicUrl ?? url(),
    }),
    isStopping: () => isStopping,
  })
  const { elapsedMs, epochMs } = clock
  const provider = options.provider && new Provider({ ...options.provider, incidents, elapsedMs })
  const oidc = new OidcRequests({ gate, origins, accounts, provider, incidents, epochMs, isStopping: () => isStopping })
  const served = () => ({ address: options.publicUrl ?? url(), asksForTokens: auth !== "open" })
  const server = listen(host, port, () =>
    Bun.serve({
      hostname: host,
      port,
      development: false,
      // Without it, `development: false` shares a port that is in use instead of refusing it, and splits the rooms in two.
      reusePort: false,
      ...serveOptions(engine, { wires, clock, isLimited, bodyBytesMax: files.bodyBytesMax }),
      fetch: createFetch({
        gate,
        socketIo,
        api,
        oidc,
        files,
        reasonsNotReady,
        warnings,
        clock,
        served,
        metrics: options.metrics,
      }),
      error: errorHandler(incidents),
    }),
  )
  const url = () => `http://${urlHost(host)}:${server.port}`
  broadcasting.publishThrough(io, wires.watching(server))
  const ticking = setInterval(() => {
    tick(edge)
    admission.expire(clock.epochMs())
    signedIn?.tick(clock.elapsedMs())
  }, tickIntervalMs)

  return {
    counters: incidents.counters,
    traffic,
    connections: () => wires.size,
    url: url(),
    announce: (effects) => announce(edge, effects),
    rightsChanged: () => signedIn?.changed(),
    sendAway: () => wires.cutAll(),
    // It goes on listening: a polling client fetches its last answers with requests of its own.
    refuse: () => {
      isStopping = true
    },
    close: async () => {
      clearInterval(ticking)
      await io.close()
      await emptied(() => wires.size, lastPollMs)
      await server.stop(true)
      broadcasting.close()
    },
  }
}

function identifier({ tokens, accounts, clock }: ServerOptions, origins: OriginRules): Identify | undefined {
  if (accounts !== undefined) return bySession(accounts, origins)
  return tokens && byToken(tokens, clock.epochMs)
}

function originRules({ host, publicUrl, allowedOrigins }: ServerOptions): OriginRules {
  return { publicOrigin: publicUrl, allowedOrigins, listensOnLoopback: isLoopback(host), ownNames: namesOf(host) }
}

/** What others on its network may call this machine: its name, as it is and as mDNS has it, and a name it listens by. */
function namesOf(host: string): string[] {
  const name = hostname().toLowerCase()
  const [label = ""] = name.split(".")
  return [name, label, `${label}.local`, host.toLowerCase()]
}

/** Resolves when there is no connection left, or the time is over. */
async function emptied(connections: () => number, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (connections() > 0 && performance.now() < deadline) await Bun.sleep(5)
}

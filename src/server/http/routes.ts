/**
 * The HTTP side of the port, as a table: each route with its methods and its largest body.
 * Other paths are looked up among the page's files, and are 404 otherwise.
 */
import { errorMessages } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import { documentPaths } from "../../docs/paths.ts"
import type { Served } from "../../docs/payloads.ts"
import { door } from "../../door.ts"
import type { Incidents } from "../../observe/incidents.ts"
import type { Clock } from "../clock.ts"
import { socketPath } from "../engine/engine.ts"
import { type AccountRequests, apiPrefix, oidcPath } from "./accounts.ts"
import { notAllowed, refused } from "./failures.ts"
import { type FileRequests, filesPath, uploadsPath } from "./files.ts"
import type { BunServer, Gate } from "./gate.ts"
import { type MetricsOptions, metricsPath, metricsResponse } from "./metrics.ts"
import { notFound } from "./not-found.ts"
import type { OidcRequests } from "./oidc.ts"
import type { Reasons } from "./readiness.ts"
import type { SocketIoRequests } from "./socket-io.ts"
import { responder } from "./static.ts"

const pagesModule = door(() => import("./pages.ts"))
const documentsModule = door(() => import("../../docs/documents.ts"))

export interface HttpOptions {
  readonly gate: Gate
  readonly socketIo: SocketIoRequests
  readonly files: FileRequests
  readonly api: AccountRequests
  /** Loaded when somebody signs in by a provider. */
  readonly oidc: () => Promise<OidcRequests>
  readonly reasonsNotReady: () => Promise<Reasons>
  /** What may soon make it unready. */
  readonly warnings: () => readonly string[]
  readonly clock: Clock
  /** None where they are not read here. */
  readonly metrics: (() => MetricsOptions | undefined) | undefined
  /** What the documents say of this server; called when it listens. */
  readonly served: () => Omit<Served, "version">
}

type Handler = (request: Request, server: BunServer, path: string, url: URL) => Response | Promise<Response>

interface Route {
  /** All methods if the route checks them itself. */
  readonly methods: readonly string[] | "all"
  readonly bodyBytesMax: number
  /** Whether its requests count against the rate of the address; otherwise the route counts them itself. */
  readonly isCounted: boolean
  readonly handle: Handler
}

export function createFetch(options: HttpOptions) {
  const { gate } = options
  const routes = routesOf(options)
  return (request: Request, server: BunServer): Response | Promise<Response> => {
    const refusal = gate.refusalAtOnce(request, server)
    if (refusal !== undefined) return refusal
    // A host of valid characters may still be invalid: 999.999.999.999.
    const url = URL.parse(request.url)
    if (url === null) return refused(400, "ERR_VALIDATION", "The request has no valid Host header.")
    const { pathname } = url
    const { methods, bodyBytesMax, handle, isCounted } = routeOf(routes, pathname)
    const flood = isCounted ? gate.refusalByRate(gate.addressOf(request, server)) : undefined
    if (flood !== undefined) return flood
    if (methods !== "all" && !methods.includes(request.method)) return notAllowed(methods.join(", "))
    if (Number(request.headers.get("content-length") ?? 0) > bodyBytesMax) {
      return refused(413, "ERR_TOO_LARGE", `This takes a body of at most ${bodyBytesMax} bytes.`)
    }
    return handle(request, server, pathname, url)
  }
}

interface Routes {
  readonly exact: ReadonlyMap<string, Route>
  /** By the prefix of their paths. */
  readonly below: readonly (readonly [start: string, Route])[]
  readonly others: Route
}

function routeOf({ exact, below, others }: Routes, path: string): Route {
  return exact.get(path) ?? below.find(([start]) => path.startsWith(start))?.[1] ?? others
}

export function routesOf({
  gate,
  socketIo,
  files,
  api,
  oidc,
  reasonsNotReady,
  warnings,
  clock,
  served,
  metrics,
}: HttpOptions): Routes {
  const read = (handle: Handler): Route => ({ methods: ["GET", "HEAD"], bodyBytesMax: 0, isCounted: true, handle })
  const pages = responder(async () => (await pagesModule()).pageContents(served().auth), clock)
  const documents = responder(async () => (await documentsModule()).documents(served()), clock)
  const page = read(async (request, _, path) => (await pages(request, path)) ?? notFound(request))
  const room = read(async (request) => (await pages(request, "/")) ?? notFound(request))
  const document = read(async (request, _, path) => (await documents(request, path)) ?? notFound(request))
  const measured = read((request, server, path, url) => {
    const options = metrics?.()
    return options === undefined ? page.handle(request, server, path, url) : metricsResponse(request, options)
  })
  const socket: Route = {
    methods: "all",
    bodyBytesMax: limits.frameBytesMax,
    isCounted: false,
    handle: (request, server, _, url) => socketIo.handle(request, server, url.searchParams),
  }
  // They check methods and sizes themselves, in the form of their other errors.
  const file: Route = {
    methods: "all",
    bodyBytesMax: Number.POSITIVE_INFINITY,
    isCounted: true,
    handle: (request, server, path) => files.handle(request, server, path),
  }
  const account: Route = {
    methods: "all",
    bodyBytesMax: limits.frameBytesMax,
    isCounted: true,
    handle: (request, server, path) => api.handle(request, server, path),
  }
  const provided = {
    ...read(async (request, server, path) => (await oidc()).handle(request, server, path)),
    methods: ["GET"],
  }
  const exact = new Map<string, Route>([
    [oidcPath, provided],
    [`${oidcPath}/callback`, provided],
    [socketPath, socket],
    [socketPath.slice(0, -1), socket],
    [filesPath, file],
    [uploadsPath, file],
    ["/healthz", read(() => json(200, { status: "alive" }))],
    // Shows what a proxy passes on, for whoever sets one up.
    ["/address", read((request, server) => json(200, { address: gate.addressOf(request, server) }))],
    ["/readyz", read(async () => readyz(await reasonsNotReady(), warnings()))],
    [metricsPath, measured],
    ...documentPaths.map((path): [string, Route] => [path, document]),
  ])
  const below = [
    [`${filesPath}/`, file],
    [`${uploadsPath}/`, file],
    [apiPrefix, account],
    ["/r/", room],
  ] as const
  return { exact, below, others: page }
}

/** Tells the client nothing: the stack goes to the log. */
export function errorHandler(incidents: Incidents) {
  return (error: Error): Response => {
    incidents.report("http", "An HTTP request failed unexpectedly: {error}", { error }, { level: "error" })
    return refused(500, "ERR_INTERNAL", errorMessages.ERR_INTERNAL)
  }
}

function readyz(reasons: Reasons, warnings: readonly string[]): Response {
  if (reasons.length > 0) return json(503, { status: "not ready", reasons })
  return json(200, { status: "ready", ...(warnings.length > 0 && { warnings }) })
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "Cache-Control": "no-store" } })
}

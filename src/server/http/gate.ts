/**
 * What a request to Socket.IO passes before the engine sees it: whose page it comes from,
 * where from, and how much it brings. A refusal says what would change it; the engine's
 * own have its form, `{code, message}`, which stock clients know.
 */
import type { Server as Engine } from "@socket.io/bun-engine"
import { limits } from "../../contract/limits.ts"
import type { Incidents } from "../../observe/incidents.ts"
import type { Clock } from "../clock.ts"
import type { Wire, Wires } from "../engine/wires.ts"
import type { Limiter } from "../limits/limiter.ts"
import { type AddressKey, keyOf, type Proxies } from "./address.ts"
import { type OriginRules, refusalOf } from "./origin.ts"

export type BunServer = Parameters<Engine["handleRequest"]>[1]

export interface DoorOptions {
  readonly engine: Engine
  readonly wires: Wires
  readonly origins: OriginRules
  readonly proxies: Proxies
  /** None when there are no limits. */
  readonly limiter: Limiter | undefined
  readonly incidents: Incidents
  readonly clock: Clock
  readonly isStopping: () => boolean
}

/** Between the packets of a payload. */
const separator = "\x1e"

export class Door {
  readonly #options: DoorOptions
  /** The connections of which a POST is being read. */
  readonly #posting = new Set<Wire>()

  constructor(options: DoorOptions) {
    this.#options = options
  }

  async handle(request: Request, server: BunServer): Promise<Response> {
    const { headers, method } = request
    const refusal = refusalOf(headers.get("origin"), headers.get("host"), this.#options.origins)
    if (refusal !== undefined) return this.#forbid(refusal)
    const response = method === "OPTIONS" ? preflight() : await this.#dispatch(request, server)
    return readableBy(headers.get("origin"), response)
  }

  #dispatch(original: Request, server: BunServer): Response | Promise<Response> {
    const { engine, wires } = this.#options
    const query = new URL(original.url).searchParams
    const sid = query.get("sid")
    const isWebSocket = original.headers.get("upgrade")?.toLowerCase() === "websocket"
    const request = isWebSocket ? original : plain(original)
    // The engine would take the header's word, and answer a plain request as if it were a long poll.
    if (query.get("transport") === (isWebSocket ? "polling" : "websocket")) return badRequest()
    // RFC 6455, 4.1: a websocket begins with a GET.
    if (isWebSocket && request.method !== "GET") return badRequest()
    // Bun knows the peer of the request that it made itself, and of no copy.
    if (!sid) return this.#handshake(request, server, server.requestIP(original)?.address ?? "")
    const wire = wires.get(sid)
    if (request.method === "POST" && wire !== undefined) return this.#post(request, server, wire)
    return upgraded(engine.handleRequest(request, server))
  }

  async #handshake(request: Request, server: BunServer, peer: string): Promise<Response> {
    const { engine, wires, proxies, limiter, clock, isStopping } = this.#options
    if (isStopping()) return unavailable()
    const address = proxies.clientOf(peer, request.headers.get("x-forwarded-for"))
    const key = keyOf(address)
    const waitMs = limiter?.admit(key, clock.elapsedMs()) ?? 0
    if (waitMs > 0) return tooManyRequests(waitMs)
    const seat = wires.reserve(request, address, releasing(limiter, key))
    try {
      return await upgraded(engine.handleRequest(request, server))
    } finally {
      seat.releaseUnlessTaken()
    }
  }

  /** One at a time for a connection, as the protocol has it, and with so many packets at most. */
  async #post(request: Request, server: BunServer, wire: Wire): Promise<Response> {
    const { engine, clock, limiter } = this.#options
    if (this.#posting.has(wire)) return cutOff(wire)
    this.#posting.add(wire)
    try {
      // None when the client went away, or when it is larger than Bun was told to read.
      const body = await request.text().catch(() => undefined)
      if (body === undefined) return cutOff(wire)
      const packets = countPackets(body)
      if (packets > limits.packetsPerPostMax) {
        wire.cutFor("packetsPerPostMax")
        return badRequest()
      }
      if (limiter !== undefined) wire.take(packets, clock.elapsedMs())
      const { url, method, headers, signal } = request
      return await upgraded(engine.handleRequest(new Request(url, { method, headers, signal, body }), server))
    } finally {
      this.#posting.delete(wire)
    }
  }

  #forbid(reason: string): Response {
    this.#options.incidents.report("origin", "{reason}", { reason })
    return Response.json({ code: 4, message: reason }, { status: 403 })
  }
}

/** Made here and not in the handler: a function of an async one holds its arguments, and this lives as long as a connection. */
function releasing(limiter: Limiter | undefined, key: AddressKey): () => void {
  return () => limiter?.release(key)
}

function preflight(): Response {
  const headers = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "600",
  }
  return new Response(null, { status: 204, headers })
}

/** CORS: the page may read the answer. Without credentials, since nothing here goes by a cookie. */
function readableBy(origin: string | null, response: Response): Response {
  response.headers.append("Vary", "Origin")
  if (origin !== null) response.headers.set("Access-Control-Allow-Origin", origin)
  return response
}

/** An upgrade to anything else is an offer that may be ignored (RFC 9110, 7.8); the engine takes each for a websocket's. */
function plain(request: Request): Request {
  if (!request.headers.has("upgrade")) return request
  const headers = new Headers(request.headers)
  headers.delete("upgrade")
  return new Request(request, { headers })
}

/** The engine says 500 for a websocket handshake that is none. */
async function upgraded(response: Promise<Response>): Promise<Response> {
  const { status } = await response
  return status === 500 ? badRequest() : response
}

/** Up to one more than is allowed. */
function countPackets(payload: string): number {
  let packets = 1
  let index = payload.indexOf(separator)
  while (index !== -1 && packets <= limits.packetsPerPostMax) {
    packets++
    index = payload.indexOf(separator, index + 1)
  }
  return packets
}

function cutOff(wire: Wire): Response {
  wire.cut()
  return badRequest()
}

function badRequest(): Response {
  return Response.json({ code: 3, message: "Bad request" }, { status: 400 })
}

function unavailable(): Response {
  const headers = { "Retry-After": "1", Connection: "close" }
  return Response.json({ code: 4, message: "The server is stopping." }, { status: 503, headers })
}

function tooManyRequests(waitMs: number): Response {
  const headers = { "Retry-After": String(Math.ceil(waitMs / 1000)) }
  return Response.json({ code: 4, message: "Too many connections from this address." }, { status: 429, headers })
}

/**
 * Requests to Socket.IO, and what they pass before the engine sees them: whose page they
 * come from, which connection they belong to, and how much they send. A refusal has the
 * engine's own form, `{code, message}`, which stock clients know.
 */
import { limits } from "../../contract/limits.ts"
import type { Incidents } from "../../observe/incidents.ts"
import type { Clock } from "../clock.ts"
import type { DirectEngine } from "../engine/engine.ts"
import type { Wire } from "../engine/wire.ts"
import type { Wires } from "../engine/wires.ts"
import type { Limiter } from "../limits/limiter.ts"
import { type AddressKey, keyOf, networkOf } from "./address.ts"
import { textOf } from "./body.ts"
import { preflight, readableBy } from "./cors.ts"
import type { BunServer, Gate } from "./gate.ts"
import { badRequest, forbidden, tooManyRequests, unavailable, unknownSession } from "./refusals.ts"

interface SocketIoOptions {
  readonly engine: DirectEngine
  readonly wires: Wires
  readonly gate: Gate
  /** None when there are no limits. */
  readonly limiter: Limiter | undefined
  readonly incidents: Incidents
  readonly clock: Clock
  readonly isStopping: () => boolean
}

/** Between the packets of a payload. */
const separator = "\x1e"

export class SocketIoRequests {
  readonly #options: SocketIoOptions
  /** Connections with a POST that is being read. */
  readonly #posting = new Set<Wire>()

  constructor(options: SocketIoOptions) {
    this.#options = options
  }

  /** Synchronous for a websocket that begins a connection: thousands may come together. */
  handle(request: Request, server: BunServer, query: URLSearchParams): Response | Promise<Response> {
    const { gate, wires } = this.#options
    // Bun knows the peer only of the request object that it made itself, not of a copy.
    const address = gate.addressOf(request, server)
    const named = wires.get(query.get("sid") ?? "")
    const wire = this.#isOwner(address, named) ? named : undefined
    const flood = wire === undefined ? gate.refusalByRate(address) : undefined
    if (flood !== undefined) return flood
    this.#count(wire, 1)
    const answer = this.#answer({ request, server, query, wire, address })
    if (answer === opened) return opened
    const readable = (response: Response) => readableBy(request.headers.get("origin"), response)
    return answer instanceof Promise ? answer.then(readable) : readable(answer)
  }

  /** The id is part of URLs, which proxies log, so it is no key by itself. Whoever changes networks connects again. */
  #isOwner(address: string, wire: Wire | undefined): boolean {
    if (wire === undefined || networkOf(address) === networkOf(wire.address)) return true
    // A client that is gone already has no address; nobody is there to be told.
    if (address === "") return false
    const text = "{address} was refused the connection of {owner}: it is of another network."
    this.#options.incidents.report("sid", text, { address, owner: wire.address })
    return false
  }

  #answer(asked: Asked): Response | Promise<Response> {
    const { request, query, wire } = asked
    const reason = this.#options.gate.refusalByOrigin(request)
    if (reason !== undefined) return forbidden(reason)
    if (request.method === "OPTIONS") return preflight(request)
    return query.get("sid") && wire === undefined ? unknownSession() : this.#dispatch(asked)
  }

  #dispatch({ request: original, server, query, wire, address }: Asked): Response | Promise<Response> {
    const { engine } = this.#options
    const isWebSocket = original.headers.get("upgrade")?.toLowerCase() === "websocket"
    const request = isWebSocket ? original : plain(original)
    // The engine would trust the header, and answer a plain request as if it were a long poll.
    if (query.get("transport") === (isWebSocket ? "polling" : "websocket")) return badRequest()
    // RFC 6455, 4.1: a websocket begins with a GET.
    if (isWebSocket && request.method !== "GET") return badRequest()
    if (wire === undefined) return this.#handshake({ request, server, query, address, isWebSocket })
    if (request.method === "POST") return this.#post(request, server, wire)
    // The engine accepts one upgrade candidate, and would open and close all others.
    if (isWebSocket && wire.hasCandidate) return badRequest()
    return upgraded(engine.handleRequest(request, server))
  }

  #handshake({ request, server, query, address, isWebSocket }: Handshake): Response | Promise<Response> {
    const { engine, wires, limiter, clock, isStopping } = this.#options
    if (isStopping()) return unavailable()
    this.#tellOfOldClient(query, address)
    const key = keyOf(address)
    const waitMs = limiter?.admit(key, clock.elapsedMs()) ?? 0
    if (waitMs > 0) return tooManyRequests(waitMs)
    const seat = wires.reserve(request, address, releasing(limiter, key))
    // For another protocol or transport, the engine gives the error.
    const isKnown = query.get("transport") === "websocket" && query.get("EIO") === "4"
    if (!isWebSocket || !isKnown) {
      return upgraded(engine.handleRequest(request, server)).finally(() => seat.releaseUnlessTaken())
    }
    try {
      return engine.openWebSocket(request, server) ? opened : badRequest()
    } finally {
      seat.releaseUnlessTaken()
    }
  }

  /** One at a time for each connection, as the protocol says, and with so many packets at most. */
  async #post(request: Request, server: BunServer, wire: Wire): Promise<Response> {
    const { engine } = this.#options
    if (this.#posting.has(wire)) return cutOff(wire)
    this.#posting.add(wire)
    try {
      // Undefined when the client went away, or when it is larger than Bun was told to read.
      const body = await textOf(request, limits.frameBytesMax).catch(() => undefined)
      if (body === undefined) return cutOff(wire)
      const packets = countPackets(body)
      if (packets > limits.packetsPerPostMax) {
        wire.cutFor("packetsPerPostMax")
        return badRequest()
      }
      this.#count(wire, packets - 1)
      const { url, method, headers, signal } = request
      return await upgraded(engine.handleRequest(new Request(url, { method, headers, signal, body }), server))
    } finally {
      this.#posting.delete(wire)
    }
  }

  #count(wire: Wire | undefined, packets: number): void {
    const { limiter, clock } = this.#options
    if (limiter !== undefined) wire?.take(packets, clock.elapsedMs())
  }

  #tellOfOldClient(query: URLSearchParams, address: string): void {
    if (query.get("EIO") !== "3") return
    const text = "A client of Socket.IO 2 or older from {address} was refused: it needs socket.io-client 3 or newer."
    this.#options.incidents.report("protocol", text, { address })
  }
}

/** Bun has answered already, and ignores any other answer. */
const opened = new Response(null)

/** A request with what is known of it. */
interface Asked {
  readonly request: Request
  readonly server: BunServer
  readonly query: URLSearchParams
  readonly wire: Wire | undefined
  readonly address: string
}

interface Handshake extends Omit<Asked, "wire"> {
  readonly isWebSocket: boolean
}

/**
 * Created here and not in the handler: a closure in an async function keeps its arguments alive, and this one lives as
 * long as a connection.
 */
function releasing(limiter: Limiter | undefined, key: AddressKey): () => void {
  return () => limiter?.release(key)
}

/**
 * An upgrade to another protocol is an offer that may be ignored (RFC 9110, 7.8); the engine takes each for a
 * websocket.
 */
function plain(request: Request): Request {
  if (!request.headers.has("upgrade")) return request
  const headers = new Headers(request.headers)
  headers.delete("upgrade")
  return new Request(request, { headers })
}

/** The engine answers 500 to an invalid websocket handshake. */
async function upgraded(response: Promise<Response>): Promise<Response> {
  const { status } = await response
  return status === 500 ? badRequest() : response
}

/** Counts up to one more than is allowed. */
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

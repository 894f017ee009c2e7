/**
 * All open connections, found by their id, by the engine's socket and by each transport that
 * ever speaks for one, the candidate of an upgrade included.
 */
import type { Server as Engine } from "@socket.io/bun-engine"
import type { Socket as EngineSocket } from "@socket.io/bun-engine/dist/socket"
import type { Incidents } from "../../observe/incidents.ts"
import { Heartbeats } from "./heartbeats.ts"
import { lean, leanTransport } from "./lean.ts"
import { type Internals, lookAfterBytes, Wire } from "./wire.ts"

type Publisher = Pick<Bun.Server<unknown>, "publish">

/** A place for a connection that a request may lead to. */
interface Seat {
  readonly releaseUnlessTaken: () => void
}

/** What a browser said with a request for a connection. */
type BrowserWords = Readonly<Record<string, string | null>>

/** All open connections. */
export class Wires {
  readonly #bySid = new Map<string, Wire>()
  /** By the engine's socket, and by its transports. */
  readonly #byPart = new WeakMap<object, Wire>()
  readonly #seats = new WeakMap<Request, { readonly address: string; readonly release: () => void; isTaken: boolean }>()
  /** Until whoever admits connections has looked at them. */
  readonly #words = new WeakMap<object, BrowserWords>()
  readonly #heartbeats: Heartbeats
  readonly #engine: Engine
  readonly #incidents: Incidents
  #unlookedBytes = 0
  /** Of a turn in which much is sent. */
  #sentInTurnBytes = 0

  constructor(engine: Engine, incidents: Incidents) {
    this.#engine = engine
    this.#incidents = incidents
    const { pingInterval, pingTimeout } = engine.opts
    this.#heartbeats = new Heartbeats({ pingIntervalMs: pingInterval, pingTimeoutMs: pingTimeout })
    engine.on("connection", (socket, request) => this.#connect(socket, request))
  }

  get size(): number {
    return this.#bySid.size
  }

  /** Pings who is due, and ends who has not answered. Call it several times a second. */
  tick(elapsedMs: number): void {
    this.#heartbeats.tick(elapsedMs)
  }

  /** Ends them all as lost transports. */
  cutAll(): void {
    for (const wire of [...this.#bySid.values()]) wire.cut()
  }

  /** By the session id that requests carry. */
  get(sid: string): Wire | undefined {
    return this.#bySid.get(sid)
  }

  /** By the engine's socket or one of its transports. */
  of(part: object): Wire | undefined {
    return this.#byPart.get(part)
  }

  /** Its websocket, one of its parts, ended without a closing handshake. */
  lost(part: object): void {
    this.of(part)?.lost(this.#sentInTurnBytes)
  }

  /** What came with a cookie, once: by the engine's socket. */
  takeWords(socket: object): BrowserWords | undefined {
    const words = this.#words.get(socket)
    this.#words.delete(socket)
    return words
  }

  /** For a request that asks for a connection. `release` is called once: when that ends, or when there is none. */
  reserve(request: Request, address: string, release: () => void): Seat {
    const seat = { address, release, isTaken: false }
    this.#seats.set(request, seat)
    return { releaseUnlessTaken: () => !seat.isTaken && release() }
  }

  /**
   * As the publisher, and looks at what every reader leaves unread each time so much has been published: whoever is cut
   * for it afterwards was near the bound then.
   */
  watching(publisher: Publisher): Publisher {
    return {
      publish: (topic, data, compress) => {
        const sent = publisher.publish(topic, data, compress)
        this.#published(data)
        return sent
      },
    }
  }

  #published(data: unknown): void {
    this.#unlookedBytes += typeof data === "string" ? Buffer.byteLength(data) : 0
    if (this.#unlookedBytes < lookAfterBytes) return
    if (this.#sentInTurnBytes === 0) setImmediate(this.#turned)
    this.#sentInTurnBytes += this.#unlookedBytes
    this.#unlookedBytes = 0
    for (const wire of this.#bySid.values()) wire.look()
  }

  readonly #turned = (): void => {
    this.#sentInTurnBytes = 0
  }

  /** One for all connections: the engine calls it on each, before a packet of its own is sent. */
  readonly #packetCreated = sender((socket, data) => this.of(socket)?.sending(data))

  #connect(socket: EngineSocket, request: Request): void {
    const seat = this.#seats.get(request)
    if (seat !== undefined) seat.isTaken = true
    const wire = new Wire(socket, seat?.address ?? "", this.#incidents)
    this.#bySid.set(socket.id, wire)
    const words = wordsOf(request)
    if (words !== undefined) this.#words.set(socket, words)
    this.#byPart.set(socket, wire)
    this.#byPart.set(socket.transport, wire)
    socket.on("packetCreate", this.#packetCreated)
    if (socket.transport.name === "polling") this.#followUpgrade(socket, wire)
    const { clients } = this.#engine as unknown as { readonly clients: Map<string, EngineSocket> }
    // The engine's own listener, the only one yet, keeps the request, its URL and its headers with it: 2 KB.
    // Upstream fix: a listener that is made where no request is in scope.
    socket.off("close")
    socket.on("close", () => {
      this.#heartbeats.remove(socket)
      clients.delete(socket.id)
      this.#bySid.delete(socket.id)
      wire.drained()
      seat?.release()
    })
    this.#heartbeats.add(socket)
    lean(socket)
  }

  #followUpgrade(socket: EngineSocket, wire: Wire): void {
    // A poll that arrives takes what waits for it, before this is heard.
    socket.transport.on("drain", () => wire.drained())
    const internals = socket as unknown as Internals
    const upgrade = internals._maybeUpgrade
    // Upstream fix: an event for a candidate that is opened, and not only for one that probes.
    internals._maybeUpgrade = (transport) => {
      this.#byPart.set(transport, wire)
      wire.setCandidate(transport)
      upgrade.call(socket, transport)
    }
    socket.on("upgrade", () => {
      leanTransport(socket)
      // The engine hands over what waits right after this event, in the same call.
      queueMicrotask(() => wire.drained())
    })
  }
}

function sender(sending: (socket: object, data: unknown) => void) {
  return function (this: object, { data }: { readonly data?: unknown }): void {
    sending(this, data)
  }
}

function wordsOf({ headers }: Request): BrowserWords | undefined {
  if (!headers.has("cookie")) return undefined
  return Object.fromEntries(["cookie", "origin", "host", "sec-fetch-site"].map((name) => [name, headers.get(name)]))
}

/** All open connections, found by their id, and what they share. */
import type { Transport } from "@socket.io/bun-engine/dist/transport"
import { limits } from "../../contract/limits.ts"
import type { Incidents } from "../../observe/incidents.ts"
import { Heartbeats } from "./heartbeats.ts"
import { type BrowserWords, lookAfterBytes, Wire, type WireHome, wireOf } from "./wire.ts"

/** The part of the engine that makes and keeps connections. */
interface Engine {
  readonly opts: ConstructorParameters<typeof Wire>[1]
  readonly clients: Map<string, Wire>
  /** Makes the connection of a transport that a request opened. */
  wireOf: (transport: Transport, request: Request) => Wire
}

type Publisher = Pick<Bun.Server<unknown>, "publish">

/** A place for a connection that a request may open. */
interface Seat {
  readonly releaseUnlessTaken: () => void
}

/** All open connections. */
export class Wires implements WireHome {
  readonly incidents: Incidents
  readonly #engine: Engine
  readonly #seats = new WeakMap<Request, { readonly address: string; readonly release: () => void; isTaken: boolean }>()
  readonly #heartbeats: Heartbeats
  #unlookedBytes = 0
  /** For a turn in which much is sent. */
  #sentInTurnBytes = 0

  constructor(engine: Engine, incidents: Incidents) {
    this.#engine = engine
    this.incidents = incidents
    const { pingInterval, pingTimeout } = engine.opts
    const { namespaceTimeoutMs } = limits
    this.#heartbeats = new Heartbeats({ pingIntervalMs: pingInterval, pingTimeoutMs: pingTimeout, namespaceTimeoutMs })
    engine.wireOf = (transport, request) => this.#open(transport, request)
  }

  get size(): number {
    return this.#engine.clients.size
  }

  /** Pings those that are due, and ends those that have not answered. Call it several times a second. */
  tick(elapsedMs: number): void {
    this.#heartbeats.tick(elapsedMs)
  }

  /** Ends them all as lost transports. */
  cutAll(): void {
    for (const wire of [...this.#engine.clients.values()]) wire.cut()
  }

  /** Finds a connection by the session id of a request. */
  get(sid: string): Wire | undefined {
    return this.#engine.clients.get(sid)
  }

  /** The websocket of a transport ended without a closing handshake. */
  lost(transport: object): void {
    wireOf(transport)?.lost(this.#sentInTurnBytes)
  }

  /** For a request that asks for a connection. `release` is called once: when that ends, or when there is none. */
  reserve(request: Request, address: string, release: () => void): Seat {
    const seat = { address, release, isTaken: false }
    this.#seats.set(request, seat)
    return { releaseUnlessTaken: () => !seat.isTaken && release() }
  }

  /**
   * Publishes, and checks what every reader leaves unread each time this many bytes were published: whoever is cut for
   * it afterwards was close to the bound then.
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

  rest(wire: Wire): void {
    this.#heartbeats.rest(wire)
  }

  entered(wire: Wire): void {
    this.#heartbeats.entered(wire)
  }

  left(wire: Wire): void {
    this.#heartbeats.left(wire)
  }

  ended(wire: Wire): void {
    this.#heartbeats.remove(wire)
    this.#engine.clients.delete(wire.id)
    wire.drained()
    wire.release?.()
  }

  #published(data: unknown): void {
    this.#unlookedBytes += typeof data === "string" ? Buffer.byteLength(data) : 0
    if (this.#unlookedBytes < lookAfterBytes) return
    if (this.#sentInTurnBytes === 0) setImmediate(this.#turned)
    this.#sentInTurnBytes += this.#unlookedBytes
    this.#unlookedBytes = 0
    for (const wire of this.#engine.clients.values()) wire.look()
  }

  readonly #turned = (): void => {
    this.#sentInTurnBytes = 0
  }

  #open(transport: Transport, request: Request): Wire {
    const seat = this.#seats.get(request)
    if (seat !== undefined) seat.isTaken = true
    const { address = "", release } = seat ?? {}
    const wire = new Wire(this, this.#engine.opts, transport, { address, release, words: wordsOf(request) })
    this.#engine.clients.set(wire.id, wire)
    this.#heartbeats.enter(wire)
    // An arriving poll takes what waits for it before this is called.
    if (transport.name === "polling") transport.on("drain", () => wire.drained())
    return wire
  }
}

function wordsOf({ headers }: Request): BrowserWords | undefined {
  if (!headers.has("cookie")) return undefined
  return Object.fromEntries(["cookie", "origin", "host", "sec-fetch-site"].map((name) => [name, headers.get(name)]))
}

/**
 * One connection of the engine, guarded from outside: each guard closes a gap of bun-engine
 * 0.1.2 without a change to it, and a test fails when one is taken away. What they touch is
 * private in the engine's types; `Internals` names all of it.
 */
import type { Socket as EngineSocket } from "@socket.io/bun-engine/dist/socket"
import type { Transport } from "@socket.io/bun-engine/dist/transport"
import type { ServerWebSocket } from "bun"
import { limits } from "../../contract/limits.ts"
import type { Incidents } from "../../observe/incidents.ts"
import { Bucket } from "../limits/buckets.ts"

/** Each time so much has left, what readers leave unread is looked at: see `Wires`. */
export const lookAfterBytes = 128 * 1024
/** UTF-8 takes at most so many for a UTF-16 unit. */
const bytesPerUnitMax = 3

type Packet = Parameters<Transport["onPacket"]>[0]

export interface Internals {
  remoteAddress?: string
  request: object
  readonly transport: Transport & { readonly socket?: ServerWebSocket<unknown>; onPacket: (packet: Packet) => void }
  onClose: (reason: "transport close") => void
  _maybeUpgrade: (transport: Transport) => void
}

/** What Socket.IO reads of the request that opened a connection. */
export const forgottenRequest = { url: "", headers: {}, _query: {}, connection: { encrypted: false } }

/** One connection, whatever its transport. */
export class Wire {
  readonly address: string
  readonly #socket: EngineSocket
  readonly #incidents: Incidents
  readonly #packets = new Bucket()
  #heldPackets = 0
  #heldBytes = 0
  #seenBacklogBytes = 0
  #unlookedBytes = 0
  #isCut = false
  #onDrain = () => {}
  #candidate: Internals["transport"] | undefined

  constructor(socket: EngineSocket, address: string, incidents: Incidents) {
    this.address = address
    this.#socket = socket
    this.#incidents = incidents
    // The engine leaves it out, and Socket.IO's `handshake.address` is then undefined.
    this.#internals.remoteAddress = address
    // Nothing here reads it again, and a browser's headers are some kilobytes for as long as it stays.
    this.#internals.request = forgottenRequest
    if (this.#internals.transport.name === "websocket") return
    this.#probeOnce()
    this.#boundBuffer()
  }

  /** What the other side has not read. */
  get backlogBytes(): number {
    return this.#heldBytes + (this.#internals.transport.socket?.getBufferedAmount() ?? 0)
  }

  /** Whether a websocket has been opened to upgrade to. The engine gives a connection one. */
  get hasCandidate(): boolean {
    return this.#candidate !== undefined
  }

  /** It counts as this connection from its first byte, whether or not it is ever upgraded to. */
  setCandidate(transport: Transport): void {
    this.#candidate = transport as Internals["transport"]
  }

  /** Calls back when some of the backlog has been read. */
  onDrain(callback: () => void): void {
    this.#onDrain = callback
  }

  drained(): void {
    this.look()
    this.#onDrain()
  }

  /** Remembers what is unread: at the end of a websocket it can no longer be asked. */
  look(): void {
    this.#seenBacklogBytes = this.backlogBytes
  }

  /** Something is sent to it alone: what it leaves unread is looked at each time that was much. Nobody else's is. */
  sending(data: unknown): void {
    this.#unlookedBytes += typeof data === "string" ? data.length * bytesPerUnitMax : 0
    if (this.#unlookedBytes < lookAfterBytes) return
    this.#unlookedBytes = 0
    this.look()
  }

  /**
   * The websocket ended without a closing handshake. Bun does so to a reader above the bound, and does not say so. What
   * was sent in this turn leaves at its end, so it is in no backlog yet.
   */
  lost(sentInTurnBytes: number): void {
    const backlogBytes = this.#seenBacklogBytes + sentInTurnBytes
    if (this.#isCut || backlogBytes <= limits.backlogBytesMax - 2 * lookAfterBytes) return
    this.#reportCut("backlogBytesMax")
  }

  /** What is sent meanwhile leaves in one write, if there is a websocket to write to. */
  together(send: () => void): void {
    const { socket: webSocket } = this.#internals.transport
    if (webSocket?.readyState === WebSocket.OPEN) webSocket.cork(send)
    else send()
  }

  /** Ends it at once, unread backlog and all. To the client it is a lost transport, so it comes back. */
  cut(): void {
    this.#isCut = true
    const webSocket = this.#internals.transport.socket
    this.#internals.onClose("transport close")
    // A closing handshake would wait behind a backlog that nobody reads.
    webSocket?.terminate()
    this.#candidate?.socket?.terminate()
  }

  /** As `cut`, and says so. */
  cutFor(limit: keyof typeof limits): void {
    this.#reportCut(limit)
    this.cut()
  }

  /** Counts packets that came in; more than any client has reason to send end it. */
  take(packets: number, nowMs: number): void {
    if (this.#packets.take(limits.packetRate, nowMs, packets) === 0) return
    this.cutFor("packetRate")
  }

  #reportCut(limit: keyof typeof limits): void {
    this.#incidents.report(limit, "The connection of {address} was cut by {limit}.", { address: this.address, limit })
  }

  get #internals(): Internals {
    return this.#socket as unknown as Internals
  }

  /**
   * Every probe of an upgrade started one interval of 100 ms more, and only the last was ever ended.
   * Upstream fix: ignore a probe while one is under way.
   */
  #probeOnce(): void {
    this.#socket.on("upgrading", (candidate) => {
      const transport = candidate as Internals["transport"]
      const { onPacket } = transport
      transport.onPacket = (packet) => (packet.type === "ping" ? transport.close() : onPacket.call(transport, packet))
    })
  }

  /**
   * What waits for a client's next poll had no bound.
   * Upstream fix: a limit on `writeBuffer`, as `maxHttpBufferSize` is one on what comes in.
   */
  #boundBuffer(): void {
    this.#socket.on("packetCreate", ({ data }) => {
      // A websocket takes each at once; what it holds is bounded by `Bun.serve`.
      if (this.#internals.transport.name === "websocket") return
      this.#heldPackets++
      this.#heldBytes += typeof data === "string" ? Buffer.byteLength(data) : 0
      if (this.#heldPackets > limits.backlogPacketsMax) this.#overflow("backlogPacketsMax")
      else if (this.#heldBytes > limits.backlogBytesMax) this.#overflow("backlogBytesMax")
    })
    this.#socket.on("flush", () => {
      this.#heldPackets = 0
      this.#heldBytes = 0
    })
  }

  #overflow(limit: "backlogPacketsMax" | "backlogBytesMax"): void {
    this.#heldPackets = 0
    this.#heldBytes = 0
    // Not in the middle of an announcement: to end a connection announces things itself.
    queueMicrotask(() => this.cutFor(limit))
  }
}

/**
 * One connection: the engine's socket, with the gaps of bun-engine 0.1.2 closed, and without what that creates for each
 * connection although one for all is enough: timers, functions and tables of listeners. A test fails when any of it is
 * removed. What it touches is private in the engine's types; `Inner` names all of it.
 */
import { Socket as EngineSocket } from "@socket.io/bun-engine/dist/socket"
import type { Transport } from "@socket.io/bun-engine/dist/transport"
import { generateId } from "@socket.io/bun-engine/dist/util"
import type { ServerWebSocket } from "bun"
import { limits } from "../../contract/limits.ts"
import type { Incidents } from "../../observe/incidents.ts"
import { Bucket } from "../limits/buckets.ts"
import { own } from "./owned.ts"

/** Each time this many bytes were sent, unread data of readers is checked: see `Wires`. */
export const lookAfterBytes = 128 * 1024
/** Bytes that UTF-8 takes at most for a UTF-16 unit. */
const bytesPerUnitMax = 3
/** How Engine.IO marks a message. */
const messageMark = "4"

type Packet = Parameters<Transport["onPacket"]>[0]
type OpenTransport = Transport & {
  readonly socket?: ServerWebSocket<unknown>
  /** The connection of this transport. */
  wire?: Wire
  onPacket: (packet: Packet) => void
}

/** Private or read-only in the engine's types of a socket. */
interface Inner {
  transport: OpenTransport
  writeBuffer: readonly Packet[]
  onOpen(): void
  bindTransport(transport: Transport): void
  schedulePing(): void
  onPacket(packet: Packet): void
  sendPacket(type: Packet["type"], data?: Packet["data"]): void
  flush(): void
  onError(error: Error): void
  onClose(reason: string): void
  _maybeUpgrade(transport: Transport): void
}

const OpenSocket = EngineSocket as unknown as new (
  ...args: ConstructorParameters<typeof EngineSocket>
) => Omit<EngineSocket, keyof Inner> & Inner

/**
 * What Socket.IO reads of the request that opened a connection. The request itself is not kept: a browser's headers are
 * some kilobytes.
 */
const forgottenRequest = { url: "", headers: {}, _query: {}, connection: { encrypted: false } }

/** What all connections share. */
export interface WireHome {
  readonly incidents: Incidents
  /** It now waits for its next ping. */
  rest(wire: Wire): void
  /** It is in a namespace. */
  entered(wire: Wire): void
  /** It has left its namespace. */
  left(wire: Wire): void
  /** It has ended; nobody has been told yet. */
  ended(wire: Wire): void
}

/** What speaks Socket.IO over it. */
interface Speaker {
  ondata(data: Packet["data"]): void
  onclose(reason: string): void
}

/** What the browser sent with the request for a connection. */
export type BrowserWords = Readonly<Record<string, string | null>>

interface Arrival {
  readonly address: string
  /** Until admission has looked at it. */
  readonly words: BrowserWords | undefined
  /** Called once, when it has ended. */
  readonly release: (() => void) | undefined
}

/** One connection, whatever its transport. */
export class Wire extends OpenSocket {
  readonly address: string
  readonly release: (() => void) | undefined
  /** Without an owner, it notifies listeners as the engine does. */
  speaker: Speaker | undefined
  /** It has entered the namespace, or is about to. */
  isInside = false
  /** Called when some of the backlog has been read. */
  reader: { drained(): void } | undefined
  readonly #home: WireHome
  #words: BrowserWords | undefined
  readonly #packets = new Bucket()
  #heldPackets = 0
  #heldBytes = 0
  #seenBacklogBytes = 0
  #unlookedBytes = 0
  #isCut = false
  #candidate: OpenTransport | undefined

  /** The first packet is sent on a websocket, and kept for a polling transport. */
  constructor(
    home: WireHome,
    opts: ConstructorParameters<typeof EngineSocket>[1],
    transport: Transport,
    arrival: Arrival,
  ) {
    super(generateId(), opts, transport, forgottenRequest)
    this.#home = home
    this.address = arrival.address
    this.release = arrival.release
    this.#words = arrival.words
    ;(transport as OpenTransport).wire = this
    super.onOpen()
    if (transport.name !== "websocket") this.#probeOnce()
  }

  /** For Socket.IO's `handshake.address`, which the engine leaves out. */
  get remoteAddress(): string {
    return this.address
  }

  /** Bytes that the other side has not read. */
  get backlogBytes(): number {
    return this.#heldBytes + (this.transport.socket?.getBufferedAmount() ?? 0)
  }

  /** Whether a websocket was opened to upgrade to. The engine allows one per connection. */
  get hasCandidate(): boolean {
    return this.#candidate !== undefined
  }

  /** What the browser sent with the opening request; given once. */
  takeWords(): BrowserWords | undefined {
    const words = this.#words
    this.#words = undefined
    return words
  }

  /** Once it is in a namespace. */
  entered(): void {
    this.#home.entered(this)
  }

  /** Once it has left that. */
  left(): void {
    this.isInside = false
    this.#home.left(this)
  }

  drained(): void {
    this.look()
    this.reader?.drained()
  }

  /** Remembers how much is unread: at the end of a websocket it can no longer be asked. */
  look(): void {
    this.#seenBacklogBytes = this.backlogBytes
  }

  /**
   * The websocket ended without a closing handshake. Bun does that to a reader above the bound, without saying so.
   * Packets sent in this turn leave at its end, so they are in no backlog yet.
   */
  lost(sentInTurnBytes: number): void {
    const backlogBytes = this.#seenBacklogBytes + sentInTurnBytes
    if (this.#isCut || backlogBytes <= limits.backlogBytesMax - 2 * lookAfterBytes) return
    this.#reportCut("backlogBytesMax")
  }

  /** Packets sent meanwhile leave in one write, if there is a websocket to write to. */
  together(send: () => void): void {
    const { socket: webSocket } = this.transport
    if (webSocket?.readyState === WebSocket.OPEN) webSocket.cork(send)
    else send()
  }

  /** Ends it at once, unread backlog and all. To the client it is a lost transport, so it comes back. */
  cut(): void {
    this.#isCut = true
    const webSocket = this.transport.socket
    this.onClose("transport close")
    // A closing handshake would wait behind a backlog that nobody reads.
    webSocket?.terminate()
    this.#candidate?.socket?.terminate()
  }

  /** Like `cut`, and logs the limit. */
  cutFor(limit: keyof typeof limits): void {
    this.#reportCut(limit)
    this.cut()
  }

  /** Counts incoming packets; more than any client has reason to send end the connection. */
  take(packets: number, nowMs: number): void {
    if (this.#packets.take(limits.packetRate, nowMs, packets) === 0) return
    this.cutFor("packetRate")
  }

  #reportCut(limit: keyof typeof limits): void {
    this.#home.incidents.report(limit, "The connection of {address} was cut by {limit}.", {
      address: this.address,
      limit,
    })
  }

  /** Called before the fields of this class exist: see the constructor. */
  override onOpen(): void {}

  override bindTransport(transport: Transport): void {
    this.transport = transport as OpenTransport
    if (transport.name === "websocket") own(transport, this)
    else super.bindTransport(transport)
  }

  /**
   * All connections wait equally long, so none needs a timer of its own. The engine also calls this when a pong has
   * come.
   */
  override schedulePing(): void {
    this.#home.rest(this)
  }

  override onPacket(packet: Packet): void {
    const { speaker } = this
    if (speaker === undefined || packet.type !== "message" || this.readyState !== "open") super.onPacket(packet)
    else speaker.ondata(packet.data)
  }

  override sendPacket(type: Packet["type"], data?: Packet["data"]): void {
    const { socket: webSocket } = this.transport
    if (webSocket === undefined) this.#hold(data)
    else this.#sending(data)
    // Nothing waits before it, so it need not be queued.
    const isPlain = type === "message" && typeof data === "string" && this.readyState === "open"
    if (isPlain && this.writeBuffer.length === 0 && webSocket?.readyState === WebSocket.OPEN)
      webSocket.send(messageMark + data)
    else super.sendPacket(type, data)
  }

  override flush(): void {
    super.flush()
    if (this.writeBuffer.length > 0) return
    this.#heldPackets = 0
    this.#heldBytes = 0
  }

  override onClose(reason: string): void {
    if (this.readyState === "closed") return
    super.onClose(reason)
    this.#home.ended(this)
    this.speaker?.onclose(reason)
  }

  /** It counts as part of this connection from its first byte, whether or not it is ever upgraded to. */
  override _maybeUpgrade(transport: Transport): void {
    this.#candidate = transport as OpenTransport
    this.#candidate.wire = this
    super._maybeUpgrade(transport)
  }

  /** Something is sent to it alone: each time that was much, its unread data is checked, and nobody else's. */
  #sending(data: unknown): void {
    this.#unlookedBytes += typeof data === "string" ? data.length * bytesPerUnitMax : 0
    if (this.#unlookedBytes < lookAfterBytes) return
    this.#unlookedBytes = 0
    this.look()
  }

  /**
   * Every probe of an upgrade started one interval of 100 ms more, and only the last was ever ended.
   * Upstream fix: ignore a probe while one is under way.
   */
  #probeOnce(): void {
    this.on("upgrading", (candidate) => {
      const transport = candidate as OpenTransport
      const { onPacket } = transport
      transport.onPacket = (packet) => (packet.type === "ping" ? transport.close() : onPacket.call(transport, packet))
    })
    this.on("upgrade", () => {
      // The engine sends what waits right after this event, in the same call.
      queueMicrotask(() => this.drained())
    })
  }

  /**
   * What waits for a client's next poll had no bound. A websocket takes each packet at once; what it buffers is bounded
   * by `Bun.serve`. Upstream fix: a limit on `writeBuffer`, like `maxHttpBufferSize` for incoming data.
   */
  #hold(data: unknown): void {
    this.#heldPackets++
    this.#heldBytes += typeof data === "string" ? Buffer.byteLength(data) : 0
    if (this.#heldPackets > limits.backlogPacketsMax) this.#overflow("backlogPacketsMax")
    else if (this.#heldBytes > limits.backlogBytesMax) this.#overflow("backlogBytesMax")
  }

  #overflow(limit: "backlogPacketsMax" | "backlogBytesMax"): void {
    this.#heldPackets = 0
    this.#heldBytes = 0
    // Not in the middle of an announcement: ending a connection announces things itself.
    queueMicrotask(() => this.cutFor(limit))
  }
}

/** The connection of a transport, also of an upgrade candidate. */
export function wireOf(transport: object): Wire | undefined {
  return (transport as { readonly wire?: Wire }).wire
}

/**
 * Socket.IO's client and socket, without what each connection would own although one for all is enough: bound
 * functions, a timer, tables of one entry, a room for itself. Packets are passed on as soon as they are decoded;
 * Socket.IO does so some turns later, through lists of functions that only this server is in. That cost more than the
 * chat's own work.
 *
 * `Client` replaces the one of socket.io 4.8.4, which its package does not let anybody extend. Whatever else it touches
 * is private in the types there, and the interfaces here name all of it.
 */
import { type Server, Socket } from "socket.io"
import { type Packet, PacketType } from "socket.io-parser"
import { FewSet } from "../../chat/few.ts"
import type { Json } from "../../contract/json.ts"
import { BoundedDecoder } from "./decoder.ts"
import type { Wire } from "./wire.ts"

/** `args` are the event's name and its arguments. There is no `id` if nobody waits for an answer. */
type OnEvent = (socket: Socket, args: readonly unknown[], id: number | undefined) => void

/** What all clients share. */
interface Shared {
  readonly io: Server
  readonly onEvent: OnEvent
}

/** What the types of a socket call private. */
interface InnerSocket {
  readonly id: string
  readonly conn: Wire
  readonly adapter: InnerAdapter
  connected: boolean
  packet(packet: Omit<Packet, "nsp">): void
  disconnect(): unknown
  buildHandshake(auth: unknown): object
  _onconnect(): void
  _onpacket(packet: Packet): void
  _onerror(cause: unknown): void
  _onclose(reason: string): unknown
  _cleanup(): void
  _error(error: object): void
}

/** What the types of a namespace call private. */
interface InnerNamespace {
  readonly name: string
  readonly _preConnectSockets: Map<string, InnerSocket>
  run(socket: InnerSocket, done: (error?: Error & { readonly data?: unknown }) => void): void
  _doConnect(socket: InnerSocket): void
}

/** What the types of an adapter call private. */
interface InnerAdapter {
  /** The rooms of each. */
  readonly sids: Map<string, FewSet<string>>
  addAll(id: string, rooms: ReadonlySet<string>): unknown
  computeExceptSids(names: ReadonlySet<string> | undefined): Set<string>
}

const OpenSocket = Socket as unknown as new (nsp: InnerNamespace, client: Client, auth: unknown) => InnerSocket

class LeanSocket extends OpenSocket {
  /** Without what is not read here: formatting the date alone is a twentieth of the cost of a connection. */
  override buildHandshake(auth: unknown): { readonly address: string; readonly auth: unknown } {
    return { address: this.conn.remoteAddress, auth }
  }

  /** It is in no room of its own: packets for it alone are written to its connection. */
  override _onconnect(): void {
    this.connected = true
    // Most are in one room.
    this.adapter.sids.set(this.id, new FewSet())
    this.adapter.addAll(this.id, new Set())
    this.packet({ type: PacketType.CONNECT, data: { sid: this.id } })
  }
}

class Client {
  readonly conn: Wire
  readonly #shared: Shared
  readonly #decoder = new BoundedDecoder(this)
  /** Set once it is let in. There is only one namespace. */
  #socket: InnerSocket | undefined
  #isLeaving = false

  constructor(shared: Shared, wire: Wire) {
    this.#shared = shared
    this.conn = wire
    wire.speaker = this
  }

  get sockets(): ReadonlyMap<string, InnerSocket> {
    return new Map(this.#socket && [[this.#socket.id, this.#socket]])
  }

  ondata(data: unknown): void {
    try {
      this.#decoder.add(data)
    } catch (cause) {
      // It is not Socket.IO.
      this.#socket?._onerror(cause)
      this.conn.close()
    }
  }

  ondecoded(packet: Packet): void {
    const { type, nsp, data, id } = packet
    const socket = nsp === this.#namespace.name ? this.#socket : undefined
    if (socket === undefined) {
      if (type === PacketType.CONNECT) this.#connect(nsp, data)
      else this.#close()
    } else if (type === PacketType.EVENT && !this.#isLeaving) {
      this.#shared.onEvent(socket as unknown as Socket, data, id)
    } else if (type === PacketType.CONNECT || type === PacketType.CONNECT_ERROR) {
      // The answer to the first may still be pending: it is not told that.
      this.conn.cut()
    } else {
      // Packets that are read together with the end of the connection come after it.
      if (type === PacketType.DISCONNECT) this.#isLeaving = true
      process.nextTick(() => socket._onpacket(packet))
    }
  }

  onclose(reason: string): void {
    this.#socket?._onclose(reason)
  }

  /** Called by its socket. */
  _packet(packet: Packet, opts: { readonly volatile?: boolean } = {}): void {
    if (this.conn.readyState === "open") this.writeToEngine(this.#shared.io.encoder.encode(packet), opts)
  }

  /** Called by adapters. */
  writeToEngine(encoded: readonly unknown[], { volatile }: { readonly volatile?: boolean }): void {
    if (volatile && !this.conn.transport.writable) return
    for (const packet of encoded) this.conn.write(packet as string)
  }

  _disconnect(): void {
    this.#socket?.disconnect()
    this.#close()
  }

  _remove(socket: InnerSocket): void {
    if (this.#socket === socket) this.#socket = undefined
  }

  get #namespace(): InnerNamespace {
    return this.#shared.io.sockets as unknown as InnerNamespace
  }

  #connect(name: string, auth: unknown = {}): void {
    const nsp = this.#namespace
    if (name === nsp.name) this.#enter(nsp, auth)
    else this._packet({ type: PacketType.CONNECT_ERROR, nsp: name, data: { message: "Invalid namespace" } })
  }

  #enter(nsp: InnerNamespace, auth: unknown): void {
    const socket = new LeanSocket(nsp, this, auth)
    nsp._preConnectSockets.set(socket.id, socket)
    nsp.run(socket, (error) => {
      if (this.conn.readyState !== "open") return socket._cleanup()
      if (error !== undefined) {
        socket._cleanup()
        return socket._error({ message: error.message, data: error.data })
      }
      this.#socket = socket
      this.#isLeaving = false
      this.conn.entered()
      nsp._doConnect(socket)
    })
  }

  #close(): void {
    if (this.conn.readyState !== "open") return
    this.conn.close()
    this.onclose("forced server close")
  }
}

/** Makes every new connection use such a client. Call it before the server is bound to its engine. */
export function leanClients(io: Server, onEvent: OnEvent): void {
  const server = io as unknown as { onconnection: (wire: Wire) => void }
  const shared = { io, onEvent }
  server.onconnection = (wire) => {
    new Client(shared, wire)
  }
  const adapter = io.sockets.adapter as unknown as InnerAdapter
  const membersOf = adapter.computeExceptSids
  adapter.computeExceptSids = (names) => {
    const excepted = membersOf.call(adapter, names)
    // Finds the socket by its id, as if it were in a room of that name.
    for (const name of names ?? []) if (adapter.sids.has(name)) excepted.add(name)
    return excepted
  }
}

/** Like `emit` of its socket, which takes three times as long for the same. */
export function emitTo(wire: Wire, event: string, args: readonly Json[]): void {
  let text = `${PacketType.EVENT}["${event}"`
  for (const arg of args) text += `,${arg.text}`
  wire.write(`${text}]`)
}

export function acknowledge(wire: Wire, id: number, { text }: Json): void {
  wire.write(`${PacketType.ACK}${id}[${text}]`)
}

/** The connection of a socket. */
export function connectionOf(socket: Socket): Wire {
  return socket.conn as unknown as Wire
}

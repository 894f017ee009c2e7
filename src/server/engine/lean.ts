/**
 * What the engine and Socket.IO keep for each connection as long as it lasts, in less memory: tables that hold one or
 * four things, and functions that are the same for all. It changes what is stored, and nothing of what it does.
 */
import type { Socket as EngineSocket } from "@socket.io/bun-engine/dist/socket"
import type { Transport } from "@socket.io/bun-engine/dist/transport"
import { type Server, Socket } from "socket.io"
import { FewMap } from "../../chat/few.ts"

type Listener = (this: unknown, ...args: never[]) => void

/** As much of a Map as the engine's emitters use. */
interface ListenerTable {
  get(event: string): Listener[] | undefined
  set(event: string, listeners: Listener[]): unknown
  delete(event: string): unknown
  clear(): void
}

interface Emitter {
  _listeners: ListenerTable
}

/** What a transport reports to. */
interface Owner {
  onError(error: Error): void
  onPacket(packet: never): void
  flush(): void
  onClose(reason: "transport close"): void
}

/** Once everything that listens to a websocket's connection does so. */
export function lean(socket: EngineSocket): void {
  const emitter = socket as unknown as Emitter
  emitter._listeners = new FewListeners(emitter._listeners as Map<string, Listener[]>)
  leanTransport(socket)
}

/** Once it is the connection's, whose functions alone listen to it. */
export function leanTransport(socket: EngineSocket): void {
  const transport = socket.transport as unknown as Pick<Transport, "name"> & Emitter
  if (transport.name === "websocket") transport._listeners = new ToOwner(socket as unknown as Owner)
}

/** Whoever enters the namespace from here on. Each is asked by what it came before it is let in, and never again. */
export function leanSockets({ sockets }: Server): void {
  const internals = sockets as unknown as { _createSocket: (client: unknown, auth: unknown) => Socket }
  internals._createSocket = (client, auth) => new LeanSocket(sockets, client, auth) as unknown as Socket
}

/** What the types of a socket call private. */
const OpenSocket = Socket as unknown as new (
  nsp: Server["sockets"],
  client: unknown,
  auth: unknown,
) => Omit<Socket, "buildHandshake">

class LeanSocket extends OpenSocket {
  /** Without all that is not read here: to write out the date alone is a twentieth of what a connection takes. */
  buildHandshake(auth: unknown): { readonly address: string; readonly auth: unknown } {
    return { address: this.conn.remoteAddress, auth }
  }
}

/** A client is in one namespace. */
export function leanClient(socket: Socket): void {
  const kept = socket.client as unknown as { sockets: FewMap<string, Socket>; nsps: FewMap<string, Socket> }
  kept.sockets = new FewMap<string, Socket>().set(socket.id, socket)
  kept.nsps = new FewMap<string, Socket>().set(socket.nsp.name, socket)
}

/** Fields take a fifth of what a Map of four takes. */
class FewListeners {
  readonly #lists: Record<string, Listener[] | undefined> = Object.create(null)

  constructor(lists: Iterable<[string, Listener[]]>) {
    for (const [event, listeners] of lists) this.set(event, listeners)
  }

  get(event: string): Listener[] | undefined {
    return this.#lists[event]
  }

  set(event: string, listeners: Listener[]): void {
    this.#lists[event] = listeners
  }

  delete(event: string): void {
    this.#lists[event] = undefined
  }

  clear(): void {
    for (const event of Object.keys(this.#lists)) this.delete(event)
  }
}

/** Instead of four functions for each transport, which tell its connection what it reports: they are one for all. */
class ToOwner {
  owner: Owner | undefined

  constructor(owner: Owner) {
    this.owner = owner
  }

  get(event: string): Listener[] | undefined {
    return this.owner && told.get(event)
  }

  /** Nobody else listens to a transport that is a connection's: the lists are everybody's. */
  set(event: string): never {
    throw new Error(`Nobody else may listen to ${event}.`)
  }

  delete(): void {
    this.owner = undefined
  }

  clear(): void {
    this.owner = undefined
  }
}

interface Told {
  readonly _listeners: ToOwner
}

/** Frozen: who listened to one would listen to all. */
const told = new Map<string, Listener[]>([
  [
    "error",
    only(function (this: Told, error: Error) {
      this._listeners.owner?.onError(error)
    }),
  ],
  [
    "packet",
    only(function (this: Told, packet: never) {
      this._listeners.owner?.onPacket(packet)
    }),
  ],
  [
    "drain",
    only(function (this: Told) {
      this._listeners.owner?.flush()
    }),
  ],
  [
    "close",
    only(function (this: Told) {
      this._listeners.owner?.onClose("transport close")
    }),
  ],
])

function only(listener: (this: Told, value: never) => void): Listener[] {
  return Object.freeze([listener]) as Listener[]
}

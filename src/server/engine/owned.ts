/**
 * Listeners of a transport that belongs to one connection: four functions for all transports, instead of four for each.
 */
import type { Transport } from "@socket.io/bun-engine/dist/transport"

type Listener = (this: unknown, ...args: never[]) => void

/** What a transport reports to. */
interface Owner {
  onError(error: Error): void
  onPacket(packet: never): void
  flush(): void
  onClose(reason: "transport close"): void
}

/** Replaces all other listeners. */
export function own(transport: Transport, owner: Owner): void {
  const emitter = transport as unknown as { _listeners: Pick<Owned, "get" | "set" | "delete" | "clear"> }
  emitter._listeners = new Owned(owner)
}

/** As much of a Map as the engine's emitters use. */
class Owned {
  owner: Owner | undefined

  constructor(owner: Owner) {
    this.owner = owner
  }

  get(event: string): Listener[] | undefined {
    return this.owner && told.get(event)
  }

  /** Nobody else listens to such a transport: the lists are shared by all. */
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
  readonly _listeners: Owned
}

/** Frozen: a listener added to one would listen to all. */
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

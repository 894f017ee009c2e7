/**
 * What makes a server one of several, put together in `app.ts`. A server that is alone has
 * one too, which adds nothing.
 */

import { type Neighbours, type News, noNeighbours } from "../chat/neighbours.ts"
import type { ChatStore } from "../chat/store.ts"
import type { Warning } from "../contract/server.ts"
import type { RoomId } from "../contract/values.ts"

export interface Cluster {
  /** Settles in the order of all servers. Closing it closes the store under it. */
  readonly store: ChatStore
  readonly neighbours: Neighbours
  readonly begin: (listener: ClusterListener) => void
  /** This server stops: from now on it does not say who comes and goes. */
  readonly hush: () => void
  /** Releases the rest, once nothing more is to be told. */
  readonly close: () => void
  /** For people: what works less well than it could. */
  readonly warnings: () => readonly Warning[]
  /** Whether the bus works; none where there is no bus. */
  readonly isBusUp?: () => boolean
}

export interface ClusterListener {
  /** Tells this server's members. */
  readonly hear: (news: News) => void
  /** Rooms that somebody here hears of without being in them. */
  readonly watched?: () => readonly RoomId[]
  /** The latest `rev` of those rooms, and of all that are followed. */
  readonly heads?: (revs: ReadonlyMap<RoomId, number>) => void
  /** Ends every connection as a lost transport, so clients reconnect to a server that works. */
  readonly sendAway: () => void
}

export function alone(store: ChatStore): Cluster {
  return { store, neighbours: noNeighbours, begin: () => {}, hush: () => {}, close: () => {}, warnings: () => [] }
}

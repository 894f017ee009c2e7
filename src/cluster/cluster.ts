/**
 * What makes a server one of several, as `app.ts` puts it together. A server that is
 * alone has one too, which adds nothing.
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
  /** This server stops: nobody's coming and going is said from here on. */
  readonly hush: () => void
  /** Lets go of the rest, once nothing more is to be told. */
  readonly close: () => void
  /** For people: what works less well than it could. */
  readonly warnings: () => readonly Warning[]
  /** Whether the bus is there; none where there is nobody to reach. */
  readonly isBusUp?: () => boolean
}

export interface ClusterListener {
  /** Tells this server's members. */
  readonly hear: (news: News) => void
  /** Rooms that somebody hears of without being in them. */
  readonly watched?: () => readonly RoomId[]
  /** How far those are, and all others that are followed. */
  readonly heads?: (revs: ReadonlyMap<RoomId, number>) => void
  /** Ends every connection as a lost transport, so that its client goes on where things are well. */
  readonly sendAway: () => void
}

export function alone(store: ChatStore): Cluster {
  return { store, neighbours: noNeighbours, begin: () => {}, hush: () => {}, close: () => {}, warnings: () => [] }
}

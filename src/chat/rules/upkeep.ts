/** What the server asks of its store for itself. */
import type { RoomId } from "../../contract/values.ts"
import { always, never, type Rule } from "./rule.ts"

/** Writes something that changes nothing, to learn whether writing works. */
export interface Probe {
  readonly kind: "probe"
  readonly at: number
}

/** How far rooms are, for a server that wants to know what others have stored in them. */
export interface ReadHeads {
  readonly kind: "heads"
  readonly roomIds: readonly RoomId[]
}

export interface Heads {
  readonly epoch: string
  /** The last number of each room. */
  readonly revs: ReadonlyMap<RoomId, number>
}

const probe: Rule<Probe, true> = {
  needs: () => ({}),
  writes: always,
  apply: (set, { at }) => {
    set.probed(at)
    return true
  },
}

const heads: Rule<ReadHeads, Heads> = {
  needs: ({ roomIds }) => ({ rooms: roomIds }),
  writes: never,
  apply: (set, { roomIds }) => ({
    epoch: set.epoch,
    revs: new Map(roomIds.map((id) => [id, set.room(id)?.rev ?? 0])),
  }),
}

export const rules = { probe, heads }

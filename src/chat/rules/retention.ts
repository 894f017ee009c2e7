/**
 * Removing messages that are older than the operator or the room's owner keeps them: a few at a time, the oldest of a
 * room first. Nobody is told. The room remembers the last one, so whoever has not seen it learns that something is
 * missing.
 */
import { dayMs } from "../../contract/durations.ts"
import type { RoomId } from "../../contract/values.ts"
import type { OldRooms } from "./found.ts"
import { always, finding, type Rule, reading } from "./rule.ts"

interface FindOld {
  readonly kind: "findOld"
  readonly at: number
  /** How long rooms keep messages, unless their owner set less. */
  readonly days: number | undefined
  /** The place of the last room that was looked at. */
  readonly after: number
  /** How many rooms are looked at. */
  readonly limit: number
}

interface RemoveOld {
  readonly kind: "removeOld"
  readonly roomId: RoomId
  readonly before: number
  readonly limit: number
}

interface RemovedOld {
  readonly messages: number
  /** Whether there may be more of them. */
  readonly hasMore: boolean
}

/** Gives space of what was removed back to the disk, a little at a time. */
interface Reclaim {
  readonly kind: "reclaim"
}

const findOld: Rule<FindOld, OldRooms> = finding((command) => ({ ...command, kind: "oldRooms" }))

const removeOld: Rule<RemoveOld, RemovedOld> = {
  needs: ({ roomId }) => ({ rooms: [roomId] }),
  writes: always,
  apply: (set, { roomId, before, limit }) => {
    const room = set.room(roomId)
    if (room === undefined) return { messages: 0, hasMore: false }
    return reading({ kind: "removeOld", room, before, limit }, ({ messages, lastSeq, hasMore }) => {
      room.forgotten = Math.max(room.forgotten, lastSeq)
      return { messages, hasMore }
    })
  },
}

const reclaim: Rule<Reclaim, { readonly hasMore: boolean }> = {
  needs: () => ({}),
  writes: always,
  apply: () => reading({ kind: "reclaim" }, (found) => found),
}

/** Messages before this time are removed; before all times where the room keeps them for ever. */
function keptFrom({ at, days = Infinity }: Pick<FindOld, "at" | "days">, keepDays: number | null | undefined) {
  return at - Math.min(days, keepDays ?? Infinity) * dayMs
}

/** Of the given rooms, in their order, those that have something to remove. */
export function oldAmong(
  rows: readonly {
    readonly id: RoomId
    readonly keep_days: number | null | undefined
    readonly first: number | null
  }[],
  command: Pick<FindOld, "at" | "days">,
): OldRooms["rooms"] {
  return rows.flatMap(({ id, keep_days, first }) => {
    const before = keptFrom(command, keep_days)
    return first !== null && first < before ? [{ roomId: id, before }] : []
  })
}

export const rules = { findOld, removeOld, reclaim }

/**
 * What becomes of messages that are older than the operator keeps any: they are removed, a
 * few at a time, the oldest of a room first, and nobody is told. The room remembers the last
 * of them, so that who has not seen it learns that something is missing.
 */
import type { RoomId } from "../../contract/values.ts"
import { always, never, type Rule, reading } from "./rule.ts"

export interface FindOld {
  readonly kind: "findOld"
  /** Milliseconds since the epoch. */
  readonly before: number
  /** The place of the last room that was looked at. */
  readonly after: number
  /** How many rooms are looked at. */
  readonly limit: number
}

export interface OldRooms {
  /** Those whose first message is older. */
  readonly roomIds: readonly RoomId[]
  /** None at the end. */
  readonly next: number | undefined
}

export interface RemoveOld {
  readonly kind: "removeOld"
  readonly roomId: RoomId
  readonly before: number
  readonly limit: number
}

export interface RemovedOld {
  readonly messages: number
  /** Whether there may be more of them. */
  readonly hasMore: boolean
}

/** Gives space of what was removed back to the disk, a little at a time. */
export interface Reclaim {
  readonly kind: "reclaim"
}

const findOld: Rule<FindOld, OldRooms> = {
  needs: () => ({}),
  writes: never,
  apply: (_, { before, after, limit }) => reading({ kind: "oldRooms", before, after, limit }, (found) => found),
}

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

export const rules = { findOld, removeOld, reclaim }

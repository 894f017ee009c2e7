/**
 * What the search index reads of the data: each room's messages by `rev`, as a client that
 * catches up would, and its hits as people see them. It reads the database itself, in a
 * thread of its own, and never through the server's queue.
 */
import type { Message } from "../contract/messages.ts"
import type { MessageId, RoomId, UserId } from "../contract/values.ts"
import { messageOfRow, type OriginalRow, type PageRow } from "./rows.ts"

export interface RoomHead {
  readonly id: RoomId
  /** The store's own key. */
  readonly pk: number
  readonly rev: number
  /** Messages up to this `seq` were removed, since they were too old to be kept. */
  readonly forgotten: number
}

interface Heads {
  readonly epoch: string
  /** All rooms, without deleted ones. */
  readonly rooms: readonly RoomHead[]
}

export interface ChangedMessage {
  readonly id: MessageId
  readonly seq: number
  readonly rev: number
  readonly userId: UserId
  /** Empty once the message is deleted. */
  readonly content: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** Messages as people see them, all at one moment. */
export interface Told {
  readonly messages: readonly { readonly message: Message; readonly roomName: string }[]
  /** The `rev` of each of their rooms. */
  readonly revs: ReadonlyMap<RoomId, number>
}

export interface MessageFeed {
  /** A text that differs whenever there is something new, and is cheap to ask for. */
  readonly state: () => Promise<string>
  readonly heads: () => Promise<Heads>
  /** What changed in the room after `since`, in the order of `rev`. */
  readonly changes: (room: RoomHead, since: number, limit: number) => Promise<readonly ChangedMessage[]>
  /** Those that exist and are not deleted, in this order. Each has a text: messages without one are never found. */
  readonly told: (ids: readonly MessageId[]) => Promise<Told>
  readonly close: () => Promise<void>
}

/** A message with its room, as a store reads it. */
export interface FoundRow extends PageRow {
  readonly room_id: RoomId
  readonly room_name: string
  readonly room_rev: number
}

export function toldOf<Row extends FoundRow>(
  rows: readonly Row[],
  originalOf: (row: Row) => OriginalRow | null | undefined,
): Told {
  // Without an address: it would stand in the place of a text.
  const messages = rows.map((row) => ({
    message: messageOfRow(row.room_id, row, "", () => originalOf(row)),
    roomName: row.room_name,
  }))
  return { messages, revs: new Map(rows.map(({ room_id, room_rev }) => [room_id, room_rev])) }
}

/**
 * The queries that read pages. Each follows an index from where the page begins and
 * stops at its end; none scans (a test asks EXPLAIN QUERY PLAN).
 */
import type { Database } from "bun:sqlite"
import type { RoomInList } from "../../chat/room-search.ts"
import type { Page } from "../../chat/store.ts"
import { limits } from "../../contract/limits.ts"
import type { Message, MessageId, MessageType, RoomId, UserId } from "../../contract/schemas.ts"

export interface MessageRow {
  readonly id: MessageId
  readonly seq: number
  readonly rev: number
  readonly type: MessageType
  readonly content: string
  readonly created_at: number
  readonly user_id: UserId
  readonly username: string
  readonly avatar: string | null
}

const columns = "m.id, m.seq, m.rev, m.type, m.content, m.created_at, u.id AS user_id, u.username, u.avatar"
const source = "messages AS m JOIN users AS u ON u.pk = m.author"

export const pageQueries = {
  before: `SELECT ${columns} FROM ${source} WHERE m.room = $room AND m.seq < $before ORDER BY m.seq DESC LIMIT $limit`,
  /** Two ordered ranges: messages as they were created, and the few that were changed later. */
  since: `
    SELECT * FROM (SELECT ${columns} FROM ${source}
      WHERE m.room = $room AND m.seq > $since AND m.rev = m.seq ORDER BY m.seq LIMIT $limit)
    UNION ALL
    SELECT * FROM (SELECT ${columns} FROM ${source}
      WHERE m.room = $room AND m.rev > $since AND m.rev <> m.seq ORDER BY m.rev LIMIT $limit)
    ORDER BY rev LIMIT $limit`,
} as const

export const roomsQuery = `
  SELECT id, name, created_at AS createdAt, rev, last_at AS lastAt FROM rooms
  WHERE visibility = 'public' AND (last_at, id) < ($lastAt, $id) ORDER BY last_at DESC, id DESC LIMIT $limit`

/** Before every place that a room can have. */
const listFront = { lastAt: Number.MAX_SAFE_INTEGER, id: "" }

/** A room as far as a page needs it. `rev` is its counter. */
export interface PagedRoom {
  readonly pk: number
  readonly id: RoomId
  readonly rev: number
}

export class Pages {
  readonly #before
  readonly #since
  readonly #rooms

  constructor(db: Database) {
    this.#before = db.query<MessageRow, { room: number; before: number; limit: number }>(pageQueries.before)
    this.#since = db.query<MessageRow, { room: number; since: number; limit: number }>(pageQueries.since)
    this.#rooms = db.query<RoomInList, { lastAt: number; id: string; limit: number }>(roomsQuery)
  }

  /** The page before a `seq`, oldest first; without one, the latest. */
  before(room: PagedRoom, before: number = Number.MAX_SAFE_INTEGER, limit: number): Page {
    // One row more than asked for tells whether there are more.
    const rows = this.#before.all({ room: room.pk, before, limit: limit + 1 })
    const messages = rows.slice(0, limit).reverse()
    return { ...describe(room, messages), hasMore: rows.length > limit }
  }

  /** What changed after `since`, in the order of `rev`; the latest page where the room never issued that number. */
  since(room: PagedRoom, since: number, limit: number): Page {
    if (since > room.rev)
      return { ...this.before(room, undefined, Math.min(limit, limits.historyPageDefault)), reset: true }
    const rows = this.#since.all({ room: room.pk, since, limit: limit + 1 })
    return { ...describe(room, rows.slice(0, limit)), hasMore: rows.length > limit }
  }

  /** The public rooms behind a place, in the order of the list. */
  rooms({ lastAt, id }: { lastAt: number; id: string } = listFront, limit: number): RoomInList[] {
    return this.#rooms.all({ lastAt, id, limit })
  }
}

function describe(room: PagedRoom, rows: readonly MessageRow[]): Omit<Page, "hasMore"> {
  return { messages: rows.map((row) => toMessage(room.id, row)), rev: room.rev, reset: false }
}

export function toMessage(roomId: RoomId, row: MessageRow): Message {
  return {
    id: row.id,
    roomId,
    seq: row.seq,
    rev: row.rev,
    type: row.type,
    content: row.content,
    userId: row.user_id,
    user: { username: row.username, avatar: row.avatar },
    createdAt: new Date(row.created_at).toISOString(),
  }
}

/**
 * The SQL of messages. Each page follows an index from where it begins and is read row by
 * row, no further than it goes; none scans (a test asks EXPLAIN QUERY PLAN).
 */

import type { Database } from "bun:sqlite"
import { takePage } from "../../chat/page.ts"
import type { PageFound, Query } from "../../chat/rules/rule.ts"
import type { MessageRecord, RoomRecord, UserRecord } from "../../chat/rules/working-set.ts"
import type { Message } from "../../contract/messages.ts"
import type { MessageId, RoomId, UserId } from "../../contract/values.ts"
import { filesColumn, filesIn, messageOfRow, type PageRow } from "../rows.ts"

const columns = "m.id, m.seq, m.rev, m.type, m.content, m.created_at, m.files, u.id AS user_id, u.username, u.avatar"
const source = "messages AS m JOIN users AS u ON u.pk = m.author"

export const pageQueries = {
  before: `SELECT ${columns} FROM ${source} WHERE m.room = $room AND m.seq < $before ORDER BY m.seq DESC LIMIT $limit`,
  /** Those that are as they were created. */
  created: `SELECT ${columns} FROM ${source} WHERE m.room = $room AND m.seq > $since AND m.rev = m.seq ORDER BY m.seq LIMIT $limit`,
  /** The few that were changed later. */
  changed: `SELECT ${columns} FROM ${source} WHERE m.room = $room AND m.rev > $since AND m.rev <> m.seq ORDER BY m.rev LIMIT $limit`,
} as const

/** The records that a stored message belongs to. */
export interface Owners {
  readonly room: (id: RoomId) => RoomRecord | undefined
  readonly user: (id: UserId) => UserRecord | undefined
}

export function messageSql(db: Database, address: () => string) {
  const byId = db.query<Omit<PageRow, "username" | "avatar"> & { readonly room_id: RoomId }, { id: string }>(
    `SELECT m.id, m.seq, m.rev, m.type, m.content, m.created_at, m.files, r.id AS room_id, u.id AS user_id
     FROM messages AS m JOIN rooms AS r ON r.pk = m.room JOIN users AS u ON u.pk = m.author WHERE m.id = $id`,
  )
  const inserted = db.query(
    `INSERT INTO messages (room, seq, rev, id, author, type, content, created_at, files)
     VALUES ($room, $seq, $rev, $id, $author, $type, $content, $createdAt, $files)`,
  )
  const before = db.query<PageRow, { room: number; before: number; limit: number }>(pageQueries.before)
  const created = db.query<PageRow, { room: number; since: number; limit: number }>(pageQueries.created)
  const changed = db.query<PageRow, { room: number; since: number; limit: number }>(pageQueries.changed)
  return {
    load: (id: MessageId, owners: Owners): MessageRecord | undefined => {
      const row = byId.get({ id })
      const room = row && owners.room(row.room_id)
      const author = row && owners.user(row.user_id)
      if (!row || !room || !author) return undefined
      const { seq, rev, type, content, created_at } = row
      const files = filesIn(row.files)
      return { room, author, id, seq, rev, type, content, createdAt: created_at, ...(files && { files }) }
    },
    insert: ({ room, author, id, seq, rev, type, content, createdAt, files }: MessageRecord): void => {
      const row = { room: room.pk, seq, rev, id, author: author.pk, type, content, createdAt }
      inserted.run({ ...row, files: filesColumn(files) })
    },
    before: ({ room, limit, before: seq = Number.MAX_SAFE_INTEGER }: Query & { readonly kind: "before" }): PageFound =>
      pageOf(room, limit, address(), before.iterate({ room: room.pk, before: seq, limit: limit + 1 })),
    since: ({ room, since, limit }: Query & { readonly kind: "since" }): PageFound => {
      const range = { room: room.pk, since, limit: limit + 1 }
      // Merged here: SQLite would read both to their ends before it gives the first row.
      return pageOf(room, limit, address(), byRev(created.iterate(range), changed.iterate(range)))
    },
  }
}

/** Two lists in the order of `rev` as one. */
function* byRev(one: Iterable<PageRow>, other: Iterable<PageRow>): Generator<PageRow> {
  const [first, second] = [one[Symbol.iterator](), other[Symbol.iterator]()]
  try {
    let [a, b] = [first.next(), second.next()]
    while (!a.done || !b.done) {
      if (!a.done && (b.done || a.value.rev < b.value.rev)) {
        yield a.value
        a = first.next()
      } else if (!b.done) {
        yield b.value
        b = second.next()
      }
    }
  } finally {
    // A statement that is left in the middle keeps its table locked.
    first.return?.()
    second.return?.()
  }
}

/** Of one row more than asked for, which tells whether there are more. */
function pageOf(room: RoomRecord, limit: number, address: string, rows: Iterable<PageRow>): PageFound {
  return { ...takePage(messagesOf(room, rows, address), limit), rev: room.rev }
}

function* messagesOf({ room }: RoomRecord, rows: Iterable<PageRow>, address: string): Generator<Message> {
  for (const row of rows) yield messageOfRow(room.id, row, address)
}

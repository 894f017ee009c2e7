/**
 * The SQL of messages. Each page follows an index from where it begins and is read row by
 * row, no further than it goes; none scans (a test asks EXPLAIN QUERY PLAN).
 */

import type { Database } from "bun:sqlite"
import { takeAround, takeLatest, takePage } from "../../chat/page.ts"
import { excerptReadMax } from "../../chat/rules/message-view.ts"
import type { PageFound, QueryOf } from "../../chat/rules/queries.ts"
import type { MessageExtra, MessageRecord, RoomRecord, UserRecord } from "../../chat/rules/working-set.ts"
import type { Message } from "../../contract/messages.ts"
import type { MessageId, RoomId, UserId } from "../../contract/values.ts"
import {
  type ExtraRow,
  extraColumns,
  extraOfRow,
  filesColumn,
  filesIn,
  messageOfRow,
  type OriginalRow,
  originalOfRow,
  type PageRow,
} from "../rows.ts"

const rest = "m.files, m.edited_at, m.deleted_at, m.reply_to, m.extra"
export const columns = `m.id, m.seq, m.rev, m.type, m.content, m.created_at, ${rest}, u.id AS user_id, u.username, u.avatar`
export const source = "messages AS m JOIN users AS u ON u.pk = m.author"

export const pageQueries = {
  /** A deleted message has a negative `seq`. */
  before: `SELECT ${columns} FROM ${source} WHERE m.room = $room AND m.seq < $before AND m.seq > 0 ORDER BY m.seq DESC LIMIT $limit`,
  after: `SELECT ${columns} FROM ${source} WHERE m.room = $room AND m.seq > $after ORDER BY m.seq LIMIT $limit`,
  /** Messages as they were created. */
  created: `SELECT ${columns} FROM ${source} WHERE m.room = $room AND m.seq > $since AND m.rev = m.seq ORDER BY m.seq LIMIT $limit`,
  /** The few that were changed later. */
  changed: `SELECT ${columns} FROM ${source} WHERE m.room = $room AND m.rev > $since AND m.rev <> m.seq ORDER BY m.rev LIMIT $limit`,
  /** The `seq`s of those. */
  changedSeqs:
    "SELECT abs(m.seq) AS seq FROM messages AS m WHERE m.room = $room AND m.rev > $since AND m.rev <> m.seq ORDER BY m.rev LIMIT $limit",
  /** Not joined to the page: few messages answer another, and each column slows every row. */
  original: `SELECT m.id, m.seq, m.deleted_at, coalesce(
      nullif(substr(m.content, 1, ${excerptReadMax}), ''), json_extract(m.files, '$[0].name'), '') AS content, u.id AS user_id, u.username
    FROM ${source} WHERE m.room = $room AND m.seq IN ($seq, -$seq)`,
} as const

/** The records that a stored message belongs to. */
interface Owners {
  readonly room: (id: RoomId) => RoomRecord | undefined
  readonly user: (id: UserId) => UserRecord | undefined
}

export function messageSql(db: Database, address: () => string) {
  const byId = db.query<
    Omit<PageRow, "username" | "avatar"> & { readonly pk: number; readonly room_id: RoomId },
    { id: string }
  >(
    `SELECT m.pk, m.id, m.seq, m.rev, m.type, m.content, m.created_at, ${rest}, r.id AS room_id, u.id AS user_id
     FROM messages AS m JOIN rooms AS r ON r.pk = m.room JOIN users AS u ON u.pk = m.author WHERE m.id = $id`,
  )
  const inserted = db.query(
    `INSERT INTO messages
       (room, seq, rev, id, author, type, content, created_at, files, edited_at, deleted_at, reply_to, extra)
     VALUES ($room, $seq, $rev, $id, $author, $type, $content, $createdAt, $files,
       $edited_at, $deleted_at, $reply_to, $extra)`,
  )
  const plainInserted = db.query(
    `INSERT INTO messages (room, seq, rev, id, author, type, content, created_at)
     VALUES ($room, $seq, $rev, $id, $author, $type, $content, $createdAt)`,
  )
  const updated = db.query(
    "UPDATE messages SET rev = $rev, type = $type, content = $content, edited_at = $edited_at, extra = $extra WHERE pk = $pk",
  )
  const deleted = db.query(
    `UPDATE messages SET rev = $rev, seq = -abs(seq), content = '', files = NULL, edited_at = $edited_at, deleted_at = $deleted_at, extra = $extra
     WHERE pk = $pk`,
  )
  const original = db.query<OriginalRow, { room: number; seq: number }>(pageQueries.original)
  const before = db.query<PageRow, { room: number; before: number; limit: number }>(pageQueries.before)
  const after = db.query<PageRow, { room: number; after: number; limit: number }>(pageQueries.after)
  const created = db.query<PageRow, { room: number; since: number; limit: number }>(pageQueries.created)
  const changed = db.query<PageRow, { room: number; since: number; limit: number }>(pageQueries.changed)
  const changedSeqs = db.query<{ seq: number }, { room: number; since: number; limit: number }>(pageQueries.changedSeqs)
  const originalOf = (room: number, seq: number) => original.get({ room, seq })
  const view = ({ pk, room }: RoomRecord): View => {
    const place = address()
    return (row) => messageOfRow(room.id, row, place, ({ reply_to }) => originalOf(pk, reply_to ?? 0))
  }
  return {
    load: (id: MessageId, owners: Owners): MessageRecord | undefined => {
      const row = byId.get({ id })
      const room = row && owners.room(row.room_id)
      const author = row && owners.user(row.user_id)
      if (!row || !room || !author) return undefined
      const { pk, seq, rev, type, content, created_at, reply_to } = row
      const files = filesIn(row.files)
      const extra = extraOfRow(row, () => {
        const found = originalOf(room.pk, reply_to ?? 0)
        return found === null ? undefined : originalOfRow(found)
      })
      const message = { pk, room, author, id, seq: Math.abs(seq), rev, type, content, createdAt: created_at, extra }
      return files ? { ...message, files } : message
    },
    insert: ({ room, author, id, seq, rev, type, content, createdAt, files, extra }: MessageRecord): void => {
      const isDeleted = extra?.deletedAt !== undefined
      const place = isDeleted ? -seq : seq
      const row = { room: room.pk, seq: place, rev, id, author: author.pk, type, content, createdAt }
      if (extra === undefined && files === undefined) plainInserted.run(row)
      else inserted.run({ ...row, ...columnsOf(extra), files: filesColumn(files) })
    },
    /** `seq` is not set where it stays: to set it would write an index. */
    update: ({ pk, rev, type, content, extra: all }: MessageRecord): void => {
      const { deleted_at, edited_at, extra } = columnsOf(all)
      if (deleted_at !== null) deleted.run({ pk, rev, edited_at, deleted_at, extra })
      else updated.run({ pk, rev, type, content, edited_at, extra })
    },
    before: ({ room, limit, before: seq = Number.MAX_SAFE_INTEGER }: QueryOf<"before">): PageFound =>
      pageOf(room, limit, view(room), before.iterate({ room: room.pk, before: seq, limit: limit + 1 }), takeLatest),
    after: ({ room, limit, after: seq }: QueryOf<"after">): PageFound =>
      pageOf(room, limit, view(room), after.iterate({ room: room.pk, after: seq, limit: limit + 1 })),
    around: ({ room, limit, around: seq }: QueryOf<"around">): PageFound => {
      const older = before.iterate({ room: room.pk, before: seq + 1, limit: limit + 1 })
      const newer = after.iterate({ room: room.pk, after: seq, limit: limit + 1 })
      const [one, other] = [messagesOf(view(room), older), messagesOf(view(room), newer)]
      return { ...takeAround(one, other, limit), rev: room.rev }
    },
    changed: ({ rooms, limit }: QueryOf<"changed">): ReadonlySet<number>[] =>
      rooms.map(({ room, since }) => {
        const found = changedSeqs.all({ room: room.pk, since, limit })
        return new Set(found.map(({ seq }) => seq))
      }),
    since: ({ room, since, limit }: QueryOf<"since">): PageFound => {
      const range = { room: room.pk, since, limit: limit + 1 }
      // Merged here: SQLite would read both to their ends before it gives the first row.
      return pageOf(room, limit, view(room), byRev(created.iterate(range), changed.iterate(range)))
    },
  }
}

/** Without the last change: no other server shares the file, so nobody has missed it. */
function columnsOf(extra: MessageExtra | undefined): ExtraRow {
  return extraColumns(extra && { ...extra, change: undefined })
}

/** Merges two lists ordered by `rev`. */
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
    // A statement that is not read to its end keeps its table locked.
    first.return?.()
    second.return?.()
  }
}

type View = (row: PageRow) => Message

/** Reads one row more than asked for, which shows whether there are more. */
function pageOf(
  room: RoomRecord,
  limit: number,
  view: View,
  rows: Iterable<PageRow>,
  take: typeof takeLatest = takePage,
): PageFound {
  return { ...take(messagesOf(view, rows), limit), rev: room.rev }
}

function* messagesOf(view: View, rows: Iterable<PageRow>): Generator<Message> {
  for (const row of rows) yield view(row)
}

/**
 * The SQL of messages, and their form in JSON.
 *
 * A page ends at the `rev` that its room had at its place in the queue: what was written
 * later, here or by another server, is not in it. Each page follows an index, and the
 * database stops where a page is full, so no answer is much larger than a page.
 */

import { type PageRows, takeAround, takeLatest, takePage } from "../../chat/page.ts"
import { mentionedBy } from "../../chat/rules/mentions.ts"
import { excerptReadMax } from "../../chat/rules/message-view.ts"
import { fromOf, type MessageQuery, type PageFound, type QueryOf } from "../../chat/rules/queries.ts"
import type { MessageRecord } from "../../chat/rules/working-set.ts"
import type { MessageChange } from "../../contract/changes.ts"
import { limits } from "../../contract/limits.ts"
import type { Message } from "../../contract/messages.ts"
import type { MessageId, MessageType } from "../../contract/values.ts"
import { type ExtraRow, extraColumns, filesColumn, messageOfRow, type OriginalRow, type PageRow } from "../rows.ts"
import type { Connection } from "./connection.ts"
import { readMine } from "./reactions.ts"

/** As warren_load gives it. */
export interface MessageRow extends ExtraRow {
  readonly pk: number
  /** The keys of its owners. */
  readonly room: number
  readonly author: number
  readonly id: MessageId
  readonly seq: number
  readonly rev: number
  readonly type: MessageType
  readonly content: string
  readonly created_at: number
  readonly files: string | null
}

const bytesOf = "(octet_length(m.content) + coalesce(octet_length(m.files), 0))"

/** As warren_load gives it: the beginning of what a message answers. `author` is a key. */
export interface OriginalOfRow extends Omit<OriginalRow, "user_id" | "username"> {
  readonly room: number
  readonly author: number
}

/** What the message `m` answers. */
export const originalOfMessage = `CASE WHEN m.reply_to IS NOT NULL THEN (
        SELECT json_build_object('id', o.id, 'seq', o.seq, 'deleted_at', o.deleted_at, 'user_id', a.id,
          'username', a.username, 'content', coalesce(nullif(left(o.content, ${excerptReadMax}), ''), o.files::json->0->>'name', ''))
        FROM messages AS o JOIN users AS a ON a.pk = o.author
        WHERE o.room = m.room AND o.seq = ANY (ARRAY[m.reply_to, -m.reply_to])
      ) END`

/** $1 is the room, $2 where the page begins, $3 where the room stands, $4 how many rows. Numbers, as int8 would be texts. */
const page = (rows: string, order: string) => `
  SELECT id, seq::float8 AS seq, rev::float8 AS rev, type, content, created_at::float8 AS created_at, files,
    edited_at::float8 AS edited_at, deleted_at::float8 AS deleted_at, reply_to::float8 AS reply_to, extra,
    user_id, username, avatar, original
  FROM (
    SELECT m.*, u.id AS user_id, u.username, u.avatar,
      ${originalOfMessage} AS original,
      sum(${bytesOf}) OVER (ORDER BY ${order}) - ${bytesOf} AS bytes_before
    FROM (${rows}) AS m JOIN users AS u ON u.pk = m.author
  ) AS sized
  WHERE bytes_before <= ${limits.pageBytesMax} ORDER BY ${order}`

const inRoom = "SELECT * FROM messages WHERE room = (SELECT pk FROM rooms WHERE rooms.id = $1::uuid)"

export const pageQueries = {
  before: page(
    `${inRoom} AND seq < $2::bigint AND seq <= $3::bigint AND seq > 0 ORDER BY seq DESC LIMIT $4::integer`,
    "seq DESC",
  ),
  after: page(`${inRoom} AND seq > $2::bigint AND seq <= $3::bigint ORDER BY seq LIMIT $4::integer`, "seq"),
  /**
   * Two ordered ranges: messages as they were created, and the few that were changed later. Another server may have
   * changed some after $3 by now: they are told in their current state, not left out.
   */
  since: page(
    `(${inRoom} AND seq > $2::bigint AND seq <= $3::bigint AND rev = seq ORDER BY seq LIMIT $4::integer)
     UNION ALL
     (${inRoom} AND rev > $2::bigint AND abs(seq) <= $3::bigint AND rev <> seq ORDER BY rev LIMIT $4::integer)
     ORDER BY rev LIMIT $4::integer`,
    "rev",
  ),
} as const

/** For warren_write, which raises the numbers by those that other servers have taken meanwhile. */
export function newMessageJson(message: MessageRecord, isNew: (id: MessageId) => boolean) {
  const { room, author, id, seq, rev, type, content, createdAt, files, extra } = message
  const row = { room: room.room.id, author: author.id, id, seq, rev, type, content, created_at: createdAt }
  const plain = { ...row, files: filesColumn(files) }
  if (extra === undefined) return plain
  return { ...plain, ...extraColumns(extra), is_reply_to_new: extra.original !== undefined && isNew(extra.original.id) }
}

/** For warren_write: replaces its earlier state. What it answers stays. */
export function changedMessageJson({ room, id, rev, type, content, files, extra }: MessageRecord) {
  const { reply_to, ...columns } = extraColumns(extra)
  return { room: room.room.id, id, rev, type, content, files: filesColumn(files), ...columns }
}

/** For warren_write: replaces whom it mentioned; `null` is everybody in the room. */
export function mentionsJson(message: MessageRecord) {
  return { message: message.id, mentioned: mentionedBy(message) }
}

/** `rev` is the room's at the query's place in the queue. */
export async function readPage(
  connection: Connection,
  query: MessageQuery,
  rev: number,
  address: string,
): Promise<PageFound> {
  const { room, limit, viewer } = query
  const read = async (kind: keyof typeof pageQueries, from: number) => {
    // One row more than asked for tells whether there are more.
    const values = [room.room.id, from, rev, limit + 1]
    const rows = await connection.run<PageRow & { original: OriginalRow | null }>(pageQueries[kind], values)
    return { rows, messages: rows.map((row) => messageOfRow(room.room.id, row, address, () => row.original)) }
  }
  const { rows, taken } = await take(query, read)
  return { ...taken, rev, ...changesIn(rows), ...(await readMine(connection, viewer, taken.messages)) }
}

/** $1 are the rooms and from where on each, as JSON; $2 is how many of each. */
export const changedQuery = `
  SELECT one.place::integer AS place, abs(m.seq)::float8 AS seq
  FROM jsonb_to_recordset($1::text::jsonb) AS one (place integer, room bigint, since bigint)
    CROSS JOIN LATERAL (
      SELECT x.seq FROM messages AS x WHERE x.room = one.room AND x.rev > one.since AND x.rev <> x.seq
      ORDER BY x.rev LIMIT $2::integer
    ) AS m`

/** Which messages were changed since, of each room in turn. */
export async function readChanged(
  connection: Connection,
  { rooms, limit }: QueryOf<"changed">,
): Promise<ReadonlySet<number>[]> {
  const asked = rooms.map(({ room, since }, place) => ({ place, room: room.pk, since }))
  const rows = await connection.run<{ place: number; seq: number }>(changedQuery, [JSON.stringify(asked), limit])
  const found = rooms.map(() => new Set<number>())
  for (const { place, seq } of rows) found[place]?.add(seq)
  return found
}

interface Read {
  readonly rows: readonly PageRow[]
  readonly messages: readonly Message[]
}

async function take(
  query: MessageQuery,
  read: (kind: keyof typeof pageQueries, from: number) => Promise<Read>,
): Promise<{ readonly rows: readonly PageRow[]; readonly taken: PageRows }> {
  if (query.kind === "around") {
    const [older, newer] = await Promise.all([read("before", query.around + 1), read("after", query.around)])
    const rows = [...older.rows, ...newer.rows]
    return { rows, taken: takeAround(older.messages, newer.messages, query.limit) }
  }
  const { rows, messages } = await read(query.kind, fromOf(query) ?? Number.MAX_SAFE_INTEGER)
  const take = query.kind === "before" ? takeLatest : takePage
  return { rows, taken: take(messages, query.limit) }
}

function changesIn(rows: readonly PageRow[]): Pick<PageFound, "changes"> {
  const changes = rows.flatMap(({ rev, seq, extra }): [number, MessageChange][] =>
    rev === seq || extra === null ? [] : [[rev, JSON.parse(extra).change]],
  )
  return changes.length === 0 ? {} : { changes: new Map(changes) }
}

/** What the search index reads of a served data folder, on a connection that cannot write. */
import { join } from "node:path"
import type { MessageId } from "../../contract/values.ts"
import { type ChangedMessage, type FoundRow, type MessageFeed, type RoomHead, type Told, toldOf } from "../feed.ts"
import type { OriginalRow } from "../rows.ts"
import { CompiledOnce } from "./compiled-once.ts"
import { databaseName } from "./folder.ts"
import { columns, pageQueries, source } from "./messages.ts"

/** A checkpoint or a migration may hold the file for a moment. */
const busyTimeoutMs = 5_000

/** Two ordered ranges, as pages by `since` are read: those as they were created, and the few that were changed later. */
export const changesQuery = `
  SELECT * FROM (
    SELECT m.id, abs(m.seq) AS seq, m.rev, m.content, m.created_at AS createdAt, u.id AS userId
    FROM messages AS m JOIN users AS u ON u.pk = m.author
    WHERE m.room = $room AND m.seq > $since AND m.rev = m.seq ORDER BY m.seq LIMIT $limit)
  UNION ALL
  SELECT * FROM (
    SELECT m.id, abs(m.seq) AS seq, m.rev, m.content, m.created_at AS createdAt, u.id AS userId
    FROM messages AS m JOIN users AS u ON u.pk = m.author
    WHERE m.room = $room AND m.rev > $since AND m.rev <> m.seq ORDER BY m.rev LIMIT $limit)
  ORDER BY rev LIMIT $limit`

export const toldQuery = `
  SELECT ${columns}, r.pk AS room, r.id AS room_id, r.name AS room_name, r.rev AS room_rev
  FROM ${source} JOIN rooms AS r ON r.pk = m.room
  WHERE m.id = $id AND m.deleted_at IS NULL AND r.deleted_at IS NULL`

export function openSqliteFeed(folder: string): MessageFeed {
  const db = new CompiledOnce(join(folder, databaseName), { readonly: true, strict: true })
  db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  const version = db.query("PRAGMA data_version")
  const epoch = db.query<{ epoch: string }, []>("SELECT epoch FROM totals")
  const rooms = db.query<RoomHead, []>("SELECT id, pk, rev, forgotten FROM rooms WHERE deleted_at IS NULL")
  const changes = db.query<ChangedMessage, { room: number; since: number; limit: number }>(changesQuery)
  const byId = db.query<FoundRow & { room: number }, { id: MessageId }>(toldQuery)
  const original = db.query<OriginalRow, { room: number; seq: number }>(pageQueries.original)
  const told = (ids: readonly MessageId[]): Told => {
    const rows = ids.flatMap((id) => byId.get({ id }) ?? [])
    return toldOf(rows, ({ room, reply_to }) => original.get({ room, seq: reply_to ?? 0 }))
  }
  // Everything read in one transaction is of one moment.
  const atOnce = db.transaction(told)
  return {
    told: async (ids) => atOnce(ids),
    state: async () => String(version.values()[0]?.[0]),
    heads: async () => ({ epoch: epoch.get()?.epoch ?? "", rooms: rooms.all() }),
    changes: async ({ pk }, since, limit) => changes.all({ room: pk, since, limit }),
    close: async () => db.close(),
  }
}

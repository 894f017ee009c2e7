/** What the search index reads of a data folder that is being served: on a connection of its own, which cannot write. */
import { join } from "node:path"
import type { ChangedMessage, MessageFeed, RoomHead } from "../feed.ts"
import { CompiledOnce } from "./compiled-once.ts"
import { databaseName } from "./name.ts"

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

export function openSqliteFeed(folder: string): MessageFeed {
  const db = new CompiledOnce(join(folder, databaseName), { readonly: true, strict: true })
  db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  const version = db.query("PRAGMA data_version")
  const epoch = db.query<{ epoch: string }, []>("SELECT epoch FROM totals")
  const rooms = db.query<RoomHead, []>("SELECT id, pk, rev, forgotten FROM rooms WHERE deleted_at IS NULL")
  const changes = db.query<ChangedMessage, { room: number; since: number; limit: number }>(changesQuery)
  return {
    state: async () => String(version.values()[0]?.[0]),
    heads: async () => ({ epoch: epoch.get()?.epoch ?? "", rooms: rooms.all() }),
    changes: async ({ pk }, since, limit) => changes.all({ room: pk, since, limit }),
    close: async () => db.close(),
  }
}

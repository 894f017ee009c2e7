/** What the search index reads of a database, on a connection of its own. */
import { type ChangedMessage, type FoundRow, type MessageFeed, type RoomHead, toldOf } from "../feed.ts"
import type { OriginalRow } from "../rows.ts"
import { Connection } from "./connection.ts"
import { originalOfMessage } from "./messages.ts"

/** $1 is the room, $2 where it begins, $3 how many rows. Two ordered ranges, as pages by `since` are read. */
const changesQuery = `
  SELECT m.id, abs(m.seq)::float8 AS seq, m.rev::float8 AS rev, m.content, m.created_at::float8 AS "createdAt",
    u.id AS "userId"
  FROM (
    (SELECT * FROM messages WHERE room = $1::bigint AND seq > $2::bigint AND rev = seq ORDER BY seq LIMIT $3::integer)
    UNION ALL
    (SELECT * FROM messages WHERE room = $1::bigint AND rev > $2::bigint AND rev <> seq ORDER BY rev LIMIT $3::integer)
    ORDER BY rev LIMIT $3::integer
  ) AS m JOIN users AS u ON u.pk = m.author ORDER BY m.rev`

/** $1 is the list of ids as JSON. One statement sees one moment. */
export const toldQuery = `
  SELECT m.id, m.seq::float8 AS seq, m.rev::float8 AS rev, m.type, m.content, m.created_at::float8 AS created_at, m.files,
    m.edited_at::float8 AS edited_at, m.deleted_at::float8 AS deleted_at, m.reply_to::float8 AS reply_to, m.extra,
    u.id AS user_id, u.username, u.avatar, ${originalOfMessage} AS original,
    r.id AS room_id, r.name AS room_name, r.rev::float8 AS room_rev
  FROM jsonb_array_elements_text($1::text::jsonb) WITH ORDINALITY AS wanted (id, place)
    JOIN messages AS m ON m.id = wanted.id::uuid
    JOIN users AS u ON u.pk = m.author JOIN rooms AS r ON r.pk = m.room
  WHERE m.deleted_at IS NULL AND r.deleted_at IS NULL ORDER BY wanted.place`

/** Each change raises one of these numbers, so their sums differ after any change. */
const stateQuery = `
  SELECT concat_ws(' ', (SELECT epoch FROM warren), count(*), sum(rev), sum(forgotten)) AS state
  FROM rooms WHERE deleted_at IS NULL`

export function openPostgresFeed(url: string): MessageFeed {
  const connection = new Connection(url)
  return {
    state: async () => (await connection.run<{ state: string }>(stateQuery))[0]?.state ?? "",
    heads: async () => {
      const [life] = await connection.run<{ epoch: string }>("SELECT epoch FROM warren")
      const rooms = await connection.run<RoomHead>(
        `SELECT id, pk::float8 AS pk, rev::float8 AS rev, forgotten::float8 AS forgotten
         FROM rooms WHERE deleted_at IS NULL`,
      )
      return { epoch: life?.epoch ?? "", rooms }
    },
    changes: ({ pk }, since, limit) => connection.run<ChangedMessage>(changesQuery, [pk, since, limit]),
    told: async (ids) => {
      const rows = await connection.run<FoundRow & { original: OriginalRow | null }>(toldQuery, [JSON.stringify(ids)])
      return toldOf(rows, ({ original }) => original)
    },
    close: () => connection.close(),
  }
}

/** What the search index reads of a database: on a connection of its own. */
import type { RoomId } from "../../contract/values.ts"
import type { ChangedMessage, MessageFeed, RoomHead } from "../feed.ts"
import { Connection } from "./connection.ts"

/** $1 is the room, $2 where it begins, $3 how many rows. Two ordered ranges, as pages by `since` are read. */
export const changesQuery = `
  SELECT m.id, abs(m.seq)::float8 AS seq, m.rev::float8 AS rev, m.content, m.created_at::float8 AS "createdAt",
    u.id AS "userId"
  FROM (
    (SELECT * FROM messages WHERE room = $1::bigint AND seq > $2::bigint AND rev = seq ORDER BY seq LIMIT $3::integer)
    UNION ALL
    (SELECT * FROM messages WHERE room = $1::bigint AND rev > $2::bigint AND rev <> seq ORDER BY rev LIMIT $3::integer)
    ORDER BY rev LIMIT $3::integer
  ) AS m JOIN users AS u ON u.pk = m.author ORDER BY m.rev`

/** Each change adds to one of them, so the sums of all are others after any. */
const stateQuery = `
  SELECT concat_ws(' ', (SELECT epoch FROM warren), count(*), sum(rev), sum(forgotten)) AS state
  FROM rooms WHERE deleted_at IS NULL`

export function openPostgresFeed(url: string): MessageFeed {
  const connection = new Connection(url)
  return {
    state: async () => (await connection.run<{ state: string }>(stateQuery))[0]?.state ?? "",
    heads: async () => {
      const [life] = await connection.run<{ epoch: string }>("SELECT epoch FROM warren")
      const rooms = await connection.run<RoomHead & { id: RoomId }>(
        `SELECT id, pk::float8 AS pk, rev::float8 AS rev, forgotten::float8 AS forgotten
         FROM rooms WHERE deleted_at IS NULL`,
      )
      return { epoch: life?.epoch ?? "", rooms }
    },
    changes: ({ pk }, since, limit) => connection.run<ChangedMessage>(changesQuery, [pk, since, limit]),
    close: () => connection.close(),
  }
}

/** Removing what is too old, one statement each: on its own, since it waits for nothing that a batch decides. */

import type { Query, QueryResults } from "../../chat/rules/queries.ts"
import { oldAmong } from "../../chat/rules/retention.ts"
import type { RoomId } from "../../contract/values.ts"
import type { Connection } from "./connection.ts"

export const retentionQueries = {
  /** $1 is the last room that was looked at, $2 how many rooms, $3 whether only those that keep less. */
  first: `
    SELECT pk::float8 AS pk, id, keep_days::float8 AS keep_days, (
      SELECT created_at::float8 FROM messages AS m WHERE m.room = r.pk AND m.seq > 0 ORDER BY m.seq LIMIT 1
    ) AS first
    FROM rooms AS r WHERE pk > $1::bigint AND deleted_at IS NULL AND (NOT $3::text::boolean OR keep_days IS NOT NULL) ORDER BY r.pk LIMIT $2::integer`,
  /** $1 is the room, which is locked first as a batch locks it; $2 the time, $3 how many. */
  remove: `
    WITH locked AS MATERIALIZED (
      SELECT pk FROM rooms WHERE id = $1::uuid FOR NO KEY UPDATE
    ), oldest AS MATERIALIZED (
      SELECT * FROM (
        (SELECT pk, seq, created_at FROM messages
        WHERE room = (SELECT pk FROM locked) AND seq > 0 ORDER BY seq LIMIT $3::integer)
        UNION ALL
        (SELECT pk, -m.seq AS seq, created_at FROM messages AS m
        WHERE m.room = (SELECT pk FROM locked) AND m.seq < 0 ORDER BY m.seq DESC LIMIT $3::integer)
      ) AS all_of_them ORDER BY seq LIMIT $3::integer
    ), old AS MATERIALIZED (
      SELECT pk, seq FROM oldest WHERE created_at < $2::bigint
    ), removed AS (
      DELETE FROM messages WHERE pk IN (SELECT pk FROM old) RETURNING 1
    ), reacted AS (
      DELETE FROM reactions WHERE message IN (SELECT pk FROM old)
    ), unmentioned AS (
      DELETE FROM mentions WHERE room = (SELECT pk FROM locked) AND seq IN (SELECT seq FROM old)
    ), released AS (
      UPDATE files SET message = NULL, created_at = 0 WHERE message IN (SELECT pk FROM old)
    ), remembered AS (
      UPDATE rooms SET forgotten = greatest(forgotten, (SELECT max(seq) FROM old))
      WHERE pk = (SELECT pk FROM locked) AND EXISTS (SELECT FROM old)
    ), counted AS (
      UPDATE totals SET messages = messages - (SELECT count(*) FROM removed) WHERE shard = 0
    )
    SELECT count(*)::float8 AS messages, coalesce(max(seq), 0)::float8 AS "lastSeq" FROM old`,
} as const

interface FirstRow {
  readonly pk: number
  readonly id: RoomId
  readonly keep_days: number | null
  readonly first: number | null
}

export async function oldRooms(
  connection: Connection,
  { at, days, after, limit }: Query & { readonly kind: "oldRooms" },
): Promise<QueryResults["oldRooms"]> {
  const rows = await connection.run<FirstRow>(retentionQueries.first, [after, limit, `${days === undefined}`])
  return { rooms: oldAmong(rows, { at, days }), next: rows.length < limit ? undefined : rows.at(-1)?.pk }
}

export async function removeOld(
  connection: Connection,
  { room, before, limit }: Query & { readonly kind: "removeOld" },
): Promise<QueryResults["removeOld"]> {
  type Row = { readonly messages: number; readonly lastSeq: number }
  const [row] = await connection.run<Row>(retentionQueries.remove, [room.room.id, before, limit])
  const { messages, lastSeq } = row ?? { messages: 0, lastSeq: 0 }
  return { messages, lastSeq, hasMore: messages === limit }
}

/** Removing expired messages: one call each, outside of batches, since it depends on nothing that a batch decides. */

import type { QueryOf, QueryResults } from "../../chat/rules/queries.ts"
import { oldAmong } from "../../chat/rules/retention.ts"
import type { RoomId } from "../../contract/values.ts"
import type { Connection } from "./connection.ts"
import { schemaVersion } from "./migrate.ts"

/** $1 is the last room that was looked at, $2 how many rooms, $3 whether only those that keep less. */
const oldRoomsQuery = `
  SELECT pk::float8 AS pk, id, keep_days::float8 AS keep_days, (
    SELECT created_at::float8 FROM messages AS m WHERE m.room = r.pk AND m.seq > 0 ORDER BY m.seq LIMIT 1
  ) AS first
  FROM rooms AS r WHERE pk > $1::bigint AND deleted_at IS NULL AND (NOT $3::text::boolean OR keep_days IS NOT NULL) ORDER BY r.pk LIMIT $2::integer`

interface FirstRow {
  readonly pk: number
  readonly id: RoomId
  readonly keep_days: number | null
  readonly first: number | null
}

export async function oldRooms(
  connection: Connection,
  { at, days, after, limit }: QueryOf<"oldRooms">,
): Promise<QueryResults["oldRooms"]> {
  const rows = await connection.run<FirstRow>(oldRoomsQuery, [after, limit, `${days === undefined}`])
  return { rooms: oldAmong(rows, { at, days }), next: rows.length < limit ? undefined : rows.at(-1)?.pk }
}

export async function removeOld(
  connection: Connection,
  { room, before, limit }: QueryOf<"removeOld">,
): Promise<QueryResults["removeOld"]> {
  type Row = { readonly done: Pick<QueryResults["removeOld"], "messages" | "lastSeq"> }
  const [row] = await connection.run<Row>(
    "SELECT warren_remove_old($1::integer, $2::uuid, $3::bigint, $4::integer) AS done",
    [schemaVersion, room.room.id, before, limit],
  )
  const { messages, lastSeq } = row?.done ?? { messages: 0, lastSeq: 0 }
  return { messages, lastSeq, hasMore: messages === limit }
}

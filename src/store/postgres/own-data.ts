/** The SQL of one person's own; see the same file of SQLite. */
import type { OwnDataFound, OwnPart } from "../../chat/rules/found.ts"
import type { QueryOf } from "../../chat/rules/queries.ts"
import { foundOf, type OwnRows, ownTables } from "../own-data.ts"
import type { Connection } from "./connection.ts"

/** $1 is the user, $2 where the range begins, $3 how many rows it has, $4 how many may be found. */
const range = (key: string) => `${key} > $2::bigint AND ${key} <= $2::bigint + $3::bigint`
const user = "(SELECT pk FROM users WHERE users.id = $1::text)"

const ownDataQueries: { readonly [Part in OwnPart]: string } = {
  rooms: `
    SELECT m.pk::float8 AS pk, r.id AS room_id, r.name, r.topic, r.visibility, m.role, m.joined_at::float8 AS joined_at
    FROM members AS m JOIN rooms AS r ON r.pk = m.room
    WHERE m.member = ${user} AND ${range("m.pk")} ORDER BY m.pk LIMIT $4::integer`,
  messages: `
    SELECT m.pk::float8 AS pk, r.id AS room_id, m.id, m.seq::float8 AS seq, m.type, m.content,
      m.created_at::float8 AS created_at, m.files, m.edited_at::float8 AS edited_at, m.deleted_at::float8 AS deleted_at,
      m.reply_to::float8 AS reply_to, m.extra
    FROM messages AS m JOIN rooms AS r ON r.pk = m.room
    WHERE m.author = ${user} AND ${range("m.pk")} AND r.deleted_at IS NULL ORDER BY m.pk LIMIT $4::integer`,
  reactions: `
    SELECT x.pk::float8 AS pk, r.id AS room_id, m.id AS message_id, x.emoji
    FROM reactions AS x JOIN messages AS m ON m.pk = x.message JOIN rooms AS r ON r.pk = m.room
    WHERE x.reactor = ${user} AND ${range("x.pk")} AND r.deleted_at IS NULL ORDER BY x.pk LIMIT $4::integer`,
  files: `
    SELECT f.pk::float8 AS pk, f.id, f.sha256, f.name, f.mime_type, f.bytes::float8 AS bytes, f.width::float8 AS width,
      f.height::float8 AS height, f.has_thumbnail::float8 AS has_thumbnail, f.owner_id,
      f.created_at::float8 AS created_at, f.message::float8 AS message, f.picture_of::float8 AS picture_of
    FROM files AS f
    WHERE f.owner_id = $1::text AND ${range("f.pk")} ORDER BY f.pk LIMIT $4::integer`,
}

export async function readOwnData(connection: Connection, query: QueryOf<"ownData">): Promise<OwnDataFound> {
  const { part, user, after, rows, limit } = query
  const found = await connection.run<OwnRows[typeof part]>(ownDataQueries[part], [user.id, after, rows, limit])
  const [last] = await connection.run<{ pk: number }>(
    `SELECT coalesce(max(pk), 0)::float8 AS pk FROM ${ownTables[part]}`,
    [],
  )
  return foundOf(part, found, query, last?.pk ?? 0)
}

/** The SQL of one person's own: each part by ranges of its keys, so that no step is long. */
import type { Database } from "bun:sqlite"
import type { OwnDataFound, OwnPart } from "../../chat/rules/found.ts"
import type { QueryOf } from "../../chat/rules/queries.ts"
import { foundOf, type OwnRows, ownTables } from "../own-data.ts"

const range = (key: string) => `${key} > $after AND ${key} <= $after + $rows`

export const ownDataQueries: { readonly [Part in OwnPart]: string } = {
  rooms: `
    SELECT m.pk, r.id AS room_id, r.name, r.topic, r.visibility, m.role, m.joined_at
    FROM members AS m JOIN rooms AS r ON r.pk = m.room
    WHERE m.member = $user AND ${range("m.pk")} ORDER BY m.pk LIMIT $limit`,
  messages: `
    SELECT m.pk, r.id AS room_id, m.id, m.seq, m.type, m.content, m.created_at, m.files,
      m.edited_at, m.deleted_at, m.reply_to, m.extra
    FROM messages AS m CROSS JOIN rooms AS r ON r.pk = m.room
    WHERE m.author = $user AND ${range("m.pk")} AND r.deleted_at IS NULL ORDER BY m.pk LIMIT $limit`,
  reactions: `
    SELECT x.pk, r.id AS room_id, m.id AS message_id, x.emoji
    FROM reactions AS x CROSS JOIN messages AS m ON m.pk = x.message CROSS JOIN rooms AS r ON r.pk = m.room
    WHERE x.reactor = $user AND ${range("x.pk")} AND r.deleted_at IS NULL ORDER BY x.pk LIMIT $limit`,
  files: `
    SELECT f.* FROM files AS f
    WHERE f.owner_id = (SELECT id FROM users WHERE pk = $user) AND ${range("f.pk")} ORDER BY f.pk LIMIT $limit`,
}

interface Values {
  [name: string]: number
  user: number
  after: number
  rows: number
  limit: number
}

export function ownDataSql(db: Database) {
  const prepared = <Part extends OwnPart>(part: Part) => {
    const found = db.query<OwnRows[Part], Values>(ownDataQueries[part])
    const last = db.query<{ pk: number | null }, []>(`SELECT max(pk) AS pk FROM ${ownTables[part]}`)
    return (query: QueryOf<"ownData">): OwnDataFound => {
      const { user, after, rows, limit } = query
      return foundOf(part, found.all({ user: user.pk, after, rows, limit }), query, last.get()?.pk ?? 0)
    }
  }
  const parts = {
    rooms: prepared("rooms"),
    messages: prepared("messages"),
    reactions: prepared("reactions"),
    files: prepared("files"),
  }
  return (query: QueryOf<"ownData">): OwnDataFound => parts[query.part](query)
}

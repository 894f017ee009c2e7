/** The SQL of rooms. */
import type { Database } from "bun:sqlite"
import type { RoomInList } from "../../chat/rules/room-search.ts"
import type { Query } from "../../chat/rules/rule.ts"
import type { RoomRecord } from "../../chat/rules/working-set.ts"
import type { RoomId, UserId, Visibility } from "../../contract/values.ts"

/** Follows an index from where the page begins, and stops at its end. */
export const listQuery = `
  SELECT id, name, created_at AS createdAt, rev, last_at AS lastAt FROM rooms
  WHERE visibility = 'public' AND (last_at, id) < ($lastAt, $id) ORDER BY last_at DESC, id DESC LIMIT $limit`

/** Before every place that a room can have. */
const listFront = { lastAt: Number.MAX_SAFE_INTEGER, id: "" as RoomId }

interface RoomRow {
  readonly pk: number
  readonly name: string
  readonly visibility: Visibility
  readonly creator_id: UserId | null
  readonly created_at: number
  readonly rev: number
  readonly last_at: number
}

export function roomSql(db: Database) {
  const byId = db.query<RoomRow, { id: string }>(
    "SELECT pk, name, visibility, creator_id, created_at, rev, last_at FROM rooms WHERE id = $id",
  )
  const inserted = db.query(
    `INSERT INTO rooms (id, name, visibility, creator_id, created_at, rev, last_at)
     VALUES ($id, $name, $visibility, $creatorId, $createdAt, $rev, $lastAt)`,
  )
  const updated = db.query("UPDATE rooms SET rev = $rev, last_at = $lastAt WHERE pk = $pk")
  const listed = db.query<RoomInList, { lastAt: number; id: string; limit: number }>(listQuery)
  return {
    load: (id: RoomId): RoomRecord | undefined => toRecord(id, byId.get({ id })),
    insert: (room: RoomRecord): void => {
      const { visibility, creatorId, createdAt, rev, lastAt } = room
      const { id, name } = room.room
      room.pk = Number(inserted.run({ id, name, visibility, creatorId, createdAt, rev, lastAt }).lastInsertRowid)
    },
    update: ({ pk, rev, lastAt }: RoomRecord): void => {
      updated.run({ pk, rev, lastAt })
    },
    list: ({ after = listFront, limit }: Query & { readonly kind: "rooms" }): RoomInList[] =>
      listed.all({ ...after, limit }),
  }
}

function toRecord(id: RoomId, row: RoomRow | null): RoomRecord | undefined {
  if (row === null) return undefined
  const { pk, name, visibility, creator_id, created_at, rev, last_at } = row
  const room = { id, name, createdAt: new Date(created_at).toISOString() }
  return { pk, room, visibility, creatorId: creator_id, createdAt: created_at, rev, lastAt: last_at }
}

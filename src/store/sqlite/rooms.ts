/** The SQL of rooms. */
import type { Database } from "bun:sqlite"
import type { RoomInList } from "../../chat/rules/room-search.ts"
import type { Query } from "../../chat/rules/rule.ts"
import type { RoomRecord } from "../../chat/rules/working-set.ts"
import type { RoomId, RoomVisibility, UserId } from "../../contract/values.ts"

/** Follows an index from where the page begins, and stops at its end. */
export const listQuery = `
  SELECT id, name, topic, created_at AS createdAt, rev, last_at AS lastAt FROM rooms
  WHERE visibility = 'public' AND (last_at, id) < ($lastAt, $id) ORDER BY last_at DESC, id DESC LIMIT $limit`

/** Before every place that a room can have. */
const listFront = { lastAt: Number.MAX_SAFE_INTEGER, id: "" as RoomId }

interface RoomRow {
  readonly pk: number
  readonly name: string
  readonly visibility: RoomVisibility
  readonly creator_id: UserId | null
  readonly created_at: number
  readonly rev: number
  readonly last_at: number
  readonly topic: string
  readonly members: number
  readonly access_rev: number
  readonly only_one: string | null
  readonly forgotten: number
}

export function roomSql(db: Database) {
  const byId = db.query<RoomRow, { id: string }>(
    `SELECT pk, name, visibility, creator_id, created_at, rev, last_at, topic, members, access_rev, only_one, forgotten
     FROM rooms WHERE id = $id AND deleted_at IS NULL`,
  )
  const inserted = db.query(
    `INSERT INTO rooms (id, name, visibility, creator_id, created_at, rev, last_at, topic, members, access_rev, only_one)
     VALUES ($id, $name, $visibility, $creatorId, $createdAt, $rev, $lastAt, $topic, $members, $accessRev, $onlyOne)`,
  )
  const updated = db.query(
    "UPDATE rooms SET rev = $rev, last_at = $lastAt, members = $members, access_rev = $accessRev WHERE pk = $pk",
  )
  const listed = db.query<RoomInList, { lastAt: number; id: string; limit: number }>(listQuery)
  return {
    load: (id: RoomId): RoomRecord | undefined => toRecord(id, byId.get({ id })),
    insert: (room: RoomRecord): void => {
      const { creatorId, createdAt, rev, lastAt, members, accessRev, onlyOne } = room
      const { id, name, visibility, topic } = room.room
      const counted = { rev, lastAt, members, accessRev }
      const row = { id, name, visibility, creatorId, createdAt, topic, onlyOne, ...counted }
      room.pk = Number(inserted.run(row).lastInsertRowid)
    },
    update: ({ pk, rev, lastAt, members, accessRev }: RoomRecord): void => {
      updated.run({ pk, rev, lastAt, members, accessRev })
    },
    list: ({ after = listFront, limit }: Query & { readonly kind: "rooms" }): RoomInList[] =>
      listed.all({ ...after, limit }),
  }
}

function toRecord(id: RoomId, row: RoomRow | null): RoomRecord | undefined {
  if (row === null) return undefined
  const { pk, name, topic, visibility, created_at, rev, members } = row
  return {
    pk,
    room: { id, name, topic, visibility, createdAt: new Date(created_at).toISOString() },
    creatorId: row.creator_id,
    createdAt: created_at,
    rev,
    lastAt: row.last_at,
    members,
    accessRev: row.access_rev,
    onlyOne: row.only_one,
    forgotten: row.forgotten,
  }
}

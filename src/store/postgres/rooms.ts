/** The SQL of rooms, and what they are in JSON. */
import type { RoomInList } from "../../chat/rules/room-search.ts"
import type { Query } from "../../chat/rules/rule.ts"
import type { RoomRecord } from "../../chat/rules/working-set.ts"
import type { RoomId, UserId, Visibility } from "../../contract/values.ts"
import type { Connection } from "./connection.ts"

/** As warren_load gives it. */
export interface RoomRow {
  readonly pk: number
  readonly id: RoomId
  readonly name: string
  readonly visibility: Visibility
  readonly creator_id: UserId | null
  readonly created_at: number
  readonly rev: number
  readonly last_at: number
}

/** What of a room other servers change too. */
export type RoomState = Pick<RoomRow, "id" | "rev" | "last_at">

/** Follows an index from where the page begins, and stops at its end. Times are numbers, as int8 would be a text. */
export const listQuery = `
  SELECT id, name, created_at::float8 AS "createdAt", rev::float8 AS rev, last_at::float8 AS "lastAt" FROM rooms
  WHERE visibility = 'public' AND (last_at, id) < ($1::bigint, $2::uuid) ORDER BY last_at DESC, id DESC LIMIT $3::integer`

/** Before every place that a room can have. */
const listFront = { lastAt: Number.MAX_SAFE_INTEGER, id: "ffffffff-ffff-ffff-ffff-ffffffffffff" as RoomId }

export function toRoom({ pk, id, name, visibility, creator_id, created_at, rev, last_at }: RoomRow): RoomRecord {
  const room = { id, name, createdAt: new Date(created_at).toISOString() }
  return { pk, room, visibility, creatorId: creator_id, createdAt: created_at, rev, lastAt: last_at }
}

/** For warren_write. */
export function newRoomJson({ room: { id, name }, visibility, creatorId, createdAt, rev, lastAt }: RoomRecord) {
  return { id, name, visibility, creator: creatorId, created_at: createdAt, rev, last_at: lastAt }
}

/** For warren_write: as it was loaded, and as it is to be. */
export function changedRoomJson({ rev, lastAt }: RoomRecord, loaded: RoomState) {
  return { id: loaded.id, rev: loaded.rev, last_at: loaded.last_at, new_rev: rev, new_last_at: lastAt }
}

export function listRooms(
  connection: Connection,
  { after = listFront, limit }: Query & { readonly kind: "rooms" },
): Promise<RoomInList[]> {
  return connection.run<RoomInList>(listQuery, [after.lastAt, after.id, limit])
}

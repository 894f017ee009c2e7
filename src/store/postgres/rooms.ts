/** The SQL of rooms, and what they are in JSON. */

import type { QueryOf } from "../../chat/rules/queries.ts"
import type { RoomInList } from "../../chat/rules/room-search.ts"
import type { RoomRecord } from "../../chat/rules/working-set.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import { hiddenColumn, type RoomRow } from "../rows.ts"
import type { DeletedRoom } from "../unwritten.ts"
import type { Connection } from "./connection.ts"

/** As warren_load gives it. */
export interface LoadedRoomRow extends RoomRow {
  readonly id: RoomId
  readonly deleted_by: UserId | null
  readonly deleted_at: number | null
}

/** What other servers change too. */
export type RoomState = Pick<LoadedRoomRow, "id" | "rev" | "last_at">

/** Follows an index from where the page begins, and stops at its end. Times are numbers, as int8 would be a text. */
export const listQuery = `
  SELECT id, name, topic, created_at::float8 AS "createdAt", rev::float8 AS rev, last_at::float8 AS "lastAt" FROM rooms
  WHERE visibility = 'public' AND (last_at, id) < ($1::bigint, $2::uuid) ORDER BY last_at DESC, id DESC LIMIT $3::integer`

/** Before every place that a room can have. */
const listFront = { lastAt: Number.MAX_SAFE_INTEGER, id: "ffffffff-ffff-ffff-ffff-ffffffffffff" as RoomId }

/** For warren_write. */
export function newRoomJson(record: RoomRecord) {
  const { creatorId, createdAt, rev, lastAt, members, accessRev, onlyOne } = record
  const { id, name, topic, visibility, keepDays = null } = record.room
  const counted = { rev, last_at: lastAt, members, access_rev: accessRev }
  return {
    id,
    name,
    topic,
    visibility,
    keep_days: keepDays,
    creator: creatorId,
    created_at: createdAt,
    only_one: onlyOne,
    hidden_for: hiddenColumn(record),
    ...counted,
  }
}

/** For warren_write: as it was loaded, and as it is to be. */
export function changedRoomJson(record: RoomRecord, loaded: LoadedRoomRow) {
  const { rev, lastAt, members, accessRev } = record
  const { name, topic, visibility, keepDays = null } = record.room
  const described = { name, topic, visibility, keep_days: keepDays, hidden_for: hiddenColumn(record) }
  return {
    id: loaded.id,
    rev: loaded.rev,
    last_at: loaded.last_at,
    access_rev: loaded.access_rev,
    new_rev: rev,
    new_last_at: lastAt,
    new_access_rev: accessRev,
    members: loaded.members,
    more_members: members - loaded.members,
    // Null leaves them alone.
    described: loaded.access_rev === accessRev ? null : described,
  }
}

/** For warren_write. */
export function deletedRoomJson({ room, by, at }: DeletedRoom) {
  return { id: room.room.id, access_rev: room.accessRev, by, at }
}

export function listRooms(
  connection: Connection,
  { after = listFront, limit }: QueryOf<"rooms">,
): Promise<RoomInList[]> {
  return connection.run<RoomInList>(listQuery, [after.lastAt, after.id, limit])
}

export async function isPurgeDue(connection: Connection, { isFree = false }: QueryOf<"purgeDue">): Promise<boolean> {
  // Only where it has written just now: a lock cannot be taken from a database that takes no writes.
  const free = isFree ? " FOR KEY SHARE SKIP LOCKED" : ""
  const rows = await connection.run(`SELECT FROM rooms WHERE purge_seq IS NOT NULL LIMIT 1${free}`)
  return rows.length > 0
}

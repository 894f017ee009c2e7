/** The SQL of rooms. */
import type { Database } from "bun:sqlite"
import type { QueryOf } from "../../chat/rules/queries.ts"
import type { RoomInList } from "../../chat/rules/room-search.ts"
import type { RoomRecord } from "../../chat/rules/working-set.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import { hiddenColumn, type RoomRow, roomOfRow } from "../rows.ts"
import { type DeletedRoom, purgedAtOnce } from "../unwritten.ts"

/** Follows an index from where the page begins, and stops at its end. */
export const listQuery = `
  SELECT id, name, topic, created_at AS createdAt, rev, last_at AS lastAt FROM rooms
  WHERE visibility = 'public' AND (last_at, id) < ($lastAt, $id) ORDER BY last_at DESC, id DESC LIMIT $limit`

/** Before every place that a room can have. */
const listFront = { lastAt: Number.MAX_SAFE_INTEGER, id: "" as RoomId }

export function roomSql(db: Database) {
  const byId = db.query<RoomRow, { id: string }>(
    `SELECT pk, name, visibility, creator_id, created_at, rev, last_at, topic, members, access_rev, only_one, forgotten, keep_days, hidden_for
     FROM rooms WHERE id = $id AND deleted_at IS NULL`,
  )
  const inserted = db.query(
    `INSERT INTO rooms (id, name, visibility, creator_id, created_at, rev, last_at, topic, members, access_rev, only_one, keep_days, hidden_for)
     VALUES ($id, $name, $visibility, $creatorId, $createdAt, $rev, $lastAt, $topic, $members, $accessRev, $onlyOne, $keepDays, $hiddenFor)`,
  )
  const numbers = "rev = $rev, last_at = $lastAt, members = $members"
  /** Used in nearly every batch: to set the other columns takes more than twice as long, even unchanged. */
  const counted = db.query(`UPDATE rooms SET ${numbers} WHERE pk = $pk`)
  const updated = db.query(
    `UPDATE rooms SET ${numbers}, access_rev = $accessRev, name = $name, topic = $topic, visibility = $visibility,
       keep_days = $keepDays, hidden_for = $hiddenFor WHERE pk = $pk`,
  )
  const onlyOne = db.query<{ id: RoomId }, { onlyOne: string }>(
    "SELECT id FROM rooms WHERE only_one = $onlyOne AND deleted_at IS NULL",
  )
  const deleter = db.query<{ deleter: UserId }, { id: string }>(
    "SELECT deleted_by AS deleter FROM rooms WHERE id = $id AND deleted_at IS NOT NULL",
  )
  const deleted = db.query(
    `UPDATE rooms SET deleted_by = $by, deleted_at = $at, purge_seq = $rev, only_one = NULL, visibility = 'deleted',
       name = '', topic = '', creator_id = NULL, members = 0 WHERE pk = $pk`,
  )
  const purged = db.query<{ pk: number; seq: number }, []>(
    "SELECT pk, purge_seq AS seq FROM rooms WHERE purge_seq IS NOT NULL ORDER BY pk LIMIT 1",
  )
  const some = "(SELECT pk FROM messages WHERE room = $pk AND seq > $from AND seq <= $to)"
  const purges = [
    db.query(`UPDATE files SET message = NULL, created_at = 0 WHERE message IN ${some}`),
    db.query(`DELETE FROM reactions WHERE message IN ${some}`),
    db.query("DELETE FROM mentions WHERE room = $pk AND seq > $from AND seq <= $to"),
  ]
  const emptiedMessages = db.query(
    `UPDATE messages SET seq = -seq, type = 'text', content = '', files = NULL, edited_at = NULL, deleted_at = $at,
       reply_to = NULL, extra = NULL WHERE room = $pk AND seq > $from AND seq <= $to`,
  )
  const purgedTo = db.query("UPDATE rooms SET purge_seq = iif($from > 0, $from, NULL) WHERE pk = $pk")
  const emptied = [db.query("DELETE FROM members WHERE room = $pk"), db.query("DELETE FROM bans WHERE room = $pk")]
  const listed = db.query<RoomInList, { lastAt: number; id: string; limit: number }>(listQuery)
  return {
    load: (id: RoomId): RoomRecord | undefined => {
      const row = byId.get({ id })
      return row === null ? undefined : roomOfRow(id, row)
    },
    insert: (room: RoomRecord): void => {
      const { creatorId, createdAt, rev, lastAt, members, accessRev, onlyOne } = room
      const { id, name, visibility, topic, keepDays = null } = room.room
      const counted = { rev, lastAt, members, accessRev, hiddenFor: hiddenColumn(room) }
      const row = { id, name, visibility, creatorId, createdAt, topic, keepDays, onlyOne, ...counted }
      room.pk = Number(inserted.run(row).lastInsertRowid)
    },
    update: (room: RoomRecord, hasChangedAccess: boolean): void => {
      const { pk, rev, lastAt, members, accessRev } = room
      if (!hasChangedAccess) {
        counted.run({ pk, rev, lastAt, members })
        return
      }
      const { name, topic, visibility, keepDays = null } = room.room
      const described = { name, topic, visibility, keepDays, hiddenFor: hiddenColumn(room) }
      updated.run({ pk, rev, lastAt, members, accessRev, ...described })
    },
    onlyOne: (key: string): RoomId | undefined => onlyOne.get({ onlyOne: key })?.id,
    deleterOf: (id: RoomId): UserId | undefined => deleter.get({ id })?.deleter,
    delete: ({ room: { pk, rev }, by, at }: DeletedRoom): void => {
      deleted.run({ pk, rev, by, at })
      for (const query of emptied) query.run({ pk })
    },
    isPurgeDue: (): boolean => purged.get() !== null,
    purge: (at: number): void => {
      const room = purged.get()
      if (room === null) return
      const range = { pk: room.pk, from: room.seq - purgedAtOnce, to: room.seq }
      for (const query of purges) query.run(range)
      emptiedMessages.run({ ...range, at })
      purgedTo.run({ pk: range.pk, from: range.from })
    },
    list: ({ after = listFront, limit }: QueryOf<"rooms">): RoomInList[] => listed.all({ ...after, limit }),
  }
}

/** The SQL of members and bans. */
import type { Database } from "bun:sqlite"
import type { BannedUser, ListedMember } from "../../chat/rules/found.ts"
import type { QueryOf } from "../../chat/rules/queries.ts"
import type { MemberRecord, RoomRecord, UserRecord } from "../../chat/rules/working-set.ts"
import { limits } from "../../contract/limits.ts"
import type { Room } from "../../contract/rooms.ts"
import type { UserId } from "../../contract/values.ts"
import { type BanChange, expiredAtOnce } from "../unwritten.ts"

type Row = Omit<MemberRecord, "room" | "user">
type Place = { readonly room: number; readonly user: number }

/** Owners first, then moderators, each from the oldest. */
export const heirQuery = `
  SELECT u.id FROM members AS m JOIN users AS u ON u.pk = m.member WHERE m.room = $room AND m.member <> $user
  ORDER BY CASE m.role WHEN 'owner' THEN 0 WHEN 'moderator' THEN 1 ELSE 2 END, m.pk LIMIT 1`

export const membersQuery = `
  SELECT m.pk, u.id AS userId, u.username, u.avatar, m.role, m.joined_at AS joinedAt
  FROM members AS m JOIN users AS u ON u.pk = m.member WHERE m.room = $room LIMIT ${limits.membersPerRoomMax}`

/** In the order of their keys, which the index of a room's bans has. */
const bannedQuery = `
  SELECT b.banned AS place, u.id AS userId, u.username, u.avatar, b.created_at AS bannedAt
  FROM bans AS b JOIN users AS u ON u.pk = b.banned
  WHERE b.room = $room AND b.banned > $after ORDER BY b.banned LIMIT $limit`

export const roomsOfQuery = `
  SELECT r.id, r.visibility FROM members AS m JOIN rooms AS r ON r.pk = m.room
  WHERE m.member = $user ORDER BY m.pk LIMIT ${limits.roomsPerUserMax}`

export function memberSql(db: Database) {
  const byPlace = db.query<Row, Place>(
    `SELECT pk, role, joined_at AS joinedAt, read_seq AS readSeq, notify, seen_at AS seenAt
     FROM members WHERE room = $room AND member = $user`,
  )
  const inserted = db.query(
    `INSERT INTO members (room, member, role, joined_at, read_seq, notify, seen_at)
     VALUES ($room, $user, $role, $joinedAt, $readSeq, $notify, $seenAt)`,
  )
  const updated = db.query(
    `UPDATE members SET role = $role, read_seq = $readSeq, notify = $notify, seen_at = $seenAt
     WHERE pk = $pk`,
  )
  const read = db.query("UPDATE members SET read_seq = $readSeq WHERE pk = $pk")
  const notified = db.query("UPDATE members SET notify = $notify WHERE pk = $pk")
  const deleted = db.query("DELETE FROM members WHERE pk = $pk")
  const banned = db.query<unknown, Place>("SELECT 1 FROM bans WHERE room = $room AND banned = $user")
  const heir = db.query<{ id: UserId }, Place>(heirQuery)
  const counted = db.query<{ count: number }, { user: number }>(
    `SELECT count(*) AS count FROM (SELECT 1 FROM members WHERE member = $user LIMIT ${limits.roomsPerUserMax})`,
  )
  const unseen = db.query<unknown, { before: number }>("SELECT 1 FROM members WHERE seen_at < $before LIMIT 1")
  const expired = db.query<{ room: number }, { before: number }>(
    `DELETE FROM members WHERE pk IN (SELECT pk FROM members WHERE seen_at < $before LIMIT ${expiredAtOnce}) RETURNING room`,
  )
  const lost = db.query("UPDATE rooms SET members = members - 1 WHERE pk = $room")
  const bannedAll = db.query<BannedUser, { room: number; after: number; limit: number }>(bannedQuery)
  const ban = db.query("INSERT INTO bans (room, banned, created_at) VALUES ($room, $user, $at)")
  const unban = db.query("DELETE FROM bans WHERE room = $room AND banned = $user")
  const rooms = db.query<Pick<Room, "id" | "visibility">, { user: number }>(roomsOfQuery)
  const listed = db.query<ListedMember, { room: number }>(membersQuery)
  return {
    load: (room: RoomRecord, user: UserRecord): MemberRecord | undefined => {
      const row = byPlace.get({ room: room.pk, user: user.pk })
      return row === null ? undefined : { ...row, room, user }
    },
    insert: (member: MemberRecord): void => {
      const { room, user, role, joinedAt, readSeq, notify, seenAt } = member
      const row = { room: room.pk, user: user.pk, role, joinedAt, readSeq, notify, seenAt }
      member.pk = Number(inserted.run(row).lastInsertRowid)
    },
    update: ({ pk, role, readSeq, notify, seenAt }: MemberRecord): void => {
      updated.run({ pk, role, readSeq, notify, seenAt })
    },
    updateReading: ({ pk, readSeq }: MemberRecord): void => {
      read.run({ pk, readSeq })
    },
    updateNotify: ({ pk, notify }: MemberRecord): void => {
      notified.run({ pk, notify })
    },
    delete: ({ pk }: MemberRecord): void => {
      deleted.run({ pk })
    },
    isBanned: (room: RoomRecord, user: UserRecord): boolean => banned.get({ room: room.pk, user: user.pk }) !== null,
    heirOf: (room: RoomRecord, user: UserRecord): UserId | undefined => heir.get({ room: room.pk, user: user.pk })?.id,
    roomsOf: (user: UserRecord): number => counted.get({ user: user.pk })?.count ?? 0,
    setBanned: ({ room, user, at }: BanChange): void => {
      const place = { room: room.pk, user: user.pk }
      if (at === undefined) unban.run(place)
      else ban.run({ ...place, at })
    },
    isUnseen: (before: number): boolean => unseen.get({ before }) !== null,
    expire: (before: number): void => {
      for (const { room } of expired.all({ before })) lost.run({ room })
    },
    banned: ({ room, after, limit }: QueryOf<"banned">): BannedUser[] => bannedAll.all({ room: room.pk, after, limit }),
    rooms: ({ pk }: UserRecord) => rooms.all({ user: pk }),
    list: ({ pk }: RoomRecord): ListedMember[] => listed.all({ room: pk }),
  }
}

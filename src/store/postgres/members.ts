/** The SQL of members, and what they are in JSON. */
import type { BannedUser, ListedMember } from "../../chat/rules/found.ts"
import type { QueryOf } from "../../chat/rules/queries.ts"
import type { MemberRecord, RoomRecord, UserRecord } from "../../chat/rules/working-set.ts"
import { limits } from "../../contract/limits.ts"
import type { Room } from "../../contract/rooms.ts"
import type { NotifyLevel, Role, RoomId, UserId } from "../../contract/values.ts"
import type { BanChange } from "../unwritten.ts"
import type { Connection } from "./connection.ts"

/** A membership, as warren_load gives it for each place that is asked for. */
export interface PlaceRow {
  readonly room_id: RoomId
  readonly user_id: UserId
  readonly is_banned: boolean
  /** For a non-member: the number of their rooms. */
  readonly rooms: number | null
  readonly member: MemberRow | null
}

interface MemberRow {
  readonly pk: number
  readonly role: Role
  readonly joined_at: number
  readonly read_seq: number
  readonly notify: NotifyLevel | null
  readonly seen_at: number
}

const membersQuery = `
  SELECT m.pk::float8 AS pk, u.id AS "userId", u.username, u.avatar, m.role, m.joined_at::float8 AS "joinedAt"
  FROM members AS m JOIN users AS u ON u.pk = m.member
  WHERE m.room = (SELECT pk FROM rooms WHERE rooms.id = $1::uuid) LIMIT ${limits.membersPerRoomMax}`

const roomsOfQuery = `
  SELECT r.id, r.visibility FROM members AS m JOIN rooms AS r ON r.pk = m.room
  WHERE m.member = (SELECT pk FROM users WHERE users.id = $1) ORDER BY m.pk LIMIT ${limits.roomsPerUserMax}`

export function roomsOf(connection: Connection, user: UserRecord): Promise<Pick<Room, "id" | "visibility">[]> {
  return connection.run(roomsOfQuery, [user.id])
}

export function toMember(row: MemberRow, room: RoomRecord, user: UserRecord): MemberRecord {
  const { pk, role, joined_at, read_seq, notify, seen_at } = row
  const state = { readSeq: read_seq, notify, seenAt: seen_at }
  return { pk, room, user, role, joinedAt: joined_at, ...state }
}

/** For warren_write. `rooms` is how many the user was in when the batch was loaded, if they were counted. */
export function newMemberJson(
  { room, user, role, joinedAt, readSeq, notify, seenAt }: MemberRecord,
  rooms: number | undefined,
) {
  const state = { read_seq: readSeq, notify, seen_at: seenAt }
  return { room: room.room.id, user: user.id, role, joined_at: joinedAt, ...state, rooms: rooms ?? null }
}

/**
 * For warren_write. The read position and the notification level are written separately: others may change them
 * meanwhile.
 */
export function changedMemberJson({ pk, role, seenAt }: MemberRecord) {
  return { pk, role, seen_at: seenAt }
}

/** In the order of their keys, which the index of a room's bans has. */
const bannedQuery = `
  SELECT b.banned::float8 AS place, u.id AS "userId", u.username, u.avatar, b.created_at::float8 AS "bannedAt"
  FROM bans AS b JOIN users AS u ON u.pk = b.banned
  WHERE b.room = (SELECT pk FROM rooms WHERE rooms.id = $1::uuid) AND b.banned > $2::bigint
  ORDER BY b.banned LIMIT $3::integer`

export function banJson({ room, user, at }: BanChange) {
  return { room: room.room.id, user: user.id, at: at ?? null }
}

export function listBanned(connection: Connection, { room, after, limit }: QueryOf<"banned">): Promise<BannedUser[]> {
  return connection.run<BannedUser>(bannedQuery, [room.room.id, after, limit])
}

/** For warren_write, which raises what was read by sending like the number of the message. */
export function readingJson([{ pk, room, readSeq }, how]: readonly [MemberRecord, "marked" | "sent"]) {
  return { pk, read_seq: readSeq, room: how === "sent" ? room.room.id : null }
}

export function listMembers(connection: Connection, room: RoomRecord): Promise<ListedMember[]> {
  return connection.run<ListedMember>(membersQuery, [room.room.id])
}

export async function isUnseen(connection: Connection, before: number): Promise<boolean> {
  const [row] = await connection.run<{ isDue: boolean }>(
    `SELECT EXISTS (SELECT FROM members WHERE seen_at < $1::bigint) AS "isDue"`,
    [before],
  )
  return row?.isDue === true
}

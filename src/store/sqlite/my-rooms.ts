/**
 * The SQL of one's own rooms. Unread messages are counted in an index alone, up to
 * `unreadMax`: its range contains neither deleted messages nor one's own, since whoever
 * sends has read everything before.
 */
import type { Database } from "bun:sqlite"
import type { OwnRoom, Standing } from "../../chat/rules/found.ts"
import { excerptReadMax } from "../../chat/rules/message-view.ts"
import type { QueryOf } from "../../chat/rules/queries.ts"
import { limits } from "../../contract/limits.ts"
import { type OwnRoomRow, ownRoomOfRow, type StandingRow, standingOfRow } from "../rows.ts"
import { everybody } from "./mentions.ts"
import { placesOf } from "./places.ts"

/** Most rooms are read to their end, which the room's counter already shows. */
const unread = `CASE WHEN r.rev <= own.read_seq THEN 0 ELSE (
    SELECT count(*) FROM (
      SELECT 1 FROM messages AS x
      WHERE x.room = own.room AND x.seq > own.read_seq LIMIT ${limits.unreadMax}
    )
  ) END AS unread`

/** By name or as everybody; a message that does both counts once. First checks whether anybody is mentioned at all. */
const mentions = `CASE WHEN r.rev <= own.read_seq OR NOT EXISTS (
    SELECT 1 FROM mentions AS n WHERE n.room = own.room AND n.seq > own.read_seq
  ) THEN 0 ELSE (
    SELECT count(*) FROM (
      SELECT seq FROM (
        SELECT n.seq FROM mentions AS n
        WHERE n.room = own.room AND n.mentioned = own.member AND n.seq > own.read_seq LIMIT ${limits.unreadMax}
      )
      UNION
      SELECT seq FROM (
        SELECT n.seq FROM mentions AS n
        WHERE n.room = own.room AND n.mentioned = ${everybody} AND n.seq > own.read_seq LIMIT ${limits.unreadMax}
      )
      LIMIT ${limits.unreadMax}
    )
  ) END AS mentions`

const last = `(
    SELECT x.pk FROM messages AS x WHERE x.room = own.room AND x.seq > 0 ORDER BY x.seq DESC LIMIT 1
  )`

const lastColumns = `
  coalesce(nullif(substr(l.content, 1, ${excerptReadMax}), ''), json_extract(l.files, '$[0].name'), '') AS last_content,
  a.id AS last_user_id, a.username AS last_username`

const peers = `CASE WHEN r.visibility = 'direct' THEN (
    SELECT json_group_array(json_object('userId', u.id, 'username', u.username, 'avatar', u.avatar) ORDER BY p.pk)
    FROM members AS p JOIN users AS u ON u.pk = p.member WHERE p.room = own.room AND p.member <> own.member
  ) END AS peers`

/** Joined last: each join finds one row by its key. */
const joined = `
  JOIN rooms AS r ON r.pk = own.room
  LEFT JOIN messages AS l ON l.pk = ${last}
  LEFT JOIN users AS a ON a.pk = l.author`

export const myRoomsQueries = {
  own: `
    SELECT own.pk, own.role, own.notify, own.read_seq, r.id, r.name, r.topic, r.visibility, r.keep_days, r.created_at, r.rev, r.last_at,
      ${unread}, ${mentions}, ${lastColumns}, ${peers}
    FROM (
      SELECT m.pk, m.room, m.member, m.role, m.notify,
        iif($marks IS NULL, m.read_seq, max(m.read_seq, coalesce(json_extract($marks, '$."' || k.id || '"'), 0))) AS read_seq
      FROM members AS m JOIN rooms AS k ON k.pk = m.room
      WHERE m.member = $user AND m.pk BETWEEN $from AND $to
        AND ($onlyOf IS NULL OR k.visibility = 'public' OR k.id IN (SELECT value FROM json_each($onlyOf)))
        AND (k.hidden_for IS NULL OR $userId NOT IN (SELECT value FROM json_each(k.hidden_for)))
      ORDER BY m.pk LIMIT $limit
    ) AS own ${joined} ORDER BY own.pk`,
  standing: `
    SELECT own.read_seq, r.rev, r.last_at, ${unread}, ${mentions}, ${lastColumns}
    FROM (SELECT $room AS room, u.pk AS member, $readSeq AS read_seq FROM users AS u WHERE u.id = $userId) AS own ${joined}`,
} as const

export function myRoomsSql(db: Database) {
  type Values = {
    user: number
    userId: string
    from: number
    to: number
    limit: number
    marks: string | null
    onlyOf: string | null
  }
  const own = db.query<OwnRoomRow, Values>(myRoomsQueries.own)
  const standing = db.query<StandingRow, { room: number; readSeq: number; userId: string }>(myRoomsQueries.standing)
  return {
    own: ({ user, member, after, limit, marks, onlyOf }: QueryOf<"ownRooms">): OwnRoom[] => {
      // The member may be new, and has its key by now.
      const { from, to } = placesOf(member, after)
      const kept = marks.size === 0 ? null : JSON.stringify(Object.fromEntries(marks))
      const only = onlyOf === undefined ? null : JSON.stringify(onlyOf)
      return own.all({ user: user.pk, userId: user.id, from, to, limit, marks: kept, onlyOf: only }).map(ownRoomOfRow)
    },
    standings: ({ room, readers }: QueryOf<"standings">): (Standing | undefined)[] =>
      readers.map(({ userId, readSeq }) => {
        const row = standing.get({ room: room.pk, readSeq, userId })
        return row === null ? undefined : standingOfRow(row)
      }),
  }
}

/** The SQL of one's own rooms; see the same file of SQLite. */

import type { OwnRoom, Standing } from "../../chat/rules/found.ts"
import { excerptReadMax } from "../../chat/rules/message-view.ts"
import type { QueryOf } from "../../chat/rules/queries.ts"
import { limits } from "../../contract/limits.ts"
import type { UserId } from "../../contract/values.ts"
import { type OwnRoomRow, ownRoomOfRow, type StandingRow, standingOfRow } from "../rows.ts"
import type { Connection } from "./connection.ts"

const counted = `
  r.rev::float8 AS rev, own.read_seq::float8 AS read_seq, r.last_at::float8 AS last_at, (
    SELECT count(*) FROM (
      SELECT FROM messages AS x
      WHERE x.room = own.room AND x.seq > own.read_seq LIMIT ${limits.unreadMax}
    ) AS first
  )::float8 AS unread, (
    SELECT count(*) FROM (
      SELECT seq FROM (
        SELECT n.seq FROM mentions AS n
        WHERE n.room = own.room AND n.mentioned = own.member AND n.seq > own.read_seq LIMIT ${limits.unreadMax}
      ) AS named
      UNION
      SELECT seq FROM (
        SELECT n.seq FROM mentions AS n
        WHERE n.room = own.room AND n.mentioned = 0 AND n.seq > own.read_seq LIMIT ${limits.unreadMax}
      ) AS everybody
      LIMIT ${limits.unreadMax}
    ) AS first
  )::float8 AS mentions,
  last.content AS last_content, last.user_id AS last_user_id, last.username AS last_username`

const joined = `
  JOIN rooms AS r ON r.pk = own.room
  LEFT JOIN LATERAL (
    SELECT coalesce(nullif(left(x.content, ${excerptReadMax}), ''), x.files::json->0->>'name', '') AS content,
      u.id AS user_id, u.username
    FROM (SELECT * FROM messages WHERE messages.room = own.room AND messages.seq > 0 ORDER BY seq DESC LIMIT 1) AS x
    JOIN users AS u ON u.pk = x.author
  ) AS last ON true`

const peers = `CASE WHEN r.visibility = 'direct' THEN (
    SELECT json_agg(json_build_object('userId', u.id, 'username', u.username, 'avatar', u.avatar) ORDER BY p.pk)
    FROM members AS p JOIN users AS u ON u.pk = p.member WHERE p.room = own.room AND p.member <> own.member
  ) END::text AS peers`

export const myRoomsQueries = {
  /** $1 is the user, $2 where the page begins, $3 how many rows, $4 the marks, $5 the rooms to keep to, or null, $6 the one that is asked for, or null. */
  own: `
    SELECT own.pk::float8 AS pk, own.role, own.notify, r.id, r.name, r.topic, r.visibility,
      r.keep_days::float8 AS keep_days, r.created_at::float8 AS created_at, ${counted}, ${peers}
    FROM (
      SELECT m.pk, m.room, m.member, m.role, m.notify,
        greatest(m.read_seq, coalesce(($4::text::jsonb->>k.id::text)::bigint, 0)) AS read_seq
      FROM members AS m JOIN rooms AS k ON k.pk = m.room
      WHERE m.member = (SELECT pk FROM users WHERE users.id = $1::text) AND m.pk > $2::bigint
        AND ($5::text IS NULL OR k.visibility = 'public' OR $5::text::jsonb ? k.id::text)
        AND ($6::text IS NULL OR k.id = $6::uuid)
        AND (k.hidden_for IS NULL OR NOT k.hidden_for::jsonb ? $1::text)
      ORDER BY m.pk LIMIT $3::integer
    ) AS own ${joined} ORDER BY own.pk`,
  /** $1 is the room, $2 a list of {userId, readSeq}. */
  standings: `
    SELECT own.user_id, ${counted}
    FROM (
      SELECT room.pk AS room, u.pk AS member, u.id AS user_id, one."readSeq" AS read_seq
      FROM jsonb_to_recordset($2::text::jsonb) AS one ("userId" text, "readSeq" bigint)
      JOIN users AS u ON u.id = one."userId"
      JOIN rooms AS room ON room.id = $1::uuid
    ) AS own ${joined}`,
} as const

export async function readOwnRooms(
  connection: Connection,
  { user, member, after, limit, marks, onlyOf }: QueryOf<"ownRooms">,
): Promise<OwnRoom[]> {
  const rows = await connection.run<OwnRoomRow>(myRoomsQueries.own, [
    user.id,
    after,
    limit,
    JSON.stringify(Object.fromEntries(marks)),
    onlyOf === undefined ? null : JSON.stringify(onlyOf),
    member?.room.room.id ?? null,
  ])
  return rows.map(ownRoomOfRow)
}

export async function readStandings(
  connection: Connection,
  { room, readers }: QueryOf<"standings">,
): Promise<(Standing | undefined)[]> {
  const rows = await connection.run<StandingRow & { readonly user_id: UserId }>(myRoomsQueries.standings, [
    room.room.id,
    JSON.stringify(readers),
  ])
  const found = new Map(rows.map((row) => [row.user_id, standingOfRow(row)]))
  return readers.map(({ userId }) => found.get(userId))
}

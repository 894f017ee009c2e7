/** Users in JSON. */

import type { UserFound } from "../../chat/rules/found.ts"
import type { QueryOf } from "../../chat/rules/queries.ts"
import type { UserRecord } from "../../chat/rules/working-set.ts"
import { limits } from "../../contract/limits.ts"
import type { UserId } from "../../contract/values.ts"
import type { Connection } from "./connection.ts"

/** As warren_load gives it. */
export interface UserRow {
  readonly pk: number
  readonly id: UserId
  readonly username: string
  readonly avatar: string | null
  readonly updated_at: number
}

export function toUser({ pk, id, username, avatar, updated_at }: UserRow): UserRecord {
  return { pk, id, username, avatar, updatedAt: updated_at }
}

/** For warren_write. */
export function newUserJson({ id, username, avatar, updatedAt }: UserRecord) {
  return { id, username, avatar, at: updatedAt }
}

/** For warren_write, which changes them only if they are still as they were loaded. */
export function changedUserJson({ pk, username, avatar, updatedAt }: UserRecord, loaded: number) {
  return { pk, username, avatar, at: updatedAt, loaded }
}

/** $2 is how many rows, $3 with whom they are to share a room, or null. */
const users = (which: string) => `
  SELECT u.pk::float8 AS pk, u.id AS "userId", u.username, u.avatar, $3::text IS NULL OR u.id = $3::text OR EXISTS (
    SELECT FROM (SELECT room FROM members WHERE members.member = u.pk LIMIT ${limits.roomsPerUserMax}) AS theirs
    JOIN members AS mine ON mine.room = theirs.room
    WHERE mine.member = (SELECT pk FROM users WHERE users.id = $3::text)
  ) AS "isShown"
  FROM users AS u LEFT JOIN accounts AS a ON a.id = u.id
  WHERE ${which} AND coalesce(a.is_active, 1) = 1 ORDER BY u.pk LIMIT $2::integer`

/** $1 is where the list begins, or who is asked for: each has a plan of its own. */
export const usersQueries = { list: users("u.pk > $1::bigint"), one: users("u.id = $1::text") } as const

export function listUsers(
  connection: Connection,
  { user, after, limit, sharedWith }: QueryOf<"users">,
): Promise<UserFound[]> {
  const [query, from] = user === undefined ? [usersQueries.list, after] : [usersQueries.one, user.id]
  return connection.run<UserFound>(query, [from, limit, sharedWith?.id ?? null])
}

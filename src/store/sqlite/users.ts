/** The SQL of users. */
import type { Database } from "bun:sqlite"
import type { UserFound } from "../../chat/rules/found.ts"
import type { QueryOf } from "../../chat/rules/queries.ts"
import type { UserRecord } from "../../chat/rules/working-set.ts"
import { limits } from "../../contract/limits.ts"
import type { UserId } from "../../contract/values.ts"
import { placesOf } from "./places.ts"

type ListValues = { from: number; to: number; limit: number; sharedWith: number | null }

/** Whether two users share a room is looked up by the rooms of each, which are at most so many. */
export const usersQuery = `
  SELECT u.pk, u.id AS userId, u.username, u.avatar, $sharedWith IS NULL OR u.pk = $sharedWith OR EXISTS (
    SELECT 1 FROM (SELECT room FROM members WHERE member = u.pk LIMIT ${limits.roomsPerUserMax}) AS theirs
    CROSS JOIN members AS mine ON mine.room = theirs.room AND mine.member = $sharedWith
  ) AS isShown
  FROM users AS u LEFT JOIN accounts AS a ON a.id = u.id
  WHERE u.pk BETWEEN $from AND $to AND coalesce(a.is_active, 1) = 1 ORDER BY u.pk LIMIT $limit`

export function userSql(db: Database) {
  const byId = db.query<UserRecord, { id: string }>(
    "SELECT pk, id, username, avatar, updated_at AS updatedAt FROM users WHERE id = $id",
  )
  const inserted = db.query(
    "INSERT INTO users (id, username, avatar, created_at, updated_at) VALUES ($id, $username, $avatar, $at, $at)",
  )
  const updated = db.query("UPDATE users SET username = $username, avatar = $avatar, updated_at = $at WHERE pk = $pk")
  const listed = db.query<Omit<UserFound, "isShown"> & { isShown: number }, ListValues>(usersQuery)
  return {
    list: ({ user, after, limit, sharedWith }: QueryOf<"users">): UserFound[] =>
      listed
        .all({ ...placesOf(user, after), limit, sharedWith: sharedWith?.pk ?? null })
        .map((found) => ({ ...found, isShown: found.isShown === 1 })),
    load: (id: UserId): UserRecord | undefined => byId.get({ id }) ?? undefined,
    insert: (user: UserRecord): void => {
      const { id, username, avatar, updatedAt: at } = user
      user.pk = Number(inserted.run({ id, username, avatar, at }).lastInsertRowid)
    },
    update: ({ pk, username, avatar, updatedAt: at }: UserRecord): void => {
      updated.run({ pk, username, avatar, at })
    },
  }
}

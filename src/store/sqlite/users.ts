/** The SQL of users. */
import type { Database } from "bun:sqlite"
import type { UserRecord } from "../../chat/rules/working-set.ts"
import type { UserId } from "../../contract/values.ts"

export function userSql(db: Database) {
  const byId = db.query<UserRecord, { id: string }>(
    "SELECT pk, id, username, avatar, updated_at AS updatedAt FROM users WHERE id = $id",
  )
  const inserted = db.query(
    "INSERT INTO users (id, username, avatar, created_at, updated_at) VALUES ($id, $username, $avatar, $at, $at)",
  )
  const updated = db.query("UPDATE users SET username = $username, avatar = $avatar, updated_at = $at WHERE pk = $pk")
  return {
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

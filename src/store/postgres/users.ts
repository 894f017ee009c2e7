/** Users as they are in JSON. */
import type { UserRecord } from "../../chat/rules/working-set.ts"
import type { UserId } from "../../contract/values.ts"

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

/** For warren_write, which changes only what is still as it was loaded. */
export function changedUserJson({ pk, username, avatar, updatedAt }: UserRecord, loaded: number) {
  return { pk, username, avatar, at: updatedAt, loaded }
}

/** The SQL of files: their records, never their bytes. */
import type { Database } from "bun:sqlite"
import type { QueryOf } from "../../chat/rules/queries.ts"
import type { FileRecord } from "../../chat/rules/working-set.ts"
import type { FileId } from "../../contract/files.ts"
import { pictureTypes } from "../../contract/picture-types.ts"
import { type FileRow, fileRecordOf, fileRowOf } from "../rows.ts"
import type { FileChanges } from "../unwritten.ts"

const columns = "id, sha256, name, mime_type, bytes, width, height, has_thumbnail, owner_id, created_at"

export const fileQueries = {
  loose:
    "SELECT id FROM files WHERE message IS NULL AND picture_of IS NULL AND created_at < $before ORDER BY created_at LIMIT $limit",
  inUse: "SELECT DISTINCT sha256 FROM files WHERE sha256 IN (SELECT value FROM json_each($hashes))",
} as const

const user = "(SELECT pk FROM users WHERE id = $user)"
const types = JSON.stringify(pictureTypes)

export function fileSql(db: Database) {
  const byId = db.query<FileRow, { id: string }>(`SELECT ${columns}, message, picture_of FROM files WHERE id = $id`)
  const inserted = db.query(
    `INSERT INTO files (${columns})
     VALUES (${columns.replaceAll(/\w+/g, (name) => `$${name}`)})`,
  )
  const held = db.query("UPDATE files SET message = (SELECT pk FROM messages WHERE id = $message) WHERE id = $id")
  const released = db.query(
    "UPDATE files SET message = NULL, created_at = 0 WHERE message = (SELECT pk FROM messages WHERE id = $message)",
  )
  const replaced = db.query(
    `UPDATE files SET picture_of = NULL, created_at = 0 WHERE picture_of = ${user} AND id IS NOT $id`,
  )
  const shown = db.query(
    `UPDATE files SET picture_of = ${user} WHERE id = $id AND message IS NULL AND picture_of IS NULL
       AND (owner_id IS NULL OR owner_id = $user) AND mime_type IN (SELECT value FROM json_each($types))`,
  )
  const removed = db.query("DELETE FROM files WHERE id = $id AND message IS NULL AND picture_of IS NULL")
  const loose = db.query<{ id: FileId }, { before: number; limit: number }>(fileQueries.loose)
  const inUse = db.query<{ sha256: string }, { hashes: string }>(fileQueries.inUse)
  const add = (record: FileRecord): void => void inserted.run(fileRowOf(record))
  return {
    add,
    load: (id: FileId): FileRecord | undefined => {
      const row = byId.get({ id })
      return row ? fileRecordOf(row) : undefined
    },
    /** Written after the users and messages of the same batch. */
    write: (changes: FileChanges): void => {
      for (const record of changes.added) add(record)
      for (const [{ file }, message] of changes.held) held.run({ id: file.id, message: message.id })
      for (const message of changes.released) released.run({ message: message.id })
      for (const [{ id: user }, id] of changes.pictures) {
        replaced.run({ user, id: id ?? null })
        if (id !== undefined) shown.run({ user, id, types })
      }
      for (const { file } of changes.removed) removed.run({ id: file.id })
    },
    loose: ({ before, limit }: QueryOf<"looseFiles">): FileId[] => loose.all({ before, limit }).map(({ id }) => id),
    inUse: ({ hashes }: QueryOf<"hashesInUse">): string[] =>
      inUse.all({ hashes: JSON.stringify(hashes) }).map(({ sha256 }) => sha256),
  }
}

/** The SQL of files, and what they are in JSON. */
import type { QueryOf } from "../../chat/rules/queries.ts"
import type { FileId } from "../../contract/files.ts"
import { pictureTypes } from "../../contract/picture-types.ts"
import { fileRowOf } from "../rows.ts"
import type { FileChanges } from "../unwritten.ts"
import type { Connection } from "./connection.ts"

/** For warren_write, which fails if another server was faster. */
export function filesJson({ added, held, released, pictures, removed }: FileChanges) {
  return {
    newFiles: added.map(fileRowOf),
    heldFiles: [...held].map(([{ file }, message]) => ({ id: file.id, message: message.id })),
    releasedFiles: released.map(({ id }) => id),
    pictures: [...pictures].map(([user, id]) => ({ user: user.id, id: id ?? null })),
    pictureTypes,
    removedFiles: removed.map(({ file }) => file.id),
  }
}

export async function looseFiles(connection: Connection, { before, limit }: QueryOf<"looseFiles">): Promise<FileId[]> {
  const rows = await connection.run<{ id: FileId }>(
    "SELECT id FROM files WHERE message IS NULL AND picture_of IS NULL AND created_at < $1::bigint ORDER BY created_at LIMIT $2::integer",
    [before, limit],
  )
  return rows.map(({ id }) => id)
}

export async function hashesInUse(connection: Connection, { hashes }: QueryOf<"hashesInUse">): Promise<string[]> {
  const rows = await connection.run<{ sha256: string }>(
    `SELECT DISTINCT sha256 FROM files
     WHERE sha256 = ANY (ARRAY(SELECT jsonb_array_elements_text($1::text::jsonb)))`,
    [JSON.stringify(hashes)],
  )
  return rows.map(({ sha256 }) => sha256)
}

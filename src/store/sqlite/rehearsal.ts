/**
 * What would come in bulk into a folder, which is only read, so that a server may go on: what
 * is there already is told from what is not, and nothing is kept of the rest.
 */
import type { Database } from "bun:sqlite"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { directOf } from "../../chat/rules/direct.ts"
import type { Bulk, BulkRoom } from "./bulk-rows.ts"
import { databaseName } from "./name.ts"
import { openReader } from "./reader.ts"
import { checkVersion, schemaVersion } from "./schema.ts"

/** Throws an OperatorError when what is there is no data of Warren's. */
export async function rehearseInBulk<T>(folder: string, work: (bulk: Bulk) => Promise<T>): Promise<T> {
  const path = join(folder, databaseName)
  if (!existsSync(path)) return work(empty)
  const db = openReader(path)
  try {
    const version = checkVersion(db, path)
    // One moment, and no lock for each look.
    db.run("BEGIN")
    return await work(version === 0 ? empty : over(db, version === schemaVersion))
  } finally {
    db.close()
  }
}

const empty: Bulk = {
  has: () => false,
  user: () => {},
  room: () => {},
  member: () => "added",
  file: () => {},
  message: () => true,
}

/** An older version has no room that was deleted, and no direct one. */
function over(db: Database, isCurrent: boolean): Bulk {
  const known = db.query<unknown, { id: string }>("SELECT 1 FROM messages WHERE id = $id")
  if (!isCurrent) return { ...empty, has: (id) => known.get({ id }) !== null }
  const deleted = db.query<unknown, { id: string; onlyOne: string | null }>(
    "SELECT 1 FROM rooms WHERE (id = $id OR only_one = $onlyOne) AND deleted_at IS NOT NULL",
  )
  const closed = new Set<string>()
  return {
    ...empty,
    has: (id) => known.get({ id }) !== null,
    room: (room) => {
      if (deleted.get({ id: room.id, onlyOne: onlyOneOf(room) }) !== null) closed.add(room.id)
    },
    message: ({ roomId }) => !closed.has(roomId),
  }
}

function onlyOneOf(room: BulkRoom): string | null {
  return room.visibility === "direct" ? directOf(room.people) : null
}

/**
 * Rehearses an import into a folder that is only read, so a server may go on: it tells what
 * exists already from what is new, and keeps nothing else.
 */
import type { Database } from "bun:sqlite"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { directOf } from "../../chat/rules/direct.ts"
import type { Bulk, BulkRoom } from "./bulk-rows.ts"
import { databaseName } from "./folder.ts"
import { openReader } from "./reader.ts"
import { checkVersion, schemaVersion } from "./schema.ts"
import { reading } from "./trouble.ts"

/** Throws an OperatorError when the folder holds no data of Warren's. */
export async function rehearseInBulk<T>(folder: string, work: (bulk: Bulk) => Promise<T>): Promise<T> {
  const path = join(folder, databaseName)
  if (!existsSync(path)) return work(empty)
  const told = <T>(read: () => T): T => reading(path, read)
  const { db, version } = told(() => openMoment(path))
  try {
    return await work(version === 0 ? empty : over(db, version === schemaVersion, told))
  } finally {
    db.close()
  }
}

/** One transaction: one moment, and no lock for each look-up. */
function openMoment(path: string): { readonly db: Database; readonly version: number } {
  const db = openReader(path)
  try {
    const version = checkVersion(db, path)
    db.run("BEGIN")
    return { db, version }
  } catch (error) {
    db.close()
    throw error
  }
}

const empty: Bulk = {
  has: () => false,
  user: () => {},
  room: () => {},
  member: () => "added",
  file: () => {},
  rest: () => {},
  message: () => true,
}

/** An older version has no deleted and no direct rooms. */
function over(db: Database, isCurrent: boolean, told: <T>(read: () => T) => T): Bulk {
  const known = told(() => db.query<unknown, { id: string }>("SELECT 1 FROM messages WHERE id = $id"))
  const has = (id: string) => told(() => known.get({ id }) !== null)
  if (!isCurrent) return { ...empty, has }
  const deleted = told(() =>
    db.query<unknown, { id: string; onlyOne: string | null }>(
      "SELECT 1 FROM rooms WHERE (id = $id OR only_one = $onlyOne) AND deleted_at IS NOT NULL",
    ),
  )
  const closed = new Set<string>()
  return {
    ...empty,
    has,
    room: (room) => {
      if (told(() => deleted.get({ id: room.id, onlyOne: onlyOneOf(room) }) !== null)) closed.add(room.id)
    },
    message: ({ roomId }) => !closed.has(roomId),
  }
}

function onlyOneOf(room: BulkRoom): string | null {
  return room.visibility === "direct" ? directOf(room.people) : null
}

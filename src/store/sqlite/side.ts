/** A data folder as one end of a move. It is filled under another name, so nobody serves an unfinished copy. */
import type { Database } from "bun:sqlite"
import { existsSync, renameSync } from "node:fs"
import { join } from "node:path"
import type { Counts } from "../../chat/store.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import type { Source, Target } from "../move/sides.ts"
import { namesOf, type Row, type Table } from "../move/tables.ts"
import { emptyLog } from "./empty-log.ts"
import { movingName, putAside, removeUnfinished, syncFile, syncFolder } from "./folder.ts"
import { databaseName, enterFolder, openServed } from "./open.ts"
import { openReader } from "./reader.ts"
import { checkVersion, schemaVersion } from "./schema.ts"
import { Served } from "./served.ts"
import { openDatabase } from "./store.ts"
import { totalsSql } from "./totals.ts"
import { isThere, opening, reading, writing } from "./trouble.ts"

/** Only the end is synced: an unfinished copy is thrown away. */
const fastSettings = "PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16384"

/** Throws an OperatorError when there is nothing in it, or a server uses it. */
export function sqliteSource(folder: string): Source {
  const path = join(folder, databaseName)
  if (!isThere(path))
    throw new OperatorError(`There is no ${path}: name the folder of the server's data with --data-dir.`)
  const { file, release } = enterFolder(folder)
  try {
    const served = new Served(file)
    const { db, epoch } = opening(folder, path, () => openServed(path, served))
    let isMoved = false
    return {
      place: path,
      epoch,
      rows: async (table, after, limit) => reading(path, () => readRows(db, table, after, limit)),
      counts: async () => reading(path, () => totalsSql(db).counts()),
      retire: async () =>
        writing(folder, path, () => {
          db.run("UPDATE totals SET epoch = ''")
          // The file stays behind without its log.
          db.run("PRAGMA wal_checkpoint(TRUNCATE)")
          isMoved = true
        }),
      close: async () => {
        // Whoever goes on with the move finds it in the same epoch, also where this one named that.
        if (isFolded(db)) served.remember(epoch, { isClosed: true })
        db.close()
        if (isMoved) putAside(folder)
        release()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

/** Whether all is in the file that was in its log; what is not is read from there at the next start. */
function isFolded(db: Database): boolean {
  try {
    return emptyLog(db)
  } catch {
    return false
  }
}

/** One moment of it, to be read while a server may write. Throws an OperatorError when there is nothing in it. */
export function sqliteSnapshot(folder: string): Source {
  const path = join(folder, databaseName)
  if (!isThere(path))
    throw new OperatorError(`There is no ${path}: name the folder of the server's data with --data-dir.`)
  const { db, epoch } = reading(path, () => openMoment(path))
  return {
    place: path,
    epoch,
    rows: async (table, after, limit) => reading(path, () => readRows(db, table, after, limit)),
    counts: async () => reading(path, () => totalsSql(db).counts()),
    retire: async () => {},
    close: async () => db.close(),
  }
}

function openMoment(path: string): { readonly db: Database; readonly epoch: string } {
  const db = openReader(path)
  try {
    if (checkVersion(db, path) !== schemaVersion)
      throw new OperatorError(`${path} is of an older Warren: start this version once, which upgrades it.`)
    db.run("BEGIN")
    // The moment is the one of the first read.
    return { db, epoch: totalsSql(db).epoch() }
  } catch (error) {
    db.close()
    throw error
  }
}

interface TargetOptions {
  /** The rest of an earlier attempt is thrown away, as this one is if it does not finish. */
  readonly isAnew?: boolean
}

/** Throws an OperatorError when it holds data already, or a server uses it. */
export function sqliteTarget(folder: string, { isAnew = false }: TargetOptions = {}): Target {
  const { path, file, release, abandon } = enterFolder(folder, { isReturn: !isAnew })
  let leaveFolder = isAnew ? abandon : release
  try {
    if (existsSync(path))
      throw new OperatorError(`There is a ${path} already: move it away, or name another folder with --data-dir.`)
    const partial = join(folder, movingName)
    if (isAnew) removeUnfinished(partial)
    const db = opening(folder, partial, () => openDatabase(partial, () => true))
    if (isAnew) db.run(fastSettings)
    return {
      place: partial,
      rows: async (table, after, limit) => reading(partial, () => readRows(db, table, after, limit)),
      begin: async (epoch) => writing(folder, partial, () => begin(db, partial, epoch)),
      lastKey: async ({ name }) =>
        reading(partial, () => Number(db.query(`SELECT coalesce(max(pk), 0) FROM ${name}`).values()[0]?.[0])),
      clear: async ({ name }) => writing(folder, partial, () => db.run(`DELETE FROM ${name}`)) && undefined,
      write: async (table, rows) => writing(folder, partial, () => write(db, table, rows)),
      finish: async (epoch, counts) =>
        writing(folder, partial, () => {
          finish(db, counts)
          syncFile(partial)
          renameSync(partial, path)
          syncFolder(folder)
          new Served(file).remember(epoch, { isClosed: true })
          leaveFolder = release
        }),
      close: async () => {
        db.close()
        if (isAnew) removeUnfinished(partial)
        leaveFolder()
      },
    }
  } catch (error) {
    abandon()
    throw error
  }
}

/** Its own epoch is the one of the data it is filled with, from the first row on. */
function begin(db: Database, partial: string, epoch: string): void {
  const hasRows = db.query("SELECT 1 FROM users UNION ALL SELECT 1 FROM rooms LIMIT 1").get() !== null
  if (hasRows && totalsSql(db).epoch() !== epoch)
    throw new OperatorError(`${partial} holds a part of other data: delete it, or name another folder with --data-dir.`)
  db.query("UPDATE totals SET epoch = ?").run(epoch)
}

function finish(db: Database, { rooms, messages }: Counts): void {
  db.query("UPDATE totals SET rooms = ?, messages = ?").run(rooms, messages)
  db.run("PRAGMA wal_checkpoint(TRUNCATE)")
  db.close()
}

function write(db: Database, table: Table, rows: readonly Row[]): void {
  const names = namesOf(table)
  const insert = db.query(`INSERT INTO ${table.name} (${names}) VALUES (${names.map(() => "?")})`)
  db.transaction(() => {
    for (const row of rows) insert.run(...row)
  }).immediate()
}

function readRows(db: Database, table: Table, after: number, limit: number): Row[] {
  return db
    .query<never, [number, number]>(`SELECT ${namesOf(table)} FROM ${table.name} WHERE pk > ? ORDER BY pk LIMIT ?`)
    .values(after, limit) as Row[]
}

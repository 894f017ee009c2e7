/**
 * Each table on each way that data goes. A column that a path does not know is lost without a
 * word, so every column of the schema holds something here, and NULL in a second row where it may.
 *
 * | tables                                         | backup, restore | export, import | migrate-to, migrate-from |
 * | ---------------------------------------------- | --------------- | -------------- | ------------------------ |
 * | rooms, users, members, bans, messages, files,  | yes             | yes            | yes                      |
 * | reactions, mentions, accounts, identities,     |                 |                |                          |
 * | passkeys, access                               |                 |                |                          |
 * | sessions, links                                | yes             | no: they are   | yes                      |
 * |                                                |                 | keys to one    |                          |
 * |                                                |                 | server         |                          |
 * | totals: its counters; its epoch is a new one   | yes             | counted anew   | yes, with the epoch      |
 * | the bytes of files                             | yes             | no             | no: they stay            |
 */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { exportLines, importLines } from "../../../src/store/move/lines.ts"
import { move } from "../../../src/store/move/move.ts"
import { allTables, links, namesOf, sessions, type Table } from "../../../src/store/move/tables.ts"
import { postgresSource, postgresTarget } from "../../../src/store/postgres/side.ts"
import { backUp } from "../../../src/store/sqlite/backup.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { restore } from "../../../src/store/sqlite/restore.ts"
import { sqliteSnapshot, sqliteSource, sqliteTarget } from "../../../src/store/sqlite/side.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { describeWithPostgres } from "../../support/postgres.ts"

const options = { pendingMax: 10_000, onFailure: console.error }
const patient = { signal: new AbortController().signal, onProgress: () => {} }
const bytes = Buffer.from("the bytes of a file")
const sha256 = createHash("sha256").update(bytes).digest("hex")

interface Column {
  readonly name: string
  readonly notnull: number
}

function columnsOf(db: Database, table: string): Column[] {
  return db.query<Column, [string]>('SELECT name, "notnull" FROM pragma_table_info(?)').all(table)
}

/** Two rows in each table: one with something in each column, and one with as little as there may be. */
async function filled(folder: string): Promise<void> {
  await openSqliteStore(folder, options).close()
  using db = new Database(join(folder, "warren.db"))
  db.run("PRAGMA foreign_keys = OFF")
  for (const table of allTables) {
    db.run(`DELETE FROM ${table.name}`)
    const mayBeNull = new Set(columnsOf(db, table.name).flatMap(({ name, notnull }) => (notnull ? [] : [name])))
    const insert = db.query(`INSERT INTO ${table.name} (${namesOf(table)}) VALUES (${namesOf(table).map(() => "?")})`)
    for (const pk of table.name === "access" ? [1] : [1, 2]) {
      const row = table.columns.map(([name, type]) => {
        if (name === "pk") return pk
        return pk === 2 && mayBeNull.has(name) ? null : valueFor(name, type, pk)
      })
      insert.run(...row)
    }
  }
  db.run("UPDATE totals SET rooms = 2, messages = 2, epoch = 'before'")
  expect(db.query("PRAGMA foreign_key_check").all()).toEqual([])
  mkdirSync(join(folder, "files", sha256.slice(0, 2)), { recursive: true })
  writeFileSync(join(folder, "files", sha256.slice(0, 2), sha256), bytes)
}

/** Keys of other tables are 1 or 2 as well, and a text says whose it is. */
function valueFor(name: string, type: Table["columns"][number][1], pk: number): string | number {
  if (name === "sha256") return sha256
  if (name === "bytes") return bytes.length
  if (type === "integer") return pk
  return type === "uuid" ? crypto.randomUUID() : JSON.stringify(`${name} \u{1F407} ${pk}`)
}

function rowsIn(folder: string, tables: readonly Table[]) {
  using db = new Database(join(folder, "warren.db"), { readonly: true })
  return tables.map((table) => [
    table.name,
    db.query(`SELECT ${namesOf(table)} FROM ${table.name} ORDER BY pk`).values(),
  ])
}

test("[HIST7] no table and no column of the schema is left out of what moves", async () => {
  using folder = temporaryFolder()
  await openSqliteStore(folder.path, options).close()
  using db = new Database(join(folder.path, "warren.db"))
  const tables = db
    .query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .all()
    .map(({ name }) => name)
  // It counts the others.
  expect(tables.filter((name) => name !== "totals").sort()).toEqual(allTables.map(({ name }): string => name).sort())
  for (const table of allTables)
    expect(namesOf(table).sort()).toEqual(
      columnsOf(db, table.name)
        .map(({ name }) => name)
        .sort(),
    )
})

test("[HIST7] a backup brings back every table, and the bytes of files", async () => {
  using folder = temporaryFolder()
  const [from, to, file] = ["from", "to", "backup.db"].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  await filled(from)
  const before = rowsIn(from, allTables)
  for (const [name, rows] of before) expect([name, rows]).toEqual([name, expect.arrayContaining([expect.anything()])])
  const { files } = await backUp({ dataDir: from, file, ...patient })
  expect(files).toBe(1)
  await restore({ dataDir: to, file, now: new Date(0), ...patient })
  expect(rowsIn(to, allTables)).toEqual(before)
  expect(readFileSync(join(to, "files", sha256.slice(0, 2), sha256))).toEqual(bytes)
})

test("[HIST7] an export brings back every table, but for what is a key to this server alone", async () => {
  using folder = temporaryFolder()
  const [from, to] = ["from", "to"].map((name) => join(folder.path, name)) as [string, string]
  await filled(from)
  const kept = allTables.filter((table) => table !== sessions && table !== links)
  const source = sqliteSnapshot(from)
  const target = sqliteTarget(to, { isAnew: true })
  await target.begin("after")
  const chunks = exportLines(source, new Date(0), patient)
  async function* lines() {
    for await (const chunk of chunks) yield* chunk.split("\n")
  }
  const counts = await importLines(target, lines(), patient)
  await target.finish("after", counts)
  await target.close()
  await source.close()
  expect(rowsIn(to, kept)).toEqual(rowsIn(from, kept))
  expect(rowsIn(to, [sessions, links])).toEqual([
    ["sessions", []],
    ["links", []],
  ])
})

describeWithPostgres("[HIST7] moving", (server) => {
  test("into PostgreSQL and back brings every table, each column as it was", async () => {
    using folder = temporaryFolder()
    const [from, to] = ["from", "to"].map((name) => join(folder.path, name)) as [string, string]
    await filled(from)
    const before = rowsIn(from, allTables)
    const url = await server().newDatabase()
    const there = [sqliteSource(from), await postgresTarget(url)] as const
    await move(...there, patient)
    for (const side of there) await side.close()
    const back = [await postgresSource(url), sqliteTarget(to)] as const
    await move(...back, patient)
    for (const side of back) await side.close()
    expect(rowsIn(to, allTables)).toEqual(before)
  })
})

/** Data of version 1, Warren 0.1.0's, becomes this version's: the same schema, the same messages, and a copy of what it was. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import {
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { openSqliteStore, upgradeFolder } from "../../../src/store/sqlite/open.ts"
import { schemaVersion } from "../../../src/store/sqlite/schema.ts"
import { openDatabase } from "../../../src/store/sqlite/store.ts"
import { startTestApp } from "../../support/app.ts"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { makeOldFile } from "../../support/old-file.ts"

const messages = 1_000
const roomId = "00000000-0000-4000-8000-000000000100"
const silent = { onBegin: () => {}, onProgress: () => {}, onEnd: () => {} }

test("an upgraded file has exactly the schema and the settings of a new one", async () => {
  using folder = temporaryFolder()
  const [old, fresh] = [join(folder.path, "warren.db"), join(folder.path, "fresh.db")]
  makeOldFile(old, messages)
  openDatabase(fresh).close()
  expect(describe(old)).not.toEqual(describe(fresh))
  await upgradeFolder(folder.path, silent)
  // Opened once, as a server does: the mode of the journal is set then.
  openDatabase(old).close()
  expect(describe(old)).toEqual(describe(fresh))
  expect(describe(fresh)).toMatchObject({
    settings: { user_version: schemaVersion, auto_vacuum: 2, journal_mode: "wal" },
  })
})

test("every row is as it was, in the order it came; the old file is kept beside it, and told of", async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, "warren.db")
  makeOldFile(file, messages)
  const [rows, bytes] = [rowsOf(file), readFileSync(file)]
  const told: unknown[] = []
  await upgradeFolder(folder.path, {
    onBegin: (upgrade) => told.push(["begin", upgrade]),
    onProgress: () => {},
    onEnd: (_, kept) => told.push(["end", kept]),
  })
  expect(told).toEqual([
    ["begin", { file, fromVersion: 1, toVersion: schemaVersion }],
    ["end", `${file}.version-1`],
  ])
  expect(rows.messages).toHaveLength(messages)
  expect(rowsOf(file)).toEqual(rows)
  using db = new Database(file, { readonly: true })
  expect(db.query("SELECT count(*) FROM messages WHERE pk = created_at").values()).toEqual([[messages]])
  expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]])
  expect(readFileSync(`${file}.version-1`).equals(bytes)).toBe(true)
  expect(readdirSync(folder.path).sort()).toEqual(["lock.db", "warren.db", "warren.db.version-1"])
})

test("a server that is started on it serves it, with an epoch of its own; the next start upgrades nothing", async () => {
  using folder = temporaryFolder()
  makeOldFile(join(folder.path, "warren.db"), messages)
  for (let start = 0; start < 2; start++) {
    await using app = await startTestApp({ dataDir: folder.path })
    await using ann = await connect(app.url)
    await ann.ask("join_room", { roomId, userId: `ann ${start}`, username: "Ann" })
    const [history, info] = ann.heard.find(({ event }) => event === "history")?.args ?? []
    expect([history.at(-1).content, info.rev]).toEqual([
      `Message ${messages} of a conversation that goes on and on and on.`,
      messages / 100,
    ])
    expect(info.epoch).toMatch(/^[\w-]{22}$/)
  }
  expect(readdirSync(folder.path).filter((name) => name.includes("version"))).toEqual(["warren.db.version-1"])
})

test("[MEM1] authors become members from their first message on, creators owners, and both have read everything", async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, "warren.db")
  makeOldFile(file, messages)
  const stranger = "somebody who never came ".repeat(5)
  using before = new Database(file)
  before.run("UPDATE rooms SET creator_id = 'user 2' WHERE pk <= 2")
  before.query("UPDATE rooms SET creator_id = ? WHERE pk = 3").run(stranger)
  before.run("UPDATE messages SET author = 5 WHERE room = 1 AND seq = 2")
  before.close()
  await upgradeFolder(folder.path, silent)
  using db = new Database(file, { readonly: true })
  const members = (room: number) =>
    db
      .query(
        `SELECT u.id, m.role, m.joined_at, m.read_seq FROM members AS m JOIN users AS u ON u.pk = m.member
         WHERE m.room = ? ORDER BY m.pk`,
      )
      .values(room)
  // Message 1 is in room 1, by user 2, message 101 by user 5 now; in room 2 all are by user 3.
  expect(members(1)).toEqual([
    ["user 2", "owner", 1, 10],
    ["user 5", "member", 101, 10],
  ])
  expect(members(2)).toEqual([
    ["user 2", "owner", 0, 10],
    ["user 3", "member", 2, 10],
  ])
  expect(members(3)).toEqual([
    [stranger, "owner", 0, 10],
    ["user 4", "member", 3, 10],
  ])
  expect(db.query("SELECT username FROM users WHERE id = ?").values(stranger)).toEqual([[stranger.slice(0, 64)]])
  expect(db.query("SELECT pk, members FROM rooms WHERE pk < 5").values()).toEqual([
    [1, 2],
    [2, 2],
    [3, 2],
    [4, 1],
  ])
  expect(
    db
      .query(
        "SELECT count(*), sum(m.pk < n.pk) FROM members AS m JOIN members AS n ON n.pk = m.pk + 1 WHERE m.joined_at > n.joined_at",
      )
      .values(),
  ).toEqual([[0, null]])
})

test("what a killed server left in the log is upgraded too", async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, "warren.db")
  makeOldFile(file, messages)
  using left = temporaryFolder()
  using open = new Database(file)
  open.run("PRAGMA wal_autocheckpoint = 0")
  open.run("UPDATE messages SET content = 'only in the log' WHERE seq = 1")
  for (const suffix of ["", "-wal"]) writeFileSync(join(left.path, `warren.db${suffix}`), readFileSync(file + suffix))
  await upgradeFolder(left.path, silent)
  const contents = rowsOf(join(left.path, "warren.db")).messages.map(([, , , , , , content]) => content)
  expect(contents.filter((content) => content === "only in the log")).toHaveLength(100)
})

test("no copy is overwritten, but one that was just made is not made again", async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, "warren.db")
  makeOldFile(file, messages)
  writeFileSync(`${file}.version-1`, "precious")
  // As a start leaves it that was killed between the two names.
  linkSync(file, `${file}.version-1-2`)
  const { ino } = statSync(file)
  await upgradeFolder(folder.path, silent)
  expect(readFileSync(`${file}.version-1`, "utf8")).toBe("precious")
  expect([statSync(`${file}.version-1-2`).ino, existsSync(`${file}.version-1-3`)]).toEqual([ino, false])
})

test("a file behind a link is upgraded where it is", async () => {
  using home = temporaryFolder()
  using folder = temporaryFolder()
  const file = join(home.path, "chat.db")
  makeOldFile(file, messages)
  symlinkSync(file, join(folder.path, "warren.db"))
  await upgradeFolder(folder.path, silent)
  expect(lstatSync(join(folder.path, "warren.db")).isSymbolicLink()).toBe(true)
  expect([readdirSync(folder.path), readdirSync(home.path).sort()]).toEqual([
    ["warren.db"],
    ["chat.db", "chat.db.version-1", "lock.db"],
  ])
  await openSqliteStore(folder.path, { pendingMax: 1, onFailure: () => {} }).close()
})

test("without the space for it, or with another program in it, it is refused in one sentence and left as it was", async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, "warren.db")
  makeOldFile(file, messages)
  const bytes = readFileSync(file)
  const refusal = (freeBytes?: number) =>
    upgradeFolder(folder.path, silent, freeBytes === undefined ? undefined : () => freeBytes).then(
      () => "upgraded",
      ({ message }: Error) => message.replaceAll(folder.path, "FOLDER"),
    )
  expect(await refusal(3 * bytes.length - 1)).toBe(
    "FOLDER/warren.db is of an older Warren, and to upgrade it takes 1 MiB on its disk, where 1 MiB are free: free some space.",
  )
  using other = new Database(file)
  other.run("BEGIN IMMEDIATE")
  expect(await refusal()).toBe("Another program is using FOLDER/warren.db: close it, and start again.")
  expect(() => openSqliteStore(folder.path, { pendingMax: 1, onFailure: () => {} })).toThrow("is of an older Warren")
  other.run("ROLLBACK")
  expect(readFileSync(file).equals(bytes)).toBe(true)
  expect(await refusal()).toBe("upgraded")
})

function describe(path: string) {
  using db = new Database(path, { readonly: true })
  const values = (sql: string) => db.query(sql).values()
  const objects = db
    .query<Record<"type" | "name" | "tbl_name" | "sql", string>, []>(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema",
    )
    .all()
    .map((object) => ({ ...object, sql: normalized(object.sql ?? "") }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const tables = objects.filter(({ type }) => type === "table").map(({ name }) => name)
  const settings = ["user_version", "application_id", "auto_vacuum", "journal_mode", "page_size", "encoding"]
  return {
    objects,
    columns: tables.map((table) => values(`PRAGMA table_xinfo(${table})`)),
    indexes: tables.map((table) =>
      db
        .query<{ name: string }, []>(`PRAGMA index_list(${table})`)
        .all()
        .map((index) => [index, values(`PRAGMA index_xinfo(${index.name})`)]),
    ),
    foreignKeys: tables.map((table) => values(`PRAGMA foreign_key_list(${table})`)),
    settings: Object.fromEntries(settings.map((name) => [name, values(`PRAGMA ${name}`)[0]?.[0]])),
  }
}

/** Without comments, quotes of names, and blanks that say nothing. */
function normalized(sql: string): string {
  return sql
    .replace(/--.*$/gm, "")
    .replaceAll('"', "")
    .replace(/\s+/g, " ")
    .replace(/ ?([(),]) ?/g, "$1")
}

function rowsOf(path: string) {
  using db = new Database(path, { readonly: true })
  const columns = "room, seq, rev, id, author, type, content, created_at, edited_at, deleted_at, reply_to"
  return {
    rooms: db
      .query("SELECT pk, id, name, visibility, creator_id, created_at, rev, last_at FROM rooms ORDER BY pk")
      .values(),
    users: db.query("SELECT * FROM users ORDER BY pk").values(),
    messages: db.query(`SELECT ${columns} FROM messages ORDER BY rowid`).values(),
    totals: db.query("SELECT rooms, messages, probed_at FROM totals").values(),
  }
}

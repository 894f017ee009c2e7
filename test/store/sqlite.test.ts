import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { dayMs } from "../../src/contract/durations.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { UserId } from "../../src/contract/values.ts"
import { pageQueries } from "../../src/store/sqlite/messages.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { createSchema } from "../../src/store/sqlite/schema.ts"
import { openDatabase, SqliteStore } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { user } from "../support/ids.ts"
import { granted, joining, type OpenStore, roomWith, sending, storeSuite } from "./store-suite.ts"

const options = { pendingMax: 1_000, onFailure: () => {} }

storeSuite("the store on SQLite", async () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path, options)
  return {
    store,
    [Symbol.asyncDispose]: async () => {
      await store.close().catch(() => {})
      folder[Symbol.dispose]()
    },
  }
})

test("rooms, users, messages and counters are as before when the folder is opened again", async () => {
  using folder = temporaryFolder()
  const before = opened(folder.path)
  const roomId = await roomWith(before, 3)
  await granted(before, { ...joining(roomId), avatar: "https://a.example/1.png" })
  const pageBefore = (await granted(before, joining(roomId))).page
  await before.store.close()

  const after = opened(folder.path)
  expect(await after.store.counts()).toEqual({ rooms: 1, messages: 3 })
  const { page, profile, room } = await granted(after, joining(roomId))
  expect(page).toEqual(pageBefore)
  expect(profile.avatar).toBe("https://a.example/1.png")
  expect(room.name).toBe("General")
  expect((await granted(after, sending(roomId, "next"))).message.seq).toBe(4)
  await after.store.close()
})

test("a folder whose data was moved away is not begun anew, whichever of the moved files is left", () => {
  using folder = temporaryFolder()
  const [first, second] = ["warren.db.moved", "warren.db.moved-2"].map((name) => join(folder.path, name)) as [
    string,
    string,
  ]
  const named = (path: string) => `rename ${path} to warren.db`
  for (const path of [first, second]) writeFileSync(path, "")
  utimesSync(first, 2, 2)
  utimesSync(second, 1, 1)
  // Numbers are given again: the last one is known by its time.
  expect(() => opened(folder.path)).toThrow(named(first))
  rmSync(first)
  expect(() => opened(folder.path)).toThrow(named(second))
  expect(readdirSync(folder.path)).toEqual(["warren.db.moved-2"])
})

test("those who come into a room together are given one page, and the next ones another", async () => {
  using folder = temporaryFolder()
  const open = opened(folder.path)
  const roomId = await roomWith(open, 3)
  const come = async (userId: UserId) => (await granted(open, { ...joining(roomId), userId })).page.messages
  const [one, other] = await Promise.all([come(user("bob")), come(user("cem"))])
  expect(one).toHaveLength(3)
  expect(other).toBe(one)
  expect(await come(user("dan"))).not.toBe(one)
  await open.store.close()
})

test("[JOIN6] those who come together see what the room was when each of them came", async () => {
  using folder = temporaryFolder()
  const open = opened(folder.path)
  const roomId = await roomWith(open, 2)
  const come = async (name: string, rest: object = {}) => {
    const { page } = await granted(open, { ...joining(roomId), userId: user(name), username: name, ...rest })
    return page.messages.map(({ seq, user: { username } }) => `${username} ${seq}`)
  }
  const say = () => granted(open, sending(roomId, "new")).then(({ message }) => [message.user.username])
  const since = { since: 1 }
  const [[writer], ...came] = await Promise.all([
    say(),
    come("bob"),
    come("cem"),
    say(),
    come("dan"),
    come("eve", since),
    say(),
    come("fay", since),
    come("gil"),
    come("ann", { username: "Annie" }),
    come("ann", since),
    come("hal"),
  ])
  const seqs = (from: number, to: number, name = writer) =>
    Array.from({ length: to - from + 1 }, (_, n) => `${name} ${from + n}`)
  expect(came).toEqual([
    seqs(1, 3),
    seqs(1, 3),
    [writer ?? ""],
    seqs(1, 4),
    seqs(2, 4),
    [writer ?? ""],
    seqs(2, 5),
    seqs(1, 5),
    seqs(1, 5, "Annie"),
    seqs(2, 5, "ann"),
    seqs(1, 5, "ann"),
  ])
  await open.store.close()
})

test("[JOIN1] a join that changes nothing writes nothing", async () => {
  using folder = temporaryFolder()
  const open = opened(folder.path)
  const roomId = await roomWith(open, 1)
  using reader = new Database(join(folder.path, "warren.db"), { readonly: true })
  const dataVersion = () => reader.query<{ data_version: number }, []>("PRAGMA data_version").get()?.data_version

  const before = dataVersion()
  // Later: SQLite itself leaves out what would be the same to the byte.
  const later = { ...joining(roomId), at: joining(roomId).at + 1 }
  await granted(open, later)
  await granted(open, { ...later, avatar: null })
  // Where nobody is known, that they were seen is kept to the day.
  await granted(open, { ...later, isKnown: false, at: later.at + dayMs - 2 })
  await granted(open, { ...later, at: later.at + dayMs })
  expect(dataVersion()).toBe(before)
  using writer = new Database(join(folder.path, "warren.db"))
  writer.run("BEGIN IMMEDIATE")
  await granted(open, later)
  writer.run("ROLLBACK")
  await granted(open, { ...later, isKnown: false, at: later.at + dayMs - 1 })
  expect(dataVersion()).not.toBe(before)
  const changed = { ...joining(roomId), username: "Annie" }
  await granted(open, { ...changed, at: changed.at + 9 })
  const row = reader.query("SELECT created_at, updated_at FROM users").get()
  expect(row).toEqual({ created_at: changed.at, updated_at: changed.at + 9 })
  await open.store.close()
})

test("[HIST2] a changed message is in the page by since at the place of its latest change", async () => {
  using folder = temporaryFolder()
  const open = opened(folder.path)
  const roomId = await roomWith(open, 4)
  await open.store.close()
  // Nothing edits yet; the columns and the index for it are there, and pages already honour them.
  using db = openDatabase(join(folder.path, "warren.db"))
  db.run("UPDATE messages SET rev = 5, content = 'edited' WHERE seq = 2")
  db.run("UPDATE rooms SET rev = 5")
  db.close()

  const after = opened(folder.path)
  const revsSince = async (since: number) =>
    (await granted(after, { kind: "pageSince", roomId, epoch: undefined, since, limit: 200 })).messages.map(
      ({ rev, seq }) => [rev, seq],
    )
  expect(await revsSince(0)).toEqual([
    [1, 1],
    [3, 3],
    [4, 4],
    [5, 2],
  ])
  expect(await revsSince(4)).toEqual([[5, 2]])
  const limited = await granted(after, { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 3 })
  expect([limited.messages.map(({ rev }) => rev), limited.hasMore]).toEqual([[1, 3, 4], true])
  await after.store.close()
})

test("a page that ends early leaves no statement in the middle", async () => {
  using folder = temporaryFolder()
  const open = opened(folder.path)
  const roomId = await roomWith(open, 4)
  for (const limit of [1, 2]) {
    await granted(open, { kind: "pageSince", roomId, epoch: undefined, since: 0, limit })
    await granted(open, { kind: "pageBefore", roomId, before: undefined, limit })
  }
  await open.store.close()
  // It could not have been emptied while a statement reads from it.
  expect(statSync(join(folder.path, "warren.db-wal"), { throwIfNoEntry: false })?.size ?? 0).toBe(0)
})

test("pages follow an index and never scan the messages", () => {
  using db = new Database(":memory:", { strict: true })
  createSchema(db)
  for (const [name, sql] of Object.entries(pageQueries)) {
    const plan = db.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`).all()
    const steps = plan.map(({ detail }) => detail)
    expect(steps.filter((step) => step.startsWith("SEARCH m USING")).length, name).toBeGreaterThan(0)
    expect(
      steps.filter((step) => /^SCAN (m|u)\b/.test(step)),
      name,
    ).toEqual([])
  }
})

test("catching up on changes uses the partial index, the rest that of the room's numbers", () => {
  using db = new Database(":memory:", { strict: true })
  createSchema(db)
  const plan = (sql: string) =>
    db
      .query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)

  expect(plan(pageQueries.before).join()).toContain(
    "SEARCH m USING INDEX sqlite_autoindex_messages_2 (room=? AND seq>? AND seq<?)",
  )
  expect(plan(pageQueries.created).join()).toContain(
    "SEARCH m USING INDEX sqlite_autoindex_messages_2 (room=? AND seq>?)",
  )
  for (const sql of [pageQueries.changed, pageQueries.changedSeqs])
    expect(plan(sql).join()).toContain("SEARCH m USING INDEX messages_changed (room=? AND rev>?)")
})

test("what is deleted is overwritten, and a new file can give pages back", () => {
  using folder = temporaryFolder()
  using db = openDatabase(join(folder.path, "warren.db"))
  const settings = ["secure_delete", "auto_vacuum"].map((name) => db.query(`PRAGMA ${name}`).values()[0]?.[0])
  expect(settings).toEqual([1, 2])
})

test("[MEM2] the ends of 500 rooms are read from memory, once they were read", () => {
  using folder = temporaryFolder()
  using db = openDatabase(join(folder.path, "warren.db"))
  const pragma = (name: string) => Number(Object.values(db.query(`PRAGMA ${name}`).get() as object)[0])
  // Of each its last message, its place in the index, and what else is on their pages.
  const pagesOfRooms = 500 * 3
  expect(-1_024 * pragma("cache_size")).toBeGreaterThan(pagesOfRooms * pragma("page_size"))
})

test("[SEND2] every commit is synced to disk, by write-ahead log", () => {
  using folder = temporaryFolder()
  using db = openDatabase(join(folder.path, "warren.db"))
  const pragma = (name: string) => Object.values(db.query(`PRAGMA ${name}`).get() as object)[0]
  expect([pragma("journal_mode"), pragma("synchronous")]).toEqual(["wal", 2])
})

test("[ERR1] a batch that cannot be written fails whole with ERR_STORAGE, and the next one works", async () => {
  const failures: unknown[] = []
  const db = openDatabase(":memory:")
  const store = new SqliteStore(db, { pendingMax: 10, onFailure: (cause) => failures.push(cause), release: () => {} })
  const open: OpenStore = { store, [Symbol.asyncDispose]: () => store.close() }
  const roomId = await roomWith(open, 1)
  const outcomes: unknown[] = []
  const settle = (outcome: unknown) => outcomes.push(outcome instanceof ChatError ? outcome.code : outcome)

  db.run(
    "CREATE TRIGGER full BEFORE INSERT ON messages WHEN NEW.content = 'too much' BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END",
  )
  for (const content of ["fine", "too much"]) store.submit(sending(roomId, content), settle)
  const next = await granted(open, { kind: "probe", at: 0 }).catch(({ code }) => code)
  expect([...outcomes, next]).toEqual(["ERR_STORAGE", "ERR_STORAGE", "ERR_STORAGE"])
  expect(failures).toHaveLength(1)

  expect((await granted(open, sending(roomId, "fine"))).message.seq).toBe(2)
  expect(await store.counts()).toEqual({ rooms: 1, messages: 2 })
  await store.close()
})

test("a second server on the same folder is refused in one sentence; when the first is gone it may", async () => {
  using folder = temporaryFolder()
  const first = opened(folder.path)
  expect(() => openSqliteStore(folder.path, options)).toThrow(
    /^Another Warren is using the folder .*: stop it first, or set DATA_DIR/,
  )
  await first.store.close()
  await opened(folder.path).store.close()
})

test("a file that is not a database, of another program, or of a newer Warren is refused in one sentence", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "warren.db")
  const refusal = () => {
    try {
      openSqliteStore(folder.path, options)
    } catch (error) {
      return (error as Error).message.replaceAll(folder.path, "FOLDER")
    }
    throw new Error("opened")
  }

  await Bun.write(path, "This is a letter to my aunt. ".repeat(200))
  expect(refusal()).toBe("FOLDER/warren.db is not a database, or is damaged: move it away or restore a backup.")

  await Bun.file(path).delete()
  const foreign = new Database(path)
  foreign.run("CREATE TABLE recipes (name TEXT)")
  foreign.close()
  const before = await Bun.file(path).bytes()
  expect(refusal()).toBe("FOLDER/warren.db belongs to another program: move it away, or choose another DATA_DIR.")
  expect(await Bun.file(path).bytes()).toEqual(before)

  await Bun.file(path).delete()
  await opened(folder.path).store.close()
  const newer = new Database(path)
  newer.run("PRAGMA user_version = 99")
  newer.close()
  expect(refusal()).toBe(
    "FOLDER/warren.db was written by a newer Warren (schema 99, this one knows 2): start that version.",
  )

  await Bun.file(path).delete()
  await opened(folder.path).store.close()
})

test("a lock that is damaged is named, and not the data", async () => {
  using folder = temporaryFolder()
  await Bun.write(join(folder.path, "lock.db"), "no lock ".repeat(200))
  expect(() => openSqliteStore(folder.path, options)).toThrow(/lock\.db is damaged: delete it, it holds no data\.$/)
})

test("a data folder that cannot be made is refused in one sentence", async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, "file")
  await Bun.write(file, "")
  expect(() => openSqliteStore(join(file, "data"), options)).toThrow(/file\/data is not a folder: set DATA_DIR to/)
  expect(() => openSqliteStore("/proc/warren", options)).toThrow(/^\/proc\/warren cannot be written: give this user/)
})

test("rooms and users beyond what is kept in memory are read again", async () => {
  const db = openDatabase(":memory:")
  const store = new SqliteStore(db, { ...options, release: () => {}, keptMax: 1 })
  const open: OpenStore = { store, [Symbol.asyncDispose]: () => store.close() }
  const roomId = await roomWith(open, 2)
  db.run("UPDATE users SET username = 'Read again'")

  const { message } = await granted(open, sending(roomId, "next"))
  expect([message.seq, message.user.username]).toEqual([3, "Read again"])
  await store.close()
})

function opened(folder: string): OpenStore {
  const store = openSqliteStore(folder, options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
}

test("a store that closes folds its log into its file, even while another program has the file open", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "warren.db")
  const open = opened(folder.path)
  await roomWith(open, 3)
  using other = new Database(path, { readonly: true })
  other.query("SELECT count(*) FROM messages").get()
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0)
  await open.store.close()
  expect(statSync(`${path}-wal`).size).toBe(0)
})

test("and closes all the same while another program reads, which loses nothing", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "warren.db")
  const open = opened(folder.path)
  await roomWith(open, 3)
  using other = new Database(path, { readonly: true })
  other.run("BEGIN")
  other.query("SELECT count(*) FROM messages").get()
  await open.store.close()
  other.run("COMMIT")

  const again = opened(folder.path)
  expect(await again.store.counts()).toEqual({ rooms: 1, messages: 3 })
  await again.store.close()
})

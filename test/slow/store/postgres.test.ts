import { expect, test } from "bun:test"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { StoreMeter } from "../../../src/observe/store-meter.ts"
import { Connection, PostgresFailure } from "../../../src/store/postgres/connection.ts"
import { openPostgresFeed, toldQuery } from "../../../src/store/postgres/feed.ts"
import { changedQuery, pageQueries } from "../../../src/store/postgres/messages.ts"
import { myRoomsQueries } from "../../../src/store/postgres/my-rooms.ts"
import { openPostgresStore, whyUnusable } from "../../../src/store/postgres/open.ts"
import { listQuery } from "../../../src/store/postgres/rooms.ts"
import { listUsers, usersQueries } from "../../../src/store/postgres/users.ts"
import { expectAlike } from "../../store/any-life.ts"
import { changesSuite } from "../../store/changes-suite.ts"
import { discoverySuite } from "../../store/discovery-suite.ts"
import { filesSuite } from "../../store/files-suite.ts"
import { membersSuite } from "../../store/members-suite.ts"
import { myRoomsSuite } from "../../store/my-rooms-suite.ts"
import { ownDataSuite } from "../../store/own-data-suite.ts"
import { rolesSuite } from "../../store/roles-suite.ts"
import { searchSuite } from "../../store/search-suite.ts"
import { granted, joining, type OpenStore, roomWith, sending, storeSuite } from "../../store/store-suite.ts"
import { usersSuite } from "../../store/users-suite.ts"
import { user } from "../../support/ids.ts"
import { describeWithPostgres } from "../../support/postgres.ts"
import { inMemory } from "../../support/stores.ts"
import { until } from "../../support/until.ts"

const options = { pendingMax: 10_000, onFailure: () => {}, address: () => "http://here.example" }

describeWithPostgres("PostgreSQL", (server) => {
  storeSuite("the store on PostgreSQL", empty)
  discoverySuite("the list of rooms on PostgreSQL", empty)
  filesSuite("files on PostgreSQL", empty)
  changesSuite(
    "messages that change on PostgreSQL",
    async () => {
      const url = await server().emptied()
      const store = await opened(url)
      const mentioned = async () => {
        const rows = await server().query<{ who: string; seq: number }>(
          `SELECT coalesce(u.id, '*') AS who, m.seq::float8 AS seq FROM mentions AS m
         LEFT JOIN users AS u ON u.pk = m.mentioned ORDER BY 2, 1`,
          url,
        )
        return rows.map(({ who, seq }) => [who, seq] as const)
      }
      return { ...store, mentioned }
    },
    { numRuns: 15 },
  )
  membersSuite("members on PostgreSQL", empty)
  rolesSuite("roles on PostgreSQL", empty)
  myRoomsSuite("one's own rooms on PostgreSQL", empty, { numRuns: 15 })
  searchSuite("search on PostgreSQL", async () => {
    const url = await server().emptied()
    return { ...(await opened(url)), openFeed: () => openPostgresFeed(url) }
  })
  usersSuite("users on PostgreSQL", empty)
  ownDataSuite("one's own data on PostgreSQL", empty)

  test(
    "whatever is asked, PostgreSQL answers as memory does",
    () => expectAlike({ one: inMemory, other: empty, readsLate: true }),
    600_000,
  )

  test("rooms, users, messages and counters are as before when the database is opened again", async () => {
    const url = await server().newDatabase()
    const before = await opened(url)
    const roomId = await roomWith(before, 3)
    await granted(before, { ...joining(roomId), avatar: "https://a.example/1.png" })
    const pageBefore = (await granted(before, joining(roomId))).page
    await before.store.close()

    await using after = await opened(url)
    expect(await after.store.counts()).toEqual({ rooms: 1, messages: 3 })
    expect((await granted(after, joining(roomId))).page).toEqual(pageBefore)
    expect((await granted(after, sending(roomId, "next"))).message.seq).toBe(4)
  })

  test("[HIST2] a changed message is in the page by since at the place of its latest change", async () => {
    const url = await server().newDatabase()
    await using open = await opened(url)
    const roomId = await roomWith(open, 4)
    // Nothing edits yet; the columns and the index for it are there, and pages already honour them.
    await server().query("UPDATE messages SET rev = 5, content = 'edited' WHERE seq = 2; UPDATE rooms SET rev = 5", url)
    const since = (rev: number, limit = 200) =>
      granted(open, { kind: "pageSince", roomId, epoch: undefined, since: rev, limit })
    const revs = async (rev: number) => (await since(rev)).messages.map((one) => [one.rev, one.seq])

    expect(await revs(0)).toEqual([
      [1, 1],
      [3, 3],
      [4, 4],
      [5, 2],
    ])
    expect(await revs(4)).toEqual([[5, 2]])
    const limited = await since(0, 3)
    expect([limited.messages.map(({ rev }) => rev), limited.hasMore]).toEqual([[1, 3, 4], true])
    // Read for a page up to 4, when another server has changed what was created by 2 already.
    const connection = new Connection(url)
    const late = async (kind: keyof typeof pageQueries, from: number, rev: number) => {
      const rows = await connection.run<{ rev: number }>(pageQueries[kind], [roomId, from, rev, 201])
      return rows.map((row) => row.rev)
    }
    expect(await late("since", 1, 4)).toEqual([3, 4, 5])
    // What another server has added by now is not on it, also where that was changed since.
    expect(await late("since", 0, 1)).toEqual([1])
    expect([await late("since", 1, 3), await late("before", 9, 3), await late("after", 1, 3)]).toEqual([
      [3, 5],
      [3, 5, 1],
      [5, 3],
    ])
    await connection.close()
  })

  test("[HIST5] a page of long messages ends where it is full, and the database sends no more than that", async () => {
    const url = await server().newDatabase()
    await using open = await opened(url)
    const roomId = await roomWith(open, 0)
    const content = "\u{1F407}".repeat(4_000)
    await Promise.all(Array.from({ length: 40 }, () => granted(open, sending(roomId, content))))
    const before = await granted(open, { kind: "pageBefore", roomId, before: undefined, limit: 200 })
    expect([before.messages.length, before.messages.at(-1)?.seq, before.hasMore]).toEqual([16, 40, true])

    const connection = new Connection(url)
    const rows = await connection.run(pageQueries.before, [roomId, 41, 40, 201])
    expect(rows).toHaveLength(17)
    await connection.close()
  })

  test("[HIST5] pages are read a few at a time, what removes bit by bit is alone in its batch, and the others wait", async () => {
    const meter = new StoreMeter()
    const batches: number[] = []
    meter.batch = (commands) => void batches.push(commands)
    await using open = await opened(await server().newDatabase(), { meter })
    const roomId = await roomWith(open, 1)
    batches.length = 0
    const page = { kind: "pageBefore", roomId, before: undefined, limit: 50 } as const
    const asked = [...Array.from({ length: 17 }, () => granted(open, page)), granted(open, sending(roomId, "last"))]
    await Promise.all(asked)
    expect(batches.splice(0)).toEqual([8, 8, 2])
    const say = () => granted(open, sending(roomId, "hi"))
    await Promise.all([say(), granted(open, { kind: "expireMembers", before: 0 }), say(), say()])
    expect(batches).toEqual([1, 1, 2])
  })

  test("[USER1] an account that is deactivated is in no list of users", async () => {
    const url = await server().newDatabase()
    await using open = await opened(url)
    const roomId = await roomWith(open, 0)
    const [bob, cleo] = [user("bob"), user("cleo")]
    for (const userId of [bob, cleo]) await granted(open, { ...joining(roomId), userId })
    await server().query(
      `INSERT INTO accounts (id, login, login_key, username, role, is_active, created_at)
       SELECT id, id, id, id, 'member', CASE id WHEN '${bob}' THEN 0 ELSE 1 END, 0 FROM users WHERE id <> '${cleo}'`,
      url,
    )
    const connection = new Connection(url)
    const found = await listUsers(connection, { kind: "users", after: 0, limit: 10, sharedWith: undefined })
    await connection.close()
    expect(found.map(({ userId }) => userId)).toEqual([joining(roomId).userId, cleo])
  })

  test("several servers that start at once make one schema", async () => {
    const url = await server().newDatabase()
    const stores = await Promise.all(Array.from({ length: 5 }, () => opened(url)))
    expect(await server().query("SELECT version FROM warren", url)).toEqual([{ version: 1 }])
    for (const { store } of stores) await store.close()
  })

  test("a database of another program or of a newer Warren is refused in one sentence, and left as it is", async () => {
    const foreign = await server().newDatabase()
    await server().query("CREATE TABLE recipes (name text)", foreign)
    await expect(opened(foreign)).rejects.toThrow(
      "The database of DATABASE_URL belongs to another program: make one for Warren alone.",
    )
    const newer = await server().newDatabase()
    await (await opened(newer)).store.close()
    await server().query("UPDATE warren SET version = 99", newer)
    await expect(opened(newer)).rejects.toThrow(
      "The database of DATABASE_URL was written by a newer Warren (schema 99, this one knows 1): start that version.",
    )
  })

  test("a PostgreSQL that is too old is refused in one sentence, and its database left as it is", async () => {
    const url = await claiming("WHEN 'server_version_num' THEN '120022' WHEN 'server_version' THEN '12.22'")
    await expect(opened(url)).rejects.toThrow(
      "DATABASE_URL leads to PostgreSQL 12.22: Warren needs version 13 or newer, so upgrade it, or use another.",
    )
    expect(await server().query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", url)).toEqual([])
  })

  test("a pooler that refuses what a connection is set to, or leaves it out, is told in one sentence", async () => {
    const sentence =
      "DATABASE_URL leads to a pooler, such as PgBouncer, that does not pass on what a connection is set to: let it lead to PostgreSQL itself."
    const refusal = "SFATAL\0C08P01\0Munsupported startup parameter: enable_seqscan\0\0"
    const length = Buffer.alloc(4)
    length.writeInt32BE(4 + refusal.length)
    using pooler = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: (socket) => void socket.end(Buffer.concat([Buffer.from("E"), length, Buffer.from(refusal)])) },
    })
    await expect(opened(`postgres://warren@127.0.0.1:${pooler.port}/warren`)).rejects.toThrow(sentence)
    await expect(opened(await claiming("WHEN 'plan_cache_mode' THEN 'auto'"))).rejects.toThrow(sentence)
  })

  test("a PostgreSQL that lets nobody in from here, or unencrypted, is told in one sentence", async () => {
    const file = join(server().dataFolder, "pg_hba.conf")
    writeFileSync(file, `host all unlisted 127.0.0.1/32 reject\n${readFileSync(file, "utf8")}`)
    await server().query("CREATE ROLE unlisted LOGIN; SELECT pg_reload_conf()")
    const url = server().url.replace("warren@", "unlisted:hunter22@")
    const told = (at: string) => opened(at).then(String, (error: Error) => error.message)
    const place = `PostgreSQL at ${server().url.replace(/.*@/, "")}`
    await until("it is refused", async () => (await told(url)).includes("pg_hba.conf"))
    expect(await told(url)).toBe(
      `${place} lets this user in from here with encryption at most: add ?sslmode=verify-full to DATABASE_URL, or a line to its pg_hba.conf.`,
    )
    // It would be encrypted, where the server could.
    expect(
      whyUnusable(
        `${url}?sslmode=require`,
        new PostgresFailure("no pg_hba.conf entry for host", { code: "", state: "28000" }),
      ),
    ).toBe(`${place} has no line in its pg_hba.conf that lets this user in from here: add one.`)
  })

  test("a database that does not hold all texts is refused in one sentence", async () => {
    for (const encoding of ["SQL_ASCII", "LATIN1"]) {
      const name = `in_${encoding.toLowerCase()}`
      await server().query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LOCALE 'C'`)
      await expect(opened(server().urlOf(name))).rejects.toThrow(
        `The database of DATABASE_URL is encoded in ${encoding}, which cannot hold all texts: make one with createdb --encoding=UTF8 --template=template0.`,
      )
    }
  })

  test("a user without the rights is told what to do in one sentence", async () => {
    const url = await server().newDatabase()
    await server().query("REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE guest LOGIN", url)
    const asGuest = url.replace("warren@", "guest:hunter22@")
    const place = url.replace(/.*@/, "")
    const sentence = `The user of DATABASE_URL may not make or use tables at ${place}: let it own the database and what is in it.`
    await expect(opened(asGuest)).rejects.toThrow(sentence)
    // And where somebody else has made them.
    await (await opened(url)).store.close()
    await expect(opened(asGuest)).rejects.toThrow(sentence)
    await server().query(`REVOKE CONNECT ON DATABASE ${new URL(url).pathname.slice(1)} FROM PUBLIC`)
    await expect(opened(asGuest)).rejects.toThrow(sentence)
  })

  test("a database that cannot be reached or entered is told in one sentence, without the password", async () => {
    const { port } = server()
    const refusal = (url: string) =>
      opened(url).then(
        () => "opened",
        (error: Error) => `${error.name}: ${error.message}`,
      )
    expect(await refusal(`postgres://warren:hunter22@127.0.0.1:${port}/nowhere`)).toBe(
      `OperatorError: PostgreSQL at 127.0.0.1:${port}/nowhere has no such database: make it with createdb, or change DATABASE_URL.`,
    )
    expect(await refusal(`postgres://nobody:hunter22@127.0.0.1:${port}/postgres`)).toBe(
      `OperatorError: PostgreSQL at 127.0.0.1:${port}/postgres refused the user or the password of DATABASE_URL.`,
    )
    expect(await refusal("postgres://warren:hunter22@127.0.0.1:1/warren")).toStartWith(
      "OperatorError: PostgreSQL at 127.0.0.1:1/warren cannot be used: ",
    )
    expect(await refusal("postgres://warren:hunter22@127.0.0.1:1/warren")).not.toContain("hunter22")
  })

  test("[HIST7] a copy of the database is another life of its data; the database itself goes on in the same one", async () => {
    const url = await server().newDatabase()
    const epochAt = async (at: string, roomId: Parameters<typeof joining>[0]) => {
      await using open = await opened(at)
      return (await granted(open, joining(roomId))).page.epoch
    }
    const first = await opened(url)
    const roomId = await roomWith(first, 1)
    await first.store.close()
    const epoch = await epochAt(url, roomId)
    expect(epoch).toMatch(/^[\w-]{22}$/)

    const copy = `${new URL(url).pathname.slice(1)}_copy`
    await server().query(`CREATE DATABASE ${copy} TEMPLATE ${new URL(url).pathname.slice(1)}`)
    expect(await epochAt(server().urlOf(copy), roomId)).not.toBe(epoch)
    expect(await epochAt(url, roomId)).toBe(epoch)
  })

  test("pages and lists follow their indexes, also as they are planned on empty tables", async () => {
    const url = await server().newDatabase()
    await (await opened(url)).store.close()
    const connection = new Connection(url)
    const plan = async (sql: string, values: (string | number | null)[]) => {
      const rows = await connection.run<{ "QUERY PLAN": string }>(`EXPLAIN ${sql}`, values)
      return rows.map((row) => row["QUERY PLAN"].trim()).join("\n")
    }
    const id = crypto.randomUUID()
    const [before, since] = [
      await plan(pageQueries.before, [id, 1, 1, 1]),
      await plan(pageQueries.since, [id, 1, 1, 1]),
    ]
    const changed = await plan(changedQuery, [JSON.stringify([{ place: 0, room: 1, since: 1 }]), 1])
    expect(changed).toContain("Index Scan using messages_changed on messages")
    const told = await plan(toldQuery, [JSON.stringify([id])])
    for (const text of [changed, told]) expect(text).not.toContain("Seq Scan")
    const list = await plan(listQuery, [1, id, 1])
    const standings = await plan(myRoomsQueries.standings, [id, JSON.stringify([{ userId: "ann", readSeq: 1 }])])
    const own = await plan(myRoomsQueries.own, ["ann", 0, 1, "{}", null, null])
    for (const text of [standings, own]) {
      expect(text).toMatch(/Index (Only )?Scan using messages_room_seq_key on messages x/)
      expect(text).toContain("Index Scan Backward using messages_room_seq_key on messages")
    }
    expect(own).toContain("Index Scan using members_of on members")
    const one = await plan(usersQueries.one, ["bob", 1, "ann"])
    expect(one).toContain("Index Scan using users_id_key on users u")
    expect(before).toContain("Index Scan Backward using messages_room_seq_key on messages")
    expect(since).toContain("Index Scan using messages_room_seq_key on messages")
    expect(since).toContain("Index Scan using messages_changed on messages")
    expect(list).toContain("Index Scan Backward using rooms_listed on rooms")
    for (const text of [before, since, list, standings, own, one]) expect(text).not.toContain("Seq Scan")
    expect(list).not.toContain("Sort")
    await connection.close()
  })

  test("a connection that was closed connects no more", async () => {
    const connection = new Connection(await server().newDatabase())
    expect(await connection.run("SELECT 1 AS one")).toEqual([{ one: 1 }])
    await connection.close()
    await expect(connection.run("SELECT 2")).rejects.toMatchObject({ code: "POSTGRES_CLOSED" })
    await expect(connection.transact(60_000, async () => {})).rejects.toMatchObject({ code: "POSTGRES_CLOSED" })
  })

  async function empty(): Promise<OpenStore> {
    return opened(await server().emptied())
  }

  /** A database that tells of other settings than it has, to whoever asks as Warren does. */
  async function claiming(other: string): Promise<string> {
    const url = await server().newDatabase()
    await server().query(
      `CREATE SCHEMA claiming;
       CREATE FUNCTION claiming.current_setting(name text) RETURNS text LANGUAGE sql AS $$
         SELECT CASE name ${other} ELSE pg_catalog.current_setting(name) END
       $$;
       DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = claiming, pg_catalog, public', current_database()); END $$`,
      url,
    )
    return url
  }
})

async function opened(url: string, more: { readonly meter?: StoreMeter } = {}): Promise<OpenStore> {
  const store = await openPostgresStore(url, { ...options, ...more })
  return { store, [Symbol.asyncDispose]: () => store.close().catch(() => {}) }
}

/** From a folder into PostgreSQL and back: the same data, whatever happens on the way. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import type { AccountRecord, LinkRecord } from "../../../src/accounts/tables.ts"
import type { RoomId } from "../../../src/contract/values.ts"
import { OperatorError } from "../../../src/observe/operator-error.ts"
import { importLines } from "../../../src/store/move/lines.ts"
import { type MoveOptions, move } from "../../../src/store/move/move.ts"
import { allTables } from "../../../src/store/move/tables.ts"
import { openPostgresAccounts } from "../../../src/store/postgres/accounts.ts"
import { openPostgresStore } from "../../../src/store/postgres/open.ts"
import { postgresSource, postgresTarget } from "../../../src/store/postgres/side.ts"
import { openSqliteAccounts } from "../../../src/store/sqlite/accounts.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { sqliteSource, sqliteTarget } from "../../../src/store/sqlite/side.ts"
import { granted, joining, type OpenStore, roomWith, sending } from "../../store/store-suite.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { user } from "../../support/ids.ts"
import { describeWithPostgres } from "../../support/postgres.ts"
import { until } from "../../support/until.ts"

const options = { pendingMax: 10_000, onFailure: console.error }
const patient: MoveOptions = { signal: new AbortController().signal, onProgress: () => {} }

const patientLines = { signal: patient.signal, onProgress: () => {} }

const newAccount: AccountRecord = {
  pk: 0,
  id: user("ann"),
  login: "Ann",
  loginKey: "ann",
  username: "Ann Lee",
  password: "$argon2id$…",
  role: "admin",
  isActive: true,
  linkId: null,
  dueRooms: [],
  createdAt: Date.UTC(2026, 0, 31),
}

const newLink: LinkRecord = {
  id: crypto.randomUUID(),
  hash: "hash 2",
  kind: "device",
  account: null,
  creatorId: user("ann"),
  roomId: null,
  userId: null,
  uses: 1,
  usesLeft: 1,
  createdAt: 7,
  expiresAt: Date.UTC(2026, 1, 1),
}

describeWithPostgres("moving the data", (server) => {
  test("[HIST7] there and back again it is the same, to the epoch; the next message has the next number", async () => {
    using folder = temporaryFolder()
    using other = temporaryFolder()
    const url = await server().newDatabase()
    const rooms = await filled(folder.path, [0, 3, 2_500])
    const before = await seen(openSqliteStore(folder.path, options), rooms)

    expect(await moveTo(folder.path, url)).toEqual({ rooms: 3, messages: 2_503 })
    expect(await seen(await openPostgresStore(url, options), rooms)).toEqual(before)
    expect(await moveFrom(url, other.path)).toEqual({ rooms: 3, messages: 2_503 })
    expect(await seen(openSqliteStore(other.path, options), rooms)).toEqual(before)

    await using open = opened(openSqliteStore(other.path, options))
    expect((await granted(open, sending(rooms[1]!, "next"))).message.seq).toBe(4)
  })

  test("in PostgreSQL everything goes on from there: rooms, users and messages get keys that are free", async () => {
    using folder = temporaryFolder()
    const url = await server().newDatabase()
    const [roomId] = await filled(folder.path, [5])
    // As it is where somebody emptied the tables that a server had filled.
    await (await openPostgresStore(url, options)).close()
    await server().query("UPDATE totals SET rooms = 3, messages = 7 WHERE shard = 5", url)
    await moveTo(folder.path, url)
    const connections = "SELECT FROM pg_stat_activity WHERE application_name = 'warren'"
    await until("no connection is left", async () => (await server().query(connections)).length === 0)
    await using open = opened(await openPostgresStore(url, options))
    await roomWith(open, 2)
    await granted(open, { ...joining(roomId!), userId: user("new"), username: "New" })
    expect((await granted(open, sending(roomId!, "next"))).message.seq).toBe(6)
    expect(await open.store.counts()).toEqual({ rooms: 2, messages: 8 })
  })

  test("[ACC7] accounts go along, with their sessions and links, and so does who may be served", async () => {
    using folder = temporaryFolder()
    const url = await server().newDatabase()
    await filled(folder.path, [1])
    const before = openSqliteAccounts(join(folder.path, "warren.db"))
    const account = { ...newAccount, pk: await before.write((tables) => tables.addAccount(newAccount)) }
    const session = {
      id: crypto.randomUUID(),
      hash: "hash 1",
      account: account.pk,
      client: "",
      createdAt: 5,
      usedAt: 6,
      provenAt: 7,
    }
    await before.write(async (tables) => {
      await tables.addSession(session)
      await tables.addLink({ ...newLink, account: account.pk })
      await tables.setAuth("accounts")
    })
    await before.close()
    await moveTo(folder.path, url)
    const after = openPostgresAccounts(url)
    expect(await after.read((tables) => tables.sessionByHash("hash 1"))).toEqual({ account, session })
    expect(await after.read((tables) => tables.linkByHash("hash 2"))).toEqual({ ...newLink, account: account.pk })
    expect(await after.read((tables) => tables.access())).toEqual({ auth: "accounts", revision: 0 })
    const next = { ...newAccount, id: user("bob"), login: "bob", loginKey: "bob" }
    expect(await after.write((tables) => tables.addAccount(next))).toBe(account.pk + 1)
    await after.close()
  })

  test("what was interrupted goes on, and cannot be served before its end", async () => {
    using folder = temporaryFolder()
    const url = await server().newDatabase()
    const rooms = await filled(folder.path, [4_500])
    const before = await seen(openSqliteStore(folder.path, options), rooms)
    const stop = new AbortController()
    const shares: number[] = []
    const onProgress = (_: string, share: number) => {
      shares.push(share)
      if (share > 0.5) stop.abort(new Error("interrupted"))
    }
    await expect(moveTo(folder.path, url, { signal: stop.signal, onProgress })).rejects.toThrow("interrupted")
    await expect(openPostgresStore(url, { ...options, isAlone: true })).rejects.toThrow(
      "The database of DATABASE_URL holds a part of the data that is moved into it: run that command again, to its end.",
    )
    const again: number[] = []
    await moveTo(folder.path, url, { ...patient, onProgress: (_, share) => again.push(share) })
    expect([shares[0], again[0]! > 0.5]).toEqual([0, true])
    expect(await seen(await openPostgresStore(url, options), rooms)).toEqual(before)
  })

  test("a database that goes away in the middle is told in a sentence, without the password", async () => {
    using folder = temporaryFolder()
    const url = await server().newDatabase()
    await filled(folder.path, [3])
    await moveTo(folder.path, url)
    const source = await postgresSource(url)
    const { pathname } = new URL(url)
    await using other = new Bun.SQL(Object.assign(new URL(url), { pathname: "/postgres" }).href, { max: 1 })
    await other.unsafe(`DROP DATABASE ${pathname.slice(1)} WITH (FORCE)`)
    const told = await source.counts().then(String, (cause) => cause)
    await source.close()
    expect(told).toBeInstanceOf(OperatorError)
    const sentence = /^PostgreSQL at 127\.0\.0\.1:\d+\/\w+ has no such database: make it/
    expect(told.message).toMatch(sentence)

    const into = await server().newDatabase()
    const target = await postgresTarget(into)
    await target.begin("one")
    await other.unsafe(`DROP DATABASE ${new URL(into).pathname.slice(1)} WITH (FORCE)`)
    await expect(target.write(allTables[0]!, [])).rejects.toThrow(sentence)
    await target.close()
  })

  test("a database that is refused is let go of", async () => {
    const url = await server().newDatabase()
    await server().query("CREATE TABLE recipes (name text)", url)
    for (const open of [postgresSource, postgresTarget]) {
      await expect(open(url)).rejects.toThrow("belongs to another program")
      const held = "SELECT FROM pg_stat_activity WHERE application_name = 'warren' AND datname = current_database()"
      await until("nothing of it is left", async () => (await server().query(held, url)).length === 0)
    }
  })

  test("a difference in one message is found, and the target is not served", async () => {
    using folder = temporaryFolder()
    const url = await server().newDatabase()
    await filled(folder.path, [10, 10])
    const source = sqliteSource(folder.path)
    const target = await postgresTarget(url)
    const spoiled = {
      ...target,
      rows: async (...args: Parameters<typeof target.rows>) => {
        const rows = await target.rows(...args)
        return args[0].name === "messages" ? rows.map((row) => row.with(7, row[0] === 13 ? "changed" : row[7]!)) : rows
      },
    }
    await expect(move(source, spoiled, patient)).rejects.toThrow(
      /^The database at 127\.0\.0\.1:\d+\/test_\d+ is not the same as .*warren\.db \(the messages of 1 rooms differ\), so it cannot be served: empty it/,
    )
    await move(source, target, patient)
    await target.close()
    await source.close()
  })

  test("[HIST7] the side that was left is not served by mistake, and begins a new epoch if it is served again", async () => {
    using folder = temporaryFolder()
    const url = await server().newDatabase()
    const rooms = await filled(folder.path, [1])
    const [before] = await seen(openSqliteStore(folder.path, options), rooms)
    await moveTo(folder.path, url)
    expect(() => openSqliteStore(folder.path, options)).toThrow("was moved to PostgreSQL: set DATABASE_URL.")
    const file = join(folder.path, "warren.db")
    renameSync(`${file}.moved`, file)
    const [left] = await seen(openSqliteStore(folder.path, options), rooms)
    expect(left?.messages).toEqual(before!.messages)
    expect(left?.epoch).not.toBe(before!.epoch)
    // One of an earlier move is kept.
    writeFileSync(`${file}.moved`, "of an earlier move")
    await moveTo(folder.path, await server().newDatabase())
    expect(
      readdirSync(folder.path)
        .filter((name) => name.startsWith("warren.db"))
        .sort(),
    ).toEqual(["warren.db.moved", "warren.db.moved-2"])
    expect(readFileSync(`${file}.moved`, "utf8")).toBe("of an earlier move")
  })

  test("[HIST7] a database that was left is served only without its mark, and a copy of one has no epoch of its own", async () => {
    using folder = temporaryFolder()
    using back = temporaryFolder()
    using copied = temporaryFolder()
    const url = await server().newDatabase()
    const rooms = await filled(folder.path, [1])
    const [before] = await seen(openSqliteStore(folder.path, options), rooms)
    const target = await postgresTarget(url)
    await target.begin("one")
    await target.close()
    await expect(postgresSource(url)).rejects.toThrow("holds a part of the data that is moved into it")
    await server().query("DROP TABLE warren_copy", url)
    await moveTo(folder.path, url)

    const name = new URL(url).pathname.slice(1)
    await server().query(`CREATE DATABASE ${name}_copy TEMPLATE ${name}`)
    await moveFrom(server().urlOf(`${name}_copy`), copied.path)
    const [copy] = await seen(openSqliteStore(copied.path, options), rooms)
    expect([copy!.messages, copy!.epoch === before!.epoch]).toEqual([before!.messages, false])

    await moveFrom(url, back.path)
    expect(await seen(openSqliteStore(back.path, options), rooms)).toEqual([before!])
    await expect(openPostgresStore(url, options)).rejects.toThrow("The data of this DATABASE_URL was moved to a folder")
    await server().query("DROP TABLE warren_moved", url)
    const [left] = await seen(await openPostgresStore(url, options), rooms)
    expect([left!.messages, left!.epoch === before!.epoch]).toEqual([before!.messages, false])
  })

  test("a target that holds data, and ends that are in use, are refused in a sentence", async () => {
    using folder = temporaryFolder()
    using full = temporaryFolder()
    const url = await server().newDatabase()
    await filled(folder.path, [1])
    await filled(full.path, [1])
    for (const isAlone of [true, false]) {
      const serving = await openPostgresStore(url, { ...options, isAlone })
      await expect(moveTo(folder.path, url)).rejects.toThrow("Another Warren is using the database at")
      await roomWith(opened(serving), 1)
      await serving.close()
    }
    expect(await moveTo(folder.path, url).catch((error: Error) => error.message)).toMatch(
      /^The database at .* is not empty: make an empty one\.$/,
    )
    // Who was given an account before the first start keeps it.
    const others = await server().newDatabase()
    await (await openPostgresStore(others, options)).close()
    const people = openPostgresAccounts(others)
    await people.write((tables) => tables.addAccount(newAccount))
    await expect(moveTo(folder.path, others)).rejects.toThrow("is not empty: make an empty one.")
    expect(await people.read((tables) => tables.accountByLogin("ann"))).toMatchObject({ id: newAccount.id })
    await people.close()
    // And nothing is left of the attempt.
    await (await openPostgresStore(others, { ...options, isAlone: true })).close()
    expect(() => sqliteTarget(full.path)).toThrow(
      "warren.db already: move it away, or name another folder with --data-dir.",
    )
    expect(() => sqliteSource(join(folder.path, "missing"))).toThrow("There is no ")
    const held = openSqliteStore(full.path, options)
    expect(() => sqliteSource(full.path)).toThrow("Another Warren is using the folder")
    await held.close()
  })

  test("data of two lives is not mixed, and a row that PostgreSQL does not take is told by its line", async () => {
    const url = await server().newDatabase()
    const user = { table: "users", pk: 1, id: "ann", username: "Ann", created_at: 1, updated_at: 1 }
    const lines = [{ table: "warren", format: 1 }, user, { ...user, pk: 2 }, { table: "end", rooms: 0, messages: 0 }]
    const target = await postgresTarget(url)
    await target.begin("one")
    const importing = importLines(target, Readable.from(lines.map((line) => JSON.stringify(line))), patientLines)
    await expect(importing).rejects.toThrow(/^Lines 2 to 3 cannot be stored: duplicate key value violates unique/)
    await expect(target.begin("another")).rejects.toThrow("holds a part of other data: make an empty one.")
    await target.begin("one")
    await target.close()
  })

  test("counters that do not fit what is there are told", async () => {
    using folder = temporaryFolder()
    await filled(folder.path, [2])
    using db = new Database(join(folder.path, "warren.db"))
    db.run("UPDATE totals SET messages = 3")
    db.close()
    expect(await moveTo(folder.path, await server().newDatabase()).catch((error: Error) => error.message)).toContain(
      "its counters say 1 rooms and 3 messages, and there are 1 and 2",
    )
  })
})

async function moveTo(folder: string, url: string, how = patient) {
  const source = sqliteSource(folder)
  try {
    const target = await postgresTarget(url)
    return await move(source, target, how).finally(target.close)
  } finally {
    await source.close()
  }
}

async function moveFrom(url: string, folder: string) {
  const [source, target] = [await postgresSource(url), sqliteTarget(folder)]
  const counts = await move(source, target, patient)
  await target.close()
  await source.close()
  expect(existsSync(join(folder, "warren.db.moving"))).toBe(false)
  return counts
}

function opened(store: OpenStore["store"]): OpenStore {
  return { store, [Symbol.asyncDispose]: () => store.close() }
}

/** A folder with rooms of so many messages. */
async function filled(folder: string, sizes: readonly number[]): Promise<RoomId[]> {
  await using open = opened(openSqliteStore(folder, options))
  const rooms: RoomId[] = []
  for (const size of sizes) rooms.push(await roomWith(open, size))
  await granted(open, {
    ...joining(rooms[0]!),
    userId: user('"quo\\ted" \u{1F407}'),
    username: "Bob",
    avatar: "https://a.example/1.png",
  })
  return rooms
}

/** What a client sees of the rooms. */
async function seen(store: OpenStore["store"], rooms: readonly RoomId[]) {
  await using open = opened(store)
  const pages = []
  for (const roomId of rooms)
    pages.push(await granted(open, { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 200 }))
  return pages
}

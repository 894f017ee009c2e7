/** A server whose data is in PostgreSQL, as its operator meets it. */
import { describe, expect, test } from "bun:test"
import { renameSync, statSync } from "node:fs"
import { join } from "node:path"
import { readConfig } from "../../src/config.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom, joined, TestClient } from "../support/client.ts"
import { noise, uploaded } from "../support/files.ts"
import { temporaryFolder } from "../support/folder.ts"
import { nobodysPort } from "../support/port.ts"
import { describeWithPostgres } from "../support/postgres.ts"
import { runProcess, startProcess } from "../support/process.ts"
import { testUnless } from "../support/programs.ts"
import { RedisServer, redisMissing } from "../support/redis.ts"
import { until } from "../support/until.ts"

describe("DATABASE_URL", () => {
  test("is a URL with a host and a database; a wrong one is told without its password", () => {
    for (const url of ["postgres://u:p@db/warren", "postgresql://db.example.com:6432/warren?sslmode=verify-full"])
      expect(readConfig({}, { DATABASE_URL: url }).databaseUrl).toBe(url)
    for (const url of [
      "mysql://u:hunter22@db/warren",
      "postgres://u:hunter22@db",
      "postgres://u:hunter22@db/",
      "postgres://u:hunter22%@db/warren",
      "hunter22",
    ])
      expect(() => readConfig({}, { DATABASE_URL: url })).toThrow(
        "DATABASE_URL is wrong: it must be a postgres:// URL with a host and a database, and with what is special in a password as %-codes. For example: DATABASE_URL=postgres://warren:PASSWORD@127.0.0.1:5432/warren",
      )
  })

  test("REDIS_URL is refused alone, and is one of several servers beside it", () => {
    const given = (more: Record<string, string>) => () => readConfig({}, { REDIS_URL: "redis://r", ...more })
    const wrong =
      "REDIS_URL is wrong: it must be a redis:// or rediss:// URL with a host, and with what is special in a password as %-codes. For example: REDIS_URL=redis://127.0.0.1:6379"
    expect(given({})).toThrow(
      "REDIS_URL needs DATABASE_URL as well, since several servers share their data in PostgreSQL",
    )
    expect(given({ DATABASE_URL: "postgres://db/warren" })()).toMatchObject({ redisUrl: "redis://r" })
    expect(given({ DATABASE_URL: "postgres://db/warren", REDIS_URL: "http://u:hunter22@r" })).toThrow(wrong)
    expect(given({ DATABASE_URL: "postgres://db/warren", REDIS_URL: "redis://:hunter22%@r" })).toThrow(wrong)
  })

  test("warren backup says what to use instead", async () => {
    const told = (file: string, more = {}) =>
      runProcess(["backup", file], { DATABASE_URL: "postgres://u:p@db/warren", DATA_DIR: "/srv/warren", ...more })
    const { stderr, status } = await told("warren.dump")
    expect(stderr).toBe(
      'DATABASE_URL is set, so the data is in PostgreSQL, which is backed up with: pg_dump --format=custom --file=warren.dump "$DATABASE_URL"\nFiles that people sent are not in it: copy the folder /srv/warren/files too.\n',
    )
    expect(status).toBe(78)
    expect((await told("my warren.dump")).stderr).toContain(" --file='my warren.dump' ")
    expect((await told("it", { FILES_URL: "s3://warren/files" })).stderr).toEndWith(": copy s3://warren/files too.\n")
  })
})

describeWithPostgres("a server on PostgreSQL", (postgres) => {
  test("[ROOM3] [NODE4] it names its database, serves, is ready, says while it cannot be reached, and is ready again", async () => {
    const DATABASE_URL = (await postgres().newDatabase()).replace("warren@", "warren:hunter22@")
    using folder = temporaryFolder()
    const log = Bun.file(join(folder.path, "log"))
    await using server = await startProcess({ DATABASE_URL, DATA_DIR: "/nowhere" }, { stderr: log })
    const place = `PostgreSQL at ${new URL(DATABASE_URL).host}${new URL(DATABASE_URL).pathname}`
    expect(server.summary).toMatchObject({ database: place, rooms: 1, messages: 0 })
    expect(JSON.stringify(server.summary)).not.toContain("hunter22")
    expect(server.summary).not.toHaveProperty("dataFile")

    await using client = new TestClient(server.url, ["websocket"])
    expect(await client.ask("list_rooms", {})).toMatchObject({ rooms: [{ name: "General" }] })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)

    await postgres().stop("immediate")
    expect(await client.ask("list_rooms", {})).toMatchObject({ error: { code: "ERR_STORAGE" } })
    const unready = await fetch(`${server.url}/readyz`)
    expect([unready.status, await unready.json()]).toEqual([
      503,
      { status: "not ready", reasons: ["The store cannot write: ERR_POSTGRES_CONNECTION_REFUSED."] },
    ])
    await postgres().start()
    expect(await log.text()).toContain("ERR_POSTGRES_CONNECTION_REFUSED")
    expect(await log.text()).not.toContain("hunter22")
    await until("it is ready again", async () => (await fetch(`${server.url}/readyz`)).status === 200)
    expect(await client.ask("list_rooms", {})).toMatchObject({ rooms: [{ name: "General" }] })
  })

  test("[HIST7] warren migrate-to and migrate-from carry a folder there and back, and say what to do next", async () => {
    using folder = temporaryFolder()
    using back = temporaryFolder()
    const DATABASE_URL = (await postgres().newDatabase()).replace("warren@", "warren:hunter22@")
    const before = await roomOf({ DATA_DIR: folder.path })

    const there = await runProcess(["migrate-to"], { DATABASE_URL, DATA_DIR: folder.path })
    expect(there.stdout).toMatch(
      /^Moved 0 messages of 1 room and compared them all, in \d+\.\d s\. Start the server with DATABASE_URL\.\nThe old data is kept as \S+\/warren\.db\.moved, with all that people delete from now on: delete it once all is well\.\n$/,
    )
    expect([there.status, there.stderr]).toEqual([0, ""])
    const old = join(folder.path, "warren.db")
    const mistaken = await runProcess([], { DATA_DIR: folder.path, PORT: "0" })
    expect([mistaken.status, mistaken.stderr]).toEqual([
      1,
      `The data of ${folder.path} was moved to PostgreSQL: set DATABASE_URL. To go on with it here, as it was then, rename ${old}.moved to warren.db; to begin anew, move it elsewhere.\n`,
    ])
    expect(await roomOf({ DATABASE_URL })).toEqual(before)

    const home = await runProcess(["migrate-from", DATABASE_URL, "--data-dir", back.path])
    expect([home.status, home.stdout]).toEqual([0, expect.stringContaining("Start the server without DATABASE_URL.")])
    expect(await roomOf({ DATA_DIR: back.path })).toEqual(before)
    const taken = await runProcess([], { DATABASE_URL, PORT: "0" })
    expect([taken.status, taken.stderr]).toEqual([
      1,
      "The data of this DATABASE_URL was moved to a folder: start without DATABASE_URL. To serve it from here again, as it was then, drop the table warren_moved.\n",
    ])
    // Whoever serves the old data all the same has clients begin anew.
    renameSync(`${old}.moved`, old)
    const revived = await roomOf({ DATA_DIR: folder.path })
    expect(revived.room).toBe(before.room)
    expect(revived.epoch).not.toBe(before.epoch)
    expect(statSync(join(back.path, "warren.db")).mode & 0o077).toBe(0)

    const again = await runProcess(["migrate-to"], { DATABASE_URL, DATA_DIR: back.path })
    expect(again.stderr).toEndWith("is not empty: make an empty one.\n")
    const unnamed = await runProcess(["migrate-to"], { DATA_DIR: back.path })
    expect([unnamed.status, unnamed.stderr]).toEqual([
      78,
      "Name the database: DATABASE_URL=postgres://… warren migrate-to\n",
    ])
  })

  test("what is moved there and back says where the files of people are, which are in no database", async () => {
    using folder = temporaryFolder()
    using back = temporaryFolder()
    const DATABASE_URL = await postgres().newDatabase()
    const server = await startTestApp({ dataDir: folder.path })
    const room = await createRoom(server.url)
    const { id } = await uploaded(server.url, noise(100))
    await using ann = await joined(server.url, room, "ann")
    expect(await ann.ask("send_message", { roomId: room.id, userId: "ann", files: [id] })).toMatchObject({ ok: true })
    await server.stop()
    const there = await runProcess(["migrate-to"], { DATABASE_URL, DATA_DIR: folder.path })
    expect(there.stdout).toEndWith(`\nFiles stay in ${folder.path}/files (1): keep this DATA_DIR.\n`)
    const home = await runProcess(["migrate-from"], { DATABASE_URL, DATA_DIR: back.path })
    expect(home.stdout).toEndWith(
      `\nFiles are missing in ${back.path}/files (1): first copy those of the server's DATA_DIR there.\n`,
    )
    const same = await runProcess(["migrate-from"], { DATABASE_URL, DATA_DIR: folder.path })
    expect(same.stdout).toEndWith("Start the server without DATABASE_URL.\n")
  })

  /** Its only room, and the epoch, as a server with this environment gives them. */
  async function roomOf(environment: Record<string, string>) {
    await using server = await startProcess(environment)
    await using client = new TestClient(server.url, ["websocket"])
    const listed = await client.ask("list_rooms", {})
    const [room] = listed.ok ? listed.rooms : []
    const joined = await client.ask("join_room", { roomId: room?.id, userId: "ann", username: "Ann" })
    await server.stop()
    return { room: room?.id, epoch: joined.ok ? joined.epoch : undefined }
  }

  test("a second server on the same database is refused in one sentence; when the first is gone, also by kill, it may", async () => {
    const DATABASE_URL = await postgres().newDatabase()
    const first = await startProcess({ DATABASE_URL })
    const { stderr, status } = await runProcess([], { DATABASE_URL, PORT: "0" })
    expect(stderr).toMatch(
      /^Another Warren is using the database at 127\.0\.0\.1:\d+\/test_\d+: stop it, or give this one/,
    )
    expect(status).toBe(1)
    await first.stop("SIGKILL")
    await using second = await startProcess({ DATABASE_URL })
    expect(second.summary).toMatchObject({ rooms: 1 })
    expect(await second.stop()).toBe(0)
  })

  testUnless(redisMissing())(
    "[NODE3] one of several names its Redis, serves without it, says that it is away and why, and never its password",
    async () => {
      await using redis = await RedisServer.start({ settings: ["--requirepass", "swordfish"] })
      const DATABASE_URL = await postgres().newDatabase()
      const reasons = {
        [`:hunter22@127.0.0.1:${nobodysPort}`]: "ECONNREFUSED",
        [`:hunter22@127.0.0.1:${redis.port}`]: "WRONGPASS",
      }
      using folder = temporaryFolder()
      for (const [index, [place, reason]] of Object.entries(reasons).entries()) {
        const log = Bun.file(join(folder.path, `log ${index}`))
        const environment = { DATABASE_URL, REDIS_URL: `redis://${place}`, DATA_DIR: folder.path }
        await using server = await startProcess({ ...environment, LOG_LEVEL: "info" }, { stderr: log })
        expect(server.summary).toMatchObject({ redis: place.slice(place.indexOf("@") + 1), rooms: 1 })
        const ready = await fetch(`${server.url}/readyz`)
        expect([ready.status, await ready.json()]).toEqual([200, { status: "ready", warnings: ["Redis is away."] }])
        await using client = new TestClient(server.url, ["websocket"])
        expect(await client.ask("list_rooms", {})).toMatchObject({ rooms: [{ name: "General" }] })
        await until("the log says why", async () =>
          new RegExp(`Redis cannot be reached: .*${reason}`).test(await log.text()),
        )
        const { stdout: doctor } = await runProcess(["doctor"], environment)
        expect(doctor).toMatch(new RegExp(`WARNING +redis +Redis at 127\\.0\\.0\\.1:\\d+ cannot be used: .*${reason}`))
        expect(`${JSON.stringify(server.summary)}${await log.text()}${doctor}`).not.toContain("hunter22")
      }
      const REDIS_URL = `redis://:swordfish@127.0.0.1:${redis.port}`
      await using server = await startProcess({ DATABASE_URL, REDIS_URL, DATA_DIR: folder.path })
      const ready = async () => (await fetch(`${server.url}/readyz`)).json()
      await until("it is reached", async () => Bun.deepEquals(await ready(), { status: "ready" }))
      const { stdout } = await runProcess(["doctor"], { DATABASE_URL, REDIS_URL })
      expect(stdout).toMatch(new RegExp(`ok +redis +Redis at 127\\.0\\.0\\.1:${redis.port}\n`))
    },
    120_000,
  )

  test("a server that is alone is refused beside one of several, and one of several beside it", async () => {
    const [shared, own] = [await postgres().newDatabase(), await postgres().newDatabase()]
    const REDIS_URL = `redis://127.0.0.1:${nobodysPort}`
    using folder = temporaryFolder()
    const environment = { DATA_DIR: folder.path, PORT: "0", LOG_LEVEL: "error" }
    await using _several = await startProcess({ ...environment, DATABASE_URL: shared, REDIS_URL })
    await using _alone = await startProcess({ ...environment, DATABASE_URL: own })
    const refused = await Promise.all([
      runProcess([], { ...environment, DATABASE_URL: shared }),
      runProcess([], { ...environment, DATABASE_URL: own, REDIS_URL }),
    ])
    expect(refused.map(({ status }) => status)).toEqual([1, 1])
    const remedies = refused.map(
      ({ stderr }) => /^Another Warren is using the database at \S+: (.+)\n$/.exec(stderr)?.[1],
    )
    expect(remedies).toEqual([
      "stop it, or give this one a DATABASE_URL of its own.",
      "it is not one of several, so stop it, or give it REDIS_URL too.",
    ])
  }, 120_000)
})

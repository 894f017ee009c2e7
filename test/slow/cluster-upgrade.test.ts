/** Servers of one version after another on one PostgreSQL, each with a newer schema, while people write. */
import { expect, test } from "bun:test"
import { join } from "node:path"
import { ChatError } from "../../src/contract/errors.ts"
import { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import { createRooms, readRooms } from "../../src/load/rooms.ts"
import { schemaVersion } from "../../src/store/postgres/migrate.ts"
import { openPostgresStore } from "../../src/store/postgres/open.ts"
import { granted, type OpenStore, roomWith, sending, submit } from "../store/store-suite.ts"
import { Balancer } from "../support/balancer.ts"
import { describeWithEngines } from "../support/engines.ts"
import { temporaryFolder } from "../support/folder.ts"
import { newerServer } from "../support/newer-server.ts"
import { runProcess, type ServerProcess, sourceCommand, startProcess } from "../support/process.ts"
import { lastRevOf, SteadfastClient } from "../support/steadfast-client.ts"
import { until } from "../support/until.ts"

const [now, next, afterNext] = [schemaVersion, schemaVersion + 1, schemaVersion + 2]

/** Who wrote what under which schema; and two tables changed, in another order than readers take them. */
const firstStep = `
  CREATE TABLE written (by text, version integer, UNIQUE (by, version));
  CREATE FUNCTION note_writer() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO written SELECT current_setting('application_name'), version FROM warren ON CONFLICT DO NOTHING;
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER of_rooms AFTER INSERT OR DELETE OR UPDATE OF rev ON rooms EXECUTE FUNCTION note_writer();
  CREATE TRIGGER of_messages AFTER INSERT OR DELETE OR UPDATE OF rev ON messages EXECUTE FUNCTION note_writer();
  ALTER TABLE rooms ADD COLUMN color text;
  ALTER TABLE messages ADD COLUMN bytes bigint NOT NULL DEFAULT 0;
  UPDATE messages SET bytes = octet_length(content);
  CREATE INDEX messages_large ON messages (bytes);`

/** Whoever holds this lock keeps the second step in its middle. */
const gate = 4_711
const secondStep = `
  ALTER TABLE rooms DROP COLUMN color;
  UPDATE messages SET bytes = -bytes;
  SELECT pg_advisory_xact_lock(${gate});
  ALTER TABLE messages RENAME COLUMN bytes TO size;
  CREATE INDEX messages_by_author ON messages (author);`

/** Whether the second step is in its middle, and whether the first one waits for who reads. */
const isInside = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${gate} AND NOT granted`
const waits = "SELECT FROM pg_locks WHERE relation = 'messages'::regclass AND NOT granted"

/** What has to wait for a step waits longer than any of these tests takes. */
const options = { pendingMax: 10, onFailure: () => {}, deadlineMs: 100_000 }

describeWithEngines("servers of several versions", (engines) => {
  test("[NODE1] [SEND2] [SEND3] one version replaces another twice while people write: nothing is lost, doubled, or written by an old one", async () => {
    using folder = temporaryFolder()
    using nextFolder = temporaryFolder()
    using afterNextFolder = temporaryFolder()
    const commands = {
      [now]: sourceCommand,
      [next]: newerServer(nextFolder.path, [firstStep]),
      [afterNext]: newerServer(afterNextFolder.path, [firstStep, secondStep]),
    }
    const environment = {
      DATABASE_URL: await engines().postgres.newDatabase(),
      REDIS_URL: engines().redis.url,
      DATA_DIR: join(folder.path, "data"),
      RATE_LIMITS: "off",
    }
    const logOf = (version: number) => Bun.file(join(folder.path, `log of ${version}`))
    await using running = new AsyncDisposableStack()
    const start = async (version: number) => {
      const options = { command: commands[version] ?? [], stderr: logOf(version) }
      return running.use(await startProcess(environment, options))
    }
    const startTwo = (version: number) => Promise.all([start(version), start(version)])
    const query = <Row>(sql: string) => engines().postgres.query<Row>(sql, environment.DATABASE_URL)
    const versions = () => query("SELECT version FROM warren")

    const servers: Record<number, readonly ServerProcess[]> = { [now]: await startTwo(now) }
    const urls = (version: number) => (servers[version] ?? []).map(({ url }) => url)
    const [roomId = ""] = await createRooms(urls(now)[0] ?? "", 1)
    await using balancer = await Balancer.to(urls(now))
    const check = new DeliveryCheck()
    const people = Array.from(
      { length: 6 },
      (_, n) => new SteadfastClient({ url: balancer.url, roomId, userId: `writer ${n}`, check }),
    )
    using _ = { [Symbol.dispose]: () => people.forEach((one) => void one[Symbol.dispose]()) }
    let isOver = false
    const writing = people.map(async (one) => {
      for (let n = 0; !isOver; n++) {
        await one.send(`message ${n}`)
        await one.change(n)
      }
    })
    const acked = () => people.reduce((sum, { tally }) => sum + tally.acked, 0)
    const goOn = async (what: string) => {
      const before = people.map(({ tally }) => tally.acked)
      await until(what, () => people.every(({ tally }, n) => tally.acked > (before[n] ?? 0) + 5))
    }
    const replace = async (old: number, version: number) => {
      servers[version] = await startTwo(version)
      balancer.servers.splice(0, Infinity, ...urls(version))
      expect(await Promise.all((servers[old] ?? []).map(({ exited }) => exited))).toEqual([1, 1])
      expect((await logOf(old).text()).split(ended)).toHaveLength(3)
      expect(await versions()).toEqual([{ version }])
      await goOn(`they write at schema ${version}`)
    }

    await goOn("they write")
    await replace(now, next)

    // Killed in the middle of its step: the schema is the old one's, and so is everything else.
    const holder = new Bun.SQL(environment.DATABASE_URL, { max: 1 })
    await holder.unsafe(`SELECT pg_advisory_lock(${gate})`)
    const killed = Bun.spawn([...(commands[afterNext] ?? [])], {
      env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", ...environment },
      stdout: "ignore",
      stderr: "ignore",
    })
    await until("it is in the middle of its step", async () => (await query(isInside)).length > 0)
    killed.kill("SIGKILL")
    await killed.exited
    await goOn("they go on at the old ones, though PostgreSQL waits within the step")
    expect([await versions(), (servers[next] ?? []).length]).toEqual([[{ version: next }], 2])
    expect(await query("SELECT color FROM rooms LIMIT 1")).toEqual([{ color: null }])
    await holder.close()

    await replace(next, afterNext)
    for (const version of [now, next]) {
      const { status, stderr } = await runProcess(
        [],
        { ...environment, PORT: "0" },
        { command: commands[version] ?? [] },
      )
      expect([status, stderr]).toEqual([
        1,
        `The database of DATABASE_URL was written by a newer Warren (schema ${afterNext}, this one knows ${version}): start that version.\n`,
      ])
    }

    isOver = true
    await Promise.all(writing)
    const stored = await readRooms(urls(afterNext)[0] ?? "", [roomId])
    const messages = stored.get(roomId) ?? []
    await until("all have heard all", () => people.every(({ rev }) => rev === lastRevOf(messages)))
    expect(messages).toHaveLength(acked())
    expect(check.verdict(stored).slice(0, 10)).toEqual([])
    expect(people.flatMap((one) => one.differencesTo(messages).slice(0, 3))).toEqual([])
    expect(await query("SELECT by, version FROM written ORDER BY version")).toEqual([
      { by: `warren ${next}`, version: next },
      { by: `warren ${afterNext}`, version: afterNext },
    ])
    console.log(
      `${acked()} messages`,
      people.map(({ tally }) => JSON.stringify(tally.refused)),
    )
  }, 300_000)

  test("a newer one that may not come to them, or cannot serve, ends before it changes the schema", async () => {
    using folder = temporaryFolder()
    using nextFolder = temporaryFolder()
    const command = newerServer(nextFolder.path, [firstStep])
    const environment = {
      DATABASE_URL: await engines().postgres.newDatabase(),
      REDIS_URL: engines().redis.url,
      DATA_DIR: join(folder.path, "data"),
    }
    await using server = await startProcess(environment)
    const refused = await runProcess([], { ...environment, AUTH: "accounts", PORT: "0" }, { command })
    expect([refused.status, refused.stderr]).toEqual([
      78,
      "Another server that runs on this database has another AUTH: give all the same, or stop the others first.\n",
    ])
    const { port } = new URL(server.url)
    const taken = await runProcess([], { ...environment, PORT: port }, { command })
    expect([taken.status, taken.stderr]).toEqual([1, expect.stringContaining(`Port ${port} on 127.0.0.1 is in use`)])
    const metrics = await runProcess(
      [],
      { ...environment, METRICS_ADDRESS: `127.0.0.1:${port}`, PORT: "0" },
      { command },
    )
    expect([metrics.status, metrics.stderr]).toEqual([1, expect.stringMatching(/ is in use: .* METRICS_ADDRESS\.$/m)])
    const keys = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" }
    const bucket = { FILES_URL: "s3://pictures", S3_ENDPOINT: "http://127.0.0.1:1", ...keys }
    const unreached = await runProcess([], { ...environment, ...bucket, PORT: "0" }, { command })
    expect([unreached.status, unreached.stderr]).toEqual([
      1,
      expect.stringMatching(/^The bucket of FILES_URL cannot be used/),
    ])
    const versions = () => engines().postgres.query("SELECT version FROM warren", environment.DATABASE_URL)
    expect(await versions()).toEqual([{ version: now }])
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    // Also where none is there that it would have to be like.
    await server.stop()
    const AUTH_JWKS = join(folder.path, "none.json")
    const tokens = { AUTH: "token", AUTH_JWKS, AUTH_ISSUER: "https://them.example", AUTH_AUDIENCE: "us" }
    const keyless = await runProcess([], { ...environment, ...tokens, PORT: "0" }, { command })
    expect([keyless.status, keyless.stderr]).toEqual([
      1,
      expect.stringContaining(`AUTH_JWKS, ${AUTH_JWKS}, is not there`),
    ])
    expect(await versions()).toEqual([{ version: now }])
  }, 120_000)

  test("a command of a newer one leaves the schema alone while a server uses it, and works once that has ended", async () => {
    using folder = temporaryFolder()
    using nextFolder = temporaryFolder()
    const command = newerServer(nextFolder.path, [firstStep])
    const DATABASE_URL = await engines().postgres.newDatabase()
    const environment = { DATABASE_URL, DATA_DIR: folder.path, AUTH: "accounts" }
    const versions = () => engines().postgres.query("SELECT version FROM warren", DATABASE_URL)
    await using server = await startProcess(environment)
    const refused = await runProcess(["user", "list"], environment, { command })
    expect([refused.status, refused.stderr]).toEqual([
      1,
      "The database of DATABASE_URL is served by another version of Warren: use that one's command.\n",
    ])
    expect(await versions()).toEqual([{ version: now }])
    expect(await server.stop()).toBe(0)
    const listed = await runProcess(["user", "list"], environment, { command })
    expect([listed.status, listed.stderr]).toEqual([0, ""])
    expect(await versions()).toEqual([{ version: next }])
  }, 120_000)

  test("one that is frozen in the middle of its step holds the others up for a while, and not for ever", async () => {
    using folder = temporaryFolder()
    using nextFolder = temporaryFolder()
    const url = await engines().postgres.newDatabase()
    await using open = await opened(url)
    const roomId = await roomWith(open, 1)
    const holder = new Bun.SQL(url, { max: 1 })
    await holder.unsafe(`SELECT pg_advisory_lock(${gate})`)
    const frozen = Bun.spawn([...newerServer(nextFolder.path, [firstStep, secondStep])], {
      env: { PATH: process.env["PATH"], PORT: "0", DATABASE_URL: url, DATA_DIR: folder.path },
      stdout: "ignore",
      stderr: "ignore",
    })
    await until(
      "it is in the middle of its step",
      async () => (await engines().postgres.query(isInside, url)).length > 0,
    )
    frozen.kill("SIGSTOP")
    await holder.close()
    await until("others write again", async () => !((await submit(open, sending(roomId, "x"))) instanceof ChatError))
    frozen.kill("SIGKILL")
    await frozen.exited
    expect(await engines().postgres.query("SELECT version FROM warren", url)).toEqual([{ version: now }])
  }, 120_000)

  test("a step that has to wait for a long reader lets others write meanwhile, and is taken when that has ended", async () => {
    using folder = temporaryFolder()
    const url = await engines().postgres.newDatabase()
    await using open = await opened(url)
    const roomId = await roomWith(open, 1)
    const { migrate, Connection } = await newerMigration(folder.path)
    const connection = new Connection(url)
    const reader = new Bun.SQL(url, { max: 1 })
    let migrating: Promise<unknown> | undefined
    await reader.begin(async (run) => {
      await run.unsafe("SELECT count(*) FROM messages")
      migrating = migrate(connection).catch((cause: unknown) => cause)
      await until("the step waits for the reader", async () => (await engines().postgres.query(waits, url)).length > 0)
      for (let n = 0; n < 3; n++) await granted(open, sending(roomId, "meanwhile"))
    })
    expect(await migrating).toBeUndefined()
    expect(await engines().postgres.query("SELECT version FROM warren", url)).toEqual([{ version: next }])
    await Promise.all([reader.close(), connection.close()])
  }, 120_000)

  test("a step that crosses a reader, who takes the tables in another order, is taken again", async () => {
    using folder = temporaryFolder()
    const url = await engines().postgres.newDatabase()
    await (await openPostgresStore(url, options)).close()
    const name = new URL(url).pathname.slice(1)
    // Long enough for the reader to come, and not for the step to give up before.
    await engines().postgres.query(`ALTER DATABASE ${name} SET deadlock_timeout = '2s'`)
    const { migrate, Connection } = await newerMigration(folder.path)
    const connection = new Connection(url)
    const reader = new Bun.SQL(url, { max: 1 })
    let migrating: Promise<unknown> | undefined
    await reader.begin(async (run) => {
      // It is the other that finds out.
      await run.unsafe("SET LOCAL deadlock_timeout = '10min'")
      await run.unsafe("SELECT count(*) FROM messages")
      migrating = migrate(connection).catch((cause: unknown) => cause)
      await until("the step waits for the reader", async () => (await engines().postgres.query(waits, url)).length > 0)
      await run.unsafe("SELECT count(*) FROM rooms")
    })
    expect(await migrating).toBeUndefined()
    expect(await engines().postgres.query("SELECT version FROM warren", url)).toEqual([{ version: next }])
    await Promise.all([reader.close(), connection.close()])
  }, 120_000)
})

const ended =
  "Another version of Warren has changed the schema of the database of DATABASE_URL, so this one ends: start that version."

async function opened(url: string): Promise<OpenStore> {
  const store = await openPostgresStore(url, options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
}

/** Of a version whose schema has one step more. */
async function newerMigration(folder: string) {
  newerServer(folder, [firstStep])
  const [{ migrate }, { Connection }] = await Promise.all(
    ["migrate", "connection"].map((name) => import(join(folder, `src/store/postgres/${name}.ts`))),
  )
  return { migrate, Connection }
}

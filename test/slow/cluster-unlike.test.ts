/** Several servers that are not alike: by their clocks, their settings, or their versions. */
import { expect, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { openPostgresAccounts } from "../../src/store/postgres/accounts.ts"
import { openPostgresStore } from "../../src/store/postgres/open.ts"
import { refused, roomWith, sending, submit } from "../store/store-suite.ts"
import { call, codeIn, connectAs, joinBy } from "../support/accounts.ts"
import { createRoom, joined, type TestClient } from "../support/client.ts"
import { describeWithEngines } from "../support/engines.ts"
import { temporaryFolder } from "../support/folder.ts"
import { runProcess, type ServerProcess, sourceCommand, startProcess } from "../support/process.ts"
import { RedisServer } from "../support/redis.ts"
import { until } from "../support/until.ts"

const minuteMs = 60_000
const apartMs = 10 * minuteMs
const clock = join(import.meta.dir, "../support/other-clock.ts")

describeWithEngines("several servers that are not alike", (engines) => {
  const shared = async (folder: string) => ({
    DATABASE_URL: await engines().postgres.newDatabase(),
    REDIS_URL: engines().redis.url,
    DATA_DIR: join(folder, "data"),
    SEARCH: "off",
    RATE_LIMITS: "off",
  })

  test("[MSG1] [ACC3] [ACC5] whatever their clocks say, they go by one time, and who is wrong is told", async () => {
    using folder = temporaryFolder()
    const environment = { ...(await shared(folder.path)), AUTH: "accounts" }
    const start = (name: string, wrongByMs: number) => {
      const CLOCK_FILE = join(folder.path, name)
      writeFileSync(CLOCK_FILE, `${wrongByMs}`)
      const [bun = "", ...args] = sourceCommand
      const command = [bun, "--preload", clock, ...args]
      return startProcess(
        { ...environment, CLOCK_FILE, LOG_LEVEL: "info" },
        { command, stderr: Bun.file(join(folder.path, `${name}.log`)) },
      )
    }
    await using ahead = await start("ahead", apartMs)
    await using behind = await start("behind", -apartMs)
    await using jumping = await start("jumping", 0)

    // A link lives for half an hour or less, a session is used at another server than it was begun at.
    const admin = await joinBy(ahead.url, (behind.summary["setupLink"] as { url: string }).url, "ann")
    await using ann = connectAs(behind.url, admin.token)
    const device = await ann.ask("link_device", {})
    if (!device.ok) throw new Error(device.error.message)
    expect(await call(ahead.url, "redeem", { code: codeIn(device.url) })).toMatchObject({ code: "ok" })
    expectNow(device.expiresAt, 5 * minuteMs)
    const invited = await ann.ask("create_invite", { expiresInMs: 5 * minuteMs })
    if (!invited.ok) throw new Error(invited.error.message)
    expectNow(invited.invite.expiresAt, 5 * minuteMs)
    const bob = await joinBy(ahead.url, invited.invite.url, "bob")

    const general = await ann.ask("my_rooms", {})
    const roomId = general.ok ? general.rooms[0]?.id : undefined
    await using there = connectAs(ahead.url, bob.token)
    await using elsewhere = connectAs(jumping.url, admin.token)
    const clients = [ann, there, elsewhere]
    for (const client of clients) expect(await client.ask("join_room", { roomId })).toMatchObject({ ok: true })
    const times: string[] = []
    for (const wrongByMs of [0, -60 * minuteMs, 60 * minuteMs, 0]) {
      writeFileSync(join(folder.path, "jumping"), `${wrongByMs}`)
      for (const client of clients) {
        const sent = await client.ask("send_message", { roomId, content: "what time is it?" })
        if (!sent.ok) throw new Error(sent.error.message)
        times.push(sent.message.createdAt)
      }
      const ready = async () => (await (await fetch(`${jumping.url}/readyz`)).json()) as { warnings?: string[] }
      if (wrongByMs > 0) expect((await ready()).warnings).toEqual([clockWarning("60 min ahead of")])
    }
    for (const time of times) expectNow(time, 0)
    expect(times).toEqual([...times].sort())
    const warnings = await Promise.all([ahead, behind].map(async ({ url }) => (await fetch(`${url}/readyz`)).json()))
    expect(warnings).toEqual(
      ["ahead of", "behind"].map((way) => ({ status: "ready", warnings: [clockWarning(`10 min ${way}`)] })),
    )
    expect(await Bun.file(join(folder.path, "ahead.log")).text()).toContain("This machine's clock is 10 min ahead of")
  }, 120_000)

  test("[AUTH2] a token ends by the time that all servers have", async () => {
    using folder = temporaryFolder()
    const CLOCK_FILE = join(folder.path, "ahead")
    writeFileSync(CLOCK_FILE, `${apartMs}`)
    const [bun = "", ...args] = sourceCommand
    const secret = { AUTH: "token", AUTH_SECRET: "a secret of 32 bytes, and of more" }
    const environment = { ...(await shared(folder.path)), ...secret, CLOCK_FILE, LOG_LEVEL: "error" }
    await using server = await startProcess(environment, { command: [bun, "--preload", clock, ...args] })
    const { stdout } = await runProcess(["token", "--user", "ann", "--ttl", "5m"], secret)
    await using ann = connectAs(server.url, stdout.trim())
    await until("it is let in", async () => ann.socket.connected)
    expect(await ann.ask("list_rooms", {})).toMatchObject({ ok: true })
  }, 120_000)

  test("who comes with another AUTH or bucket is refused, and whatever else is not the same is told by all", async () => {
    using folder = temporaryFolder()
    const environment: Record<string, string> = {
      ...(await shared(folder.path)),
      AUTH: "token",
      AUTH_SECRET: "x".repeat(40),
    }
    const log = Bun.file(join(folder.path, "log"))
    await using first = await startProcess({ ...environment, LOG_LEVEL: "info" }, { stderr: log })
    const warnings = async ({ url }: ServerProcess) =>
      ((await (await fetch(`${url}/readyz`)).json()) as { warnings?: string[] }).warnings ?? []
    {
      await using same = await startProcess(environment)
      expect([await warnings(first), await warnings(same)]).toEqual([[], []])
    }
    const other = await runProcess([], { ...environment, AUTH: "accounts", PORT: "0" })
    expect([other.status, other.stderr]).toEqual([
      78,
      "Another server that runs on this database has another AUTH: give all the same, or stop the others first.\n",
    ])
    // It was never among them.
    expect(await warnings(first)).toEqual([])

    const told =
      "Another server has another AUTH_SECRET, FILE_BYTES_MAX and RETENTION_DAYS: give all the same. Until then nothing is removed by RETENTION_DAYS."
    const unlike = { ...environment, AUTH_SECRET: "y".repeat(40), RETENTION_DAYS: "30", FILE_BYTES_MAX: "1000" }
    const second = await startProcess(unlike)
    expect(await warnings(second)).toEqual([told])
    await until("the first one sees it", async () => (await warnings(first)).includes(told))
    expect(await log.text()).toContain(told)
    const kept = JSON.stringify(await engines().postgres.query("SELECT * FROM servers", environment["DATABASE_URL"]))
    expect(kept).toContain("RETENTION_DAYS")
    expect(kept).not.toMatch(/xxxx|yyyy/)
    // By the signal that leaves it no time to say that it goes.
    await second.stop("SIGKILL")
    await until("it is over", async () => (await warnings(first)).length === 0)
  }, 120_000)

  test("a server on another Redis than the rest is told by all, whatever it calls it", async () => {
    using folder = temporaryFolder()
    await using elsewhere = await RedisServer.start()
    const environment = await shared(folder.path)
    const log = Bun.file(join(folder.path, "log"))
    await using first = await startProcess({ ...environment, LOG_LEVEL: "info" }, { stderr: log })
    const apart = "Another server is on another Redis"
    const readiness = async ({ url }: ServerProcess) =>
      (await (await fetch(`${url}/readyz`)).json()) as { warnings?: string[] }
    {
      await using alone = await startProcess({ ...environment, REDIS_URL: elsewhere.url })
      for (const server of [first, alone])
        await until("it says so", async () => (await readiness(server)).warnings?.[0]?.startsWith(apart) === true)
      expect(await log.text()).toContain(apart)
    }
    await using same = await startProcess(environment)
    await until("it is over", async () => (await readiness(first)).warnings === undefined)
    expect((await readiness(same)).warnings).toBeUndefined()
  }, 120_000)

  test("a server ends in one sentence when a newer one has changed the schema, and writes nothing more; so does its start", async () => {
    using folder = temporaryFolder()
    const environment = await shared(folder.path)
    const log = Bun.file(join(folder.path, "log"))
    const servers = [await startProcess(environment, { stderr: log }), await startProcess(environment, { stderr: log })]
    const room = await createRoom(servers[0]?.url ?? "")
    const clients = await Promise.all(servers.map(({ url }, n) => joined(url, room, `user ${n}`)))
    const acknowledged = clients.map((client, n) => writing(client, room.id, `user ${n}`))
    await until("both write", () => acknowledged.every(({ contents }) => contents.length > 3))
    await engines().postgres.query("UPDATE warren SET version = version + 1", environment.DATABASE_URL)
    const before = await countOf(environment.DATABASE_URL)
    expect(await Promise.all(servers.map(({ exited }) => exited))).toEqual([1, 1])
    expect(await log.text()).toContain(
      "Another version of Warren has changed the schema of the database of DATABASE_URL, so this one ends: start that version.",
    )
    // What was on its way to be written when the schema changed was written before it.
    const stored = await countOf(environment.DATABASE_URL)
    expect(stored - before).toBeLessThanOrEqual(clients.length)
    expect(stored).toBeGreaterThanOrEqual(acknowledged.reduce((sum, { contents }) => sum + contents.length, 0))
    for (const client of clients) await client[Symbol.asyncDispose]()
    const late = await runProcess([], { ...environment, PORT: "0" })
    expect([late.status, late.stderr]).toEqual([
      1,
      "The database of DATABASE_URL was written by a newer Warren (schema 2, this one knows 1): start that version.\n",
    ])
  }, 120_000)

  test("[SEND2] a batch that was decided before the schema changed is not written after it", async () => {
    const url = await engines().postgres.newDatabase()
    const lost: unknown[] = []
    const options = { pendingMax: 10, onFailure: () => {}, onLost: (cause: unknown) => lost.push(cause) }
    const store = await openPostgresStore(url, options)
    await using opened = { store, [Symbol.asyncDispose]: () => store.close() }
    const roomId = await roomWith(opened, 1)
    const newer = new Bun.SQL(url, { max: 1 })
    let late: Promise<unknown> | undefined
    await newer.begin(async (run) => {
      await run.unsafe("LOCK TABLE rooms IN EXCLUSIVE MODE")
      late = submit(opened, sending(roomId, "late"))
      const isWaiting = "SELECT FROM pg_stat_activity WHERE query LIKE '%warren_write%' AND wait_event_type = 'Lock'"
      await until("it is about to be written", async () => (await engines().postgres.query(isWaiting)).length > 0)
      await run.unsafe("UPDATE warren SET version = version + 1")
    })
    await newer.close()
    expect(await late).toMatchObject({ code: "ERR_STORAGE" })
    expect(await refused(opened, sending(roomId, "later"))).toBe("ERR_STORAGE")
    expect(await countOf(url)).toBe(1)
    const sentence = { message: expect.stringMatching(/^Another version of Warren has changed the schema/) }
    expect(lost).toEqual([expect.objectContaining(sentence), expect.objectContaining(sentence)])
    const accounts = openPostgresAccounts(url)
    await expect(accounts.write((tables) => tables.setAuth("accounts"))).rejects.toThrow("another schema by now")
    await accounts.close()
  }, 60_000)

  test("[SEND2] what is too old by the rules of before is not removed after the schema changed", async () => {
    const url = await engines().postgres.newDatabase()
    const options = { pendingMax: 10, onFailure: () => {} }
    const store = await openPostgresStore(url, options)
    await using opened = { store, [Symbol.asyncDispose]: () => store.close() }
    const roomId = await roomWith(opened, 3)
    const newer = new Bun.SQL(url, { max: 1 })
    let late: Promise<unknown> | undefined
    await newer.begin(async (run) => {
      await run.unsafe("LOCK TABLE rooms IN EXCLUSIVE MODE")
      late = submit(opened, { kind: "removeOld", roomId, before: Date.now() + minuteMs, limit: 10 })
      const isWaiting =
        "SELECT FROM pg_stat_activity WHERE query LIKE '%warren_remove_old%' AND wait_event_type = 'Lock'"
      await until("it is about to remove them", async () => (await engines().postgres.query(isWaiting)).length > 0)
      await run.unsafe("UPDATE warren SET version = version + 1")
    })
    await newer.close()
    expect(await late).toMatchObject({ code: "ERR_STORAGE" })
    expect(await countOf(url)).toBe(3)
  }, 60_000)

  async function countOf(url: string): Promise<number> {
    const [row] = await engines().postgres.query<{ count: number }>(
      "SELECT count(*)::integer AS count FROM messages",
      url,
    )
    return row?.count ?? 0
  }
})

function clockWarning(way: string): string {
  return `This machine's clock is ${way} the database's, which is the one that counts: set the wrong one right.`
}

/** Nobody's clock is wrong by as little as a slow machine takes. */
function expectNow(time: string | undefined, aheadMs: number): void {
  expect(Math.abs(Date.parse(time ?? "") - Date.now() - aheadMs)).toBeLessThan(2 * minuteMs)
}

/** One after the other, until it is refused or cut off. */
function writing(client: TestClient, roomId: string, userId: string) {
  const contents: string[] = []
  const go = async () => {
    for (let n = 0; ; n++) {
      const content = `${userId}, ${n}`
      const answer = await client.ask("send_message", { roomId, userId, content })
      if (!answer.ok) return
      contents.push(content)
    }
  }
  // Whoever is cut off is answered nothing any more.
  void go().catch(() => {})
  return { contents }
}

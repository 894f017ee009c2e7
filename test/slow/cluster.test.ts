/**
 * Three servers, a real PostgreSQL and a real Redis, under the faults that a person who
 * runs them will meet. Clients are official ones that come back by themselves, by a
 * balancer that gives each new connection to a server that is there.
 *
 * They send, edit, react and delete. What all of them saw is held against what is stored: nothing acknowledged is lost,
 * nothing deleted is revived, nothing is told twice, nobody holds a gap.
 */
import { afterAll, beforeAll, describe, expect } from "bun:test"
import { readdirSync, rmSync } from "node:fs"
import { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import { createRooms, readRooms } from "../../src/load/rooms.ts"
import { Balancer } from "../support/balancer.ts"
import { temporaryFolder } from "../support/folder.ts"
import { PostgresServer, postgresMissing } from "../support/postgres.ts"
import { type ServerProcess, startProcess } from "../support/process.ts"
import { testUnless } from "../support/programs.ts"
import { RedisServer, redisMissing } from "../support/redis.ts"
import { lastRevOf, SteadfastClient } from "../support/steadfast-client.ts"
import { until } from "../support/until.ts"

const servers = 3
const writers = 6
/** Writers, and one who watches on each server. */
const people = writers + servers

const missing = postgresMissing() ?? redisMissing()
const testWithBoth = testUnless(missing)

describe("three servers on one PostgreSQL and one Redis", () => {
  let world: World
  beforeAll(async () => {
    if (missing === undefined) world = await World.start()
  }, 60_000)
  afterAll(() => world?.[Symbol.asyncDispose](), 20_000)

  testWithBoth(
    "[NODE1] [NODE2] a server that is killed, and one that is stopped, cost nobody a message",
    async () => {
      await world.agree()
      await world.end(0, "SIGKILL")
      await world.write(30)
      await world.agree()
      expect(await world.end(1, "SIGTERM")).toBe(0)
      await world.write(30)
      await world.agree()
      await world.judge()
    },
    100_000,
  )

  testWithBoth(
    "[NODE3] Redis that is away, back empty, and frozen costs time and no message",
    async () => {
      await world.agree()
      await world.redis.stop()
      await world.write(30)
      await world.allHear(5_000)
      expect(await world.readiness(0)).toEqual([200, { status: "ready", warnings: ["Redis is away."] }])
      const connections = world.connections()
      await world.redis.start()
      await world.agree()
      const isBack = async () => Bun.deepEquals(await world.readiness(0), [200, { status: "ready" }])
      await until("it is ready without a warning", isBack, 10_000)
      await world.agree()
      world.redis.signal("SIGSTOP")
      await world.write(10)
      await world.allHear(5_000)
      world.redis.signal("SIGCONT")
      await world.agree()
      expect(world.connections()).toBe(connections)
      await world.judge()
    },
    100_000,
  )

  testWithBoth(
    "[NODE4] PostgreSQL that crashes and comes back costs time and no message",
    async () => {
      await world.agree()
      await world.postgres.stop("immediate")
      await until("senders are refused", () => world.refused("ERR_STORAGE") > 0)
      expect((await world.readiness(0))[0]).toBe(503)
      await world.postgres.start()
      await world.write(30)
      await until("it is ready", async () => (await world.readiness(0))[0] === 200, 10_000)
      await world.agree()
      await world.judge()
    },
    100_000,
  )

  testWithBoth(
    "servers of one folder keep an index each, and take over those of the dead",
    async () => {
      expect(readdirSync(world.folder).sort()).toEqual(["search", "search-2", "search-3"])
    },
    20_000,
  )
})

class World implements AsyncDisposable {
  readonly postgres: PostgresServer
  readonly redis: RedisServer
  /** They share it: what is not in the database is each one's own. */
  readonly folder: string
  readonly #environment: Record<string, string>
  readonly #servers: ServerProcess[]
  readonly #balancer: Balancer
  readonly #roomId: string
  readonly #check = new DeliveryCheck()
  readonly #writers: readonly SteadfastClient[]
  /** One on each server. */
  readonly #watchers: SteadfastClient[]
  #writing: Promise<unknown> = Promise.resolve()
  #isOver = false
  /** What had been changed when it was judged last. */
  #judgedChanges = 0

  private constructor(
    postgres: PostgresServer,
    redis: RedisServer,
    environment: Record<string, string>,
    started: { servers: ServerProcess[]; balancer: Balancer; roomId: string },
  ) {
    this.postgres = postgres
    this.redis = redis
    this.folder = environment["DATA_DIR"] ?? ""
    this.#environment = environment
    this.#servers = started.servers
    this.#balancer = started.balancer
    this.#roomId = started.roomId
    this.#writers = Array.from({ length: writers }, (_, n) => this.#client(started.balancer.url, `writer ${n}`))
    this.#watchers = started.servers.map(({ url }, n) => this.#client(url, `watcher ${n}`))
    this.#begin()
  }

  static async start(): Promise<World> {
    const [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()])
    const environment = {
      DATABASE_URL: await postgres.newDatabase(),
      REDIS_URL: redis.url,
      DATA_DIR: temporaryFolder().path,
      RATE_LIMITS: "off",
    }
    // At the same moment, on an empty database.
    const started = await Promise.all(Array.from({ length: servers }, () => startProcess(environment)))
    expect(started.map(({ summary }) => summary["rooms"])).toEqual([1, 1, 1])
    expect(started[0]?.summary["files"]).toMatch(/none are taken.*FILES_URL/)
    const urls = started.map(({ url }) => url)
    const [roomId = ""] = await createRooms(urls[0] ?? "", 1)
    return new World(postgres, redis, environment, { servers: started, balancer: await Balancer.to(urls), roomId })
  }

  /** Ends a server, and starts another in its place. Returns the exit status. */
  async end(index: number, signal: NodeJS.Signals): Promise<number | undefined> {
    const status = await this.#servers[index]?.stop(signal)
    const server = await startProcess(this.#environment)
    this.#servers[index] = server
    this.#balancer.servers[index] = server.url
    // Whoever only knew the old one is gone, and another comes by its name.
    const [old] = this.#watchers.splice(index, 1, this.#client(server.url, `watcher ${index}`, `again ${server.pid}`))
    old?.[Symbol.dispose]()
    return status
  }

  /** Resolves when so many messages more are acknowledged. */
  async write(count: number): Promise<void> {
    const before = this.#acked()
    await until(`${count} more are acknowledged`, () => this.#acked() >= before + count, 20_000)
  }

  /** Everybody hears what was acknowledged up to now. */
  async allHear(withinMs: number): Promise<void> {
    const rev = Math.max(...this.#everybody().map((client) => client.rev))
    await until(`all hear ${rev}`, () => this.#everybody().every((client) => client.rev >= rev), withinMs)
  }

  /** On each server everybody is seen, and nobody else, within the time that the rules give. */
  async agree(): Promise<void> {
    let seen: (readonly string[])[] = []
    const isAgreed = async () => {
      seen = await Promise.all(this.#watchers.map((watcher) => this.#membersSeenBy(watcher)))
      return seen.every(({ length }) => length === people)
    }
    await until("all agree", isAgreed, 10_000).catch((cause) => {
      throw new Error(`They see ${JSON.stringify(seen)}`, { cause })
    })
  }

  async readiness(index: number): Promise<[number, unknown]> {
    const response = await fetch(`${this.#servers[index]?.url}/readyz`)
    return [response.status, await response.json()]
  }

  refused(code: string): number {
    return this.#writers.reduce((sum, { tally }) => sum + (tally.refused[code] ?? 0), 0)
  }

  connections(): number {
    return this.#everybody().reduce((sum, { tally }) => sum + tally.connections, 0)
  }

  /** Holds what everybody saw against what is stored, while nobody writes. */
  async judge(): Promise<void> {
    this.#isOver = true
    await this.#writing
    const stored = await readRooms(this.#servers[0]?.url ?? "", [this.#roomId])
    const messages = stored.get(this.#roomId) ?? []
    const last = lastRevOf(messages)
    expect(messages.length).toBe(this.#acked())
    await until(
      "everybody has heard everything",
      () => this.#everybody().every(({ isIn, rev }) => isIn && rev === last),
      10_000,
    )
    expect(this.#check.verdict(stored).slice(0, 10)).toEqual([])
    // Whoever was away holds the same room as who was there all the time.
    for (const client of this.#everybody()) expect(client.differencesTo(messages)).toEqual([])
    expect(this.#changed()).toBeGreaterThan(this.#judgedChanges)
    this.#judgedChanges = this.#changed()
    this.#begin()
  }

  async [Symbol.asyncDispose]() {
    this.#isOver = true
    for (const client of this.#everybody()) client[Symbol.dispose]()
    await this.#balancer[Symbol.asyncDispose]()
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()))
    await Promise.all([this.redis[Symbol.asyncDispose](), this.postgres[Symbol.asyncDispose]()])
    rmSync(this.folder, { recursive: true })
  }

  #begin(): void {
    this.#isOver = false
    this.#writing = Promise.all(this.#writers.map((writer) => this.#keepWriting(writer)))
  }

  #client(url: string, userId: string, name = userId): SteadfastClient {
    return new SteadfastClient({
      url,
      roomId: this.#roomId,
      userId,
      check: this.#check,
      ...(name !== userId && { name }),
    })
  }

  async #keepWriting(writer: SteadfastClient): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      await writer.send(`message ${n}`)
      await writer.change(n)
      await Bun.sleep(10)
    }
  }

  async #membersSeenBy({ socket }: SteadfastClient): Promise<string[]> {
    if (!socket.connected) return []
    const answer = await socket.timeout(5_000).emitWithAck("get_members", { roomId: this.#roomId })
    return answer.ok ? answer.members.map((member: { readonly userId: string }) => member.userId) : []
  }

  #everybody(): SteadfastClient[] {
    return [...this.#writers, ...this.#watchers]
  }

  #acked(): number {
    return this.#writers.reduce((sum, { tally }) => sum + tally.acked, 0)
  }

  #changed(): number {
    return this.#writers.reduce((sum, { tally }) => sum + tally.changed, 0)
  }
}

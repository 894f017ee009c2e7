/**
 * Three servers on a real PostgreSQL and a real Redis, and people who talk in one room: some
 * by a balancer, that gives each new connection to a server that is there, and one who
 * watches on each server. What can fail is reached through relays.
 *
 * They send, edit, react and delete. What all of them saw is held against what is stored: nothing acknowledged is lost,
 * nothing deleted is revived, nothing is told twice, nobody holds a gap, and who is here is the truth.
 */
import { expect } from "bun:test"
import { rmSync } from "node:fs"
import { Refused } from "../../../src/load/ask.ts"
import { Disconnected } from "../../../src/load/client.ts"
import { DeliveryCheck } from "../../../src/load/delivery/delivery-check.ts"
import type { Message } from "../../../src/load/delivery/observation.ts"
import { createRooms, readRooms } from "../../../src/load/rooms.ts"
import { Balancer } from "../balancer.ts"
import { temporaryFolder } from "../folder.ts"
import { PostgresServer } from "../postgres.ts"
import { type ServerProcess, startProcess } from "../process.ts"
import { carriesNothing, RedisServer } from "../redis.ts"
import { Relay } from "../relay.ts"
import { lastRevOf, passing, SteadfastClient, type SteadfastOptions } from "../steadfast-client.ts"
import { until } from "../until.ts"
import { Stopwatch } from "./stopwatch.ts"

export const servers = 3

/** That one delivers nothing, though it seems to be there. */
export type BusKind = "whole" | "silent"

interface WorldOptions {
  readonly bus: BusKind
  readonly writers: number
}

/** Who is here is to be right within this time of everything that can happen. */
const agreeMs = 10_000

export class World implements AsyncDisposable {
  readonly bus: BusKind
  /** The primary. */
  postgres: PostgresServer
  readonly redis: RedisServer
  /** By server. */
  readonly redisLinks: readonly Relay[]
  readonly databaseLinks: readonly Relay[]
  /** They share it: what is not in the database is each one's own. */
  readonly folder: string
  readonly stopwatch: Stopwatch
  readonly #environments: readonly Record<string, string>[]
  readonly #servers: ServerProcess[]
  readonly #balancer: Balancer
  readonly #roomId: string
  readonly #check = new DeliveryCheck()
  readonly #writers: readonly SteadfastClient[]
  /** One on each server. */
  readonly #watchers: SteadfastClient[]
  /** Who came to stay for a while. */
  readonly #guests = new Set<SteadfastClient>()
  #writing: Promise<unknown> = Promise.resolve()
  #isOver = false
  /** Messages that were acknowledged more than once, to several clients. */
  #sharedAcks = 0
  #guestsGone = 0
  /** What had been changed when it was judged last. */
  #judgedChanges = 0

  private constructor({ bus, writers }: WorldOptions, parts: Parts) {
    this.bus = bus
    this.postgres = parts.postgres
    this.redis = parts.redis
    this.redisLinks = parts.redisLinks
    this.databaseLinks = parts.databaseLinks
    this.folder = parts.folder
    this.stopwatch = new Stopwatch(this.#check)
    this.#environments = parts.environments
    this.#servers = parts.servers
    this.#balancer = parts.balancer
    this.#roomId = parts.roomId
    this.#writers = Array.from({ length: writers }, (_, n) => this.#client(parts.balancer.url, `writer ${n}`))
    this.#watchers = parts.servers.map(({ url }, n) => this.#client(url, `watcher ${n}`))
    this.#begin()
  }

  static async start(options: WorldOptions): Promise<World> {
    const [postgres, redis] = await Promise.all([
      PostgresServer.start(),
      RedisServer.start(options.bus === "silent" ? carriesNothing : {}),
    ])
    const linksTo = (port: number) => Promise.all(Array.from({ length: servers }, () => Relay.to(port)))
    const [databaseLinks, redisLinks] = await Promise.all([linksTo(postgres.port), linksTo(redis.port)])
    const database = await postgres.newDatabase()
    const folder = temporaryFolder().path
    const environments = redisLinks.map(({ port }, index) => ({
      DATABASE_URL: through(databaseLinks[index], database),
      REDIS_URL: `redis://127.0.0.1:${port}`,
      DATA_DIR: folder,
      RATE_LIMITS: "off",
    }))
    // At the same moment, on an empty database.
    const started = await Promise.all(environments.map((environment) => startProcess(environment)))
    expect(started.map(({ summary }) => summary["rooms"])).toEqual([1, 1, 1])
    expect(started[0]?.summary["files"]).toMatch(/none are taken.*FILES_URL/)
    const urls = started.map(({ url }) => url)
    const [roomId = ""] = await createRooms(urls[0] ?? "", 1)
    const balancer = await Balancer.to(urls)
    const links = { redisLinks, databaseLinks }
    return new World(options, { postgres, redis, ...links, folder, environments, servers: started, balancer, roomId })
  }

  /** Ends a server, and starts another in its place. Returns the exit status. */
  async end(index: number, signal: NodeJS.Signals): Promise<number | undefined> {
    const status = await this.#servers[index]?.stop(signal)
    const server = await startProcess(this.#environments[index] ?? {})
    this.#servers[index] = server
    this.#balancer.servers[index] = server.url
    // Whoever only knew the old one is gone, and another comes by its name.
    const [old] = this.#watchers.splice(index, 1, this.#client(server.url, `watcher ${index}`, `again ${server.pid}`))
    old?.[Symbol.dispose]()
    return status
  }

  signal(index: number, signal: "SIGSTOP" | "SIGCONT"): void {
    const pid = this.#servers[index]?.pid
    if (pid !== undefined) process.kill(pid, signal)
  }

  /** People who come to the servers in turn, and say nothing. */
  welcome(count: number, options: Pick<SteadfastOptions, "overlooks"> = {}): SteadfastClient[] {
    const first = this.#guests.size + this.#guestsGone
    return Array.from({ length: count }, (_, n) => {
      const url = this.#servers[n % servers]?.url ?? ""
      const guest = this.#client(url, `guest ${first + n}`, undefined, options)
      this.#guests.add(guest)
      return guest
    })
  }

  goodbye(): void {
    this.#guestsGone += this.#guests.size
    for (const guest of this.#guests) guest[Symbol.dispose]()
    this.#guests.clear()
  }

  /** One user, on all servers at once, sends one message by each. Every server says what the others say. */
  async sendThrice(content: string): Promise<void> {
    const trio = this.#servers.map(({ url }, n) => this.#client(url, "trio", `trio ${n}`))
    for (const client of trio) this.#guests.add(client)
    await until("the three are in", () => trio.every(({ isIn }) => isIn))
    for (let n = 0; n < 20; n++) {
      const send = trio[0]?.newSend(`${content}, ${n}`)
      await Promise.all(trio.map((client) => client.send(content, send)))
      this.#sharedAcks++
    }
    expect(trio.reduce((sum, { tally }) => sum + tally.duplicates, 0)).toBe(40)
  }

  /** Somebody who waits for no answer. Returns how they send: it resolves when it is acknowledged. */
  async newcomer(): Promise<(content: string) => Promise<void>> {
    const [guest] = this.welcome(1)
    await until("the newcomer is in", () => guest?.isIn === true)
    return async (content) => {
      await guest?.send(content)
      this.#sharedAcks++
    }
  }

  /** Resolves when so many messages more are acknowledged. */
  async write(count: number): Promise<void> {
    const before = this.acked()
    await until(`${count} more are acknowledged`, () => this.acked() >= before + count)
  }

  /** Everybody hears what was acknowledged up to now. */
  async allHear(withinMs: number): Promise<void> {
    const rev = Math.max(...this.#everybody().map((client) => client.rev))
    await until(`all hear ${rev}`, () => this.#everybody().every((client) => client.rev >= rev), withinMs)
  }

  /**
   * Everywhere everybody is seen, and nobody else, within the time that the rules give from when everybody has come, or
   * come back. Returns how long it took.
   */
  async agree(): Promise<number> {
    const startedMs = performance.now()
    await this.#allIn()
    let wrong: readonly string[] = []
    const isAgreed = async () => {
      wrong = await this.wrongPresence()
      return wrong.length === 0
    }
    await until("all agree", isAgreed, agreeMs).catch((cause) => {
      throw new Error(wrong.slice(0, 10).join("\n"), { cause })
    })
    return performance.now() - startedMs
  }

  /** Who believes, or is told, that others are here than are: a sentence of each. */
  async wrongPresence(): Promise<string[]> {
    const due = [...new Set(this.#everybody().map(({ userId }) => userId))].sort()
    const sentence = (who: string, seen: Iterable<string>) => {
      const found = [...seen].sort()
      const [missing, extra] = [due.filter((id) => !found.includes(id)), found.filter((id) => !due.includes(id))]
      return missing.length + extra.length === 0 ? [] : [`${who} misses [${missing}], and sees [${extra}]`]
    }
    const wrong = this.#everybody().flatMap(({ name, here }) => sentence(name, here))
    if (wrong.length > 0) return wrong
    const told = await Promise.all(this.#watchers.map(async (watcher) => [watcher, await membersOf(watcher)] as const))
    return told.flatMap(([{ name }, members]) => sentence(`${name}'s server`, members))
  }

  async readiness(index: number): Promise<[number, unknown]> {
    const response = await fetch(`${this.#servers[index]?.url}/readyz`)
    return [response.status, await response.json()]
  }

  /** A server that was frozen has failed to store something, and says so for some seconds. */
  async allReady(): Promise<void> {
    const isReady = async (index: number) => (await this.readiness(index))[0] === 200
    const areReady = async () => (await Promise.all(this.#servers.map((_, index) => isReady(index)))).every(Boolean)
    await until("all are ready", areReady, agreeMs)
  }

  refusals(): number {
    return this.#everybody().reduce((sum, { tally }) => sum + (tally.refused["ERR_STORAGE"] ?? 0), 0)
  }

  connections(): number {
    return this.#everybody().reduce((sum, { tally }) => sum + tally.connections, 0)
  }

  /** Returns whether everybody who is here now has lost that connection since, and is in again. */
  returning(): () => boolean {
    const before = this.#everybody().map((client) => [client, client.tally.connections] as const)
    return () => before.every(([{ isIn, tally }, connections]) => isIn && tally.connections > connections)
  }

  /** Different messages that were acknowledged. */
  acked(): number {
    return this.#writers.reduce((sum, { tally }) => sum + tally.acked, 0) + this.#sharedAcks
  }

  /** Holds what everybody saw against what is stored, while nobody writes. */
  async judge(): Promise<void> {
    try {
      const { stored, ...wrong } = await this.verdict()
      expect(stored).toBe(this.acked())
      expect(wrong).toEqual({ anomalies: [], differences: [] })
      expect(this.#changed()).toBeGreaterThan(this.#judgedChanges)
      this.#judgedChanges = this.#changed()
    } finally {
      this.#begin()
    }
  }

  /** Nobody writes from then on. */
  async rest(): Promise<void> {
    this.#isOver = true
    await this.#writing
  }

  /** Whoever was away has to hold the same room as who was there all the time. Nobody writes from then on. */
  async verdict() {
    await this.rest()
    const stored = await this.#stored()
    const messages: readonly Message[] = stored.get(this.#roomId) ?? []
    const last = lastRevOf(messages)
    const isCurrent = () => this.#everybody().every(({ isIn, rev }) => isIn && rev === last)
    await until("everybody has heard everything", isCurrent, agreeMs)
    const differences = this.#everybody().flatMap((client) => client.differencesTo(messages).slice(0, 3))
    return { stored: messages.length, anomalies: this.#check.verdict(stored).slice(0, 10), differences }
  }

  /** Whoever is refused since the store is away, or is sent away with everybody, reads it again. */
  async #stored() {
    let stored: Awaited<ReturnType<typeof readRooms>> | undefined
    let passed: unknown
    const isRead = async () => {
      stored = await readRooms(this.#servers[0]?.url ?? "", [this.#roomId]).catch((cause) => {
        if (!isPassing(cause)) throw cause
        passed = cause
        return undefined
      })
      return stored !== undefined
    }
    await until("the room can be read", isRead).catch((error) => {
      throw new Error(String(error), { cause: passed })
    })
    return stored ?? new Map<string, readonly Message[]>()
  }

  async [Symbol.asyncDispose]() {
    this.#isOver = true
    for (const client of this.#everybody()) client[Symbol.dispose]()
    await this.#balancer[Symbol.asyncDispose]()
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()))
    await Promise.all([...this.databaseLinks, ...this.redisLinks].map((relay) => relay[Symbol.asyncDispose]()))
    await Promise.all([this.redis[Symbol.asyncDispose](), this.postgres[Symbol.asyncDispose]()])
    rmSync(this.folder, { recursive: true })
  }

  #begin(): void {
    this.#isOver = false
    this.#writing = Promise.all(this.#writers.map((writer) => this.#keepWriting(writer)))
  }

  #client(
    url: string,
    userId: string,
    name?: string,
    options: Pick<SteadfastOptions, "overlooks"> = {},
  ): SteadfastClient {
    const { note } = this.stopwatch
    return new SteadfastClient({
      url,
      roomId: this.#roomId,
      userId,
      check: { note },
      ...(name !== undefined && { name }),
      ...options,
    })
  }

  async #keepWriting(writer: SteadfastClient): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const sinceMs = performance.now()
      await writer.send(`message ${n}`)
      this.stopwatch.acknowledged(sinceMs)
      await writer.change(n)
      await Bun.sleep(10)
    }
  }

  #everybody(): SteadfastClient[] {
    return [...this.#writers, ...this.#watchers, ...this.#guests]
  }

  #allIn(): Promise<void> {
    return until("everybody is in", () => this.#everybody().every(({ isIn }) => isIn))
  }

  #changed(): number {
    return this.#writers.reduce((sum, { tally }) => sum + tally.changed, 0)
  }
}

interface Parts {
  readonly postgres: PostgresServer
  readonly redis: RedisServer
  readonly redisLinks: readonly Relay[]
  readonly databaseLinks: readonly Relay[]
  readonly folder: string
  readonly environments: readonly Record<string, string>[]
  readonly servers: ServerProcess[]
  readonly balancer: Balancer
  readonly roomId: string
}

function through(link: Relay | undefined, url: string): string {
  return Object.assign(new URL(url), { port: link?.port }).href
}

function isPassing(cause: unknown): boolean {
  return cause instanceof Disconnected || (cause instanceof Refused && passing.includes(cause.error.code))
}

/** All that its server knows of. */
async function membersOf({ socket, roomId }: SteadfastClient): Promise<string[]> {
  const found: string[] = []
  for (let cursor: string | undefined; socket.connected; ) {
    const request = { roomId, ...(cursor !== undefined && { cursor }) }
    // A connection that ends meanwhile, since its server was away from the database, is told nothing: it is asked again.
    const answer = await socket
      .timeout(5_000)
      .emitWithAck("get_members", request)
      .catch(() => undefined)
    if (answer?.ok !== true) break
    found.push(...answer.members.map((member: { readonly userId: string }) => member.userId))
    cursor = answer.cursor
    if (cursor === undefined) break
  }
  return found
}

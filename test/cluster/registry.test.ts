/** Who is where, as it is kept for the others: in a real Redis, and in the memory that stands for it in tests. */
import { expect, test } from "bun:test"
import { Redis } from "ioredis"
import type { ServerId } from "../../src/cluster/news.ts"
import { aliveMs, type Entry, RedisRegistry, type Registry } from "../../src/cluster/registry.ts"
import type { RoomId, UserId } from "../../src/contract/values.ts"
import { newRoomId, user } from "../support/ids.ts"
import { MemoryHub } from "../support/memory-bus.ts"
import { testUnless } from "../support/programs.ts"
import { type RedisOptions, RedisServer, redisMissing } from "../support/redis.ts"

const testWithRedis = testUnless(redisMissing())
const [one, two, three] = ["one", "two", "three"] as [ServerId, ServerId, ServerId]
const [ann, bob] = [user("ann"), user("bob of the garden")]
const at = (server: ServerId, userId: typeof ann, avatar: string | null = null): Entry => {
  return { server, userId, profile: { username: `${userId}, "here"`, avatar } }
}
const byPlace = (entries: readonly Entry[]) =>
  entries.toSorted((a, b) => `${a.server} ${a.userId}`.localeCompare(`${b.server} ${b.userId}`))

test("[NODE1] [NODE2] who is where, and who lives, is read in memory as it was said", async () => {
  await whoIsWhere(inMemory())
  await whoLives(inMemory())
})

testWithRedis(
  "[NODE1] [NODE2] who is where, and who lives, is read in a real Redis as it was said",
  async () => {
    await using redis = await ARedis.start()
    await whoIsWhere(new RedisRegistry(redis.connection))
    await whoLives(new RedisRegistry(redis.connection))
    for (const server of [one, two]) {
      const leftMs = await redis.connection.pttl(`warren:alive:${server}`)
      expect(leftMs).toBeGreaterThan(0)
      expect(leftMs).toBeLessThanOrEqual(aliveMs)
    }
  },
  20_000,
)

testWithRedis(
  "[NODE2] people are taken out of a real Redis only while their server does not live",
  async () => {
    await using redis = await ARedis.start()
    const registry = new RedisRegistry(redis.connection)
    const [roomId, alive, dead] = ["room" as RoomId, "alive" as ServerId, "dead" as ServerId]
    const users = Array.from({ length: 2_500 }, (_, n) => `user ${n}` as UserId)
    for (const one of [alive, dead]) {
      await registry.enter(
        roomId,
        users.map((userId) => ({ server: one, userId, profile: { username: userId, avatar: null } })),
      )
    }
    expect([await registry.beat(alive), await registry.beat(alive)]).toEqual([false, true])
    for (const one of [alive, dead]) await registry.bury(roomId, one, users)
    await registry.bury(roomId, dead, [])
    const left = await registry.read(roomId)
    expect([left.length, new Set(left.map((entry) => entry.server))]).toEqual([2_500, new Set([alive])])
  },
  20_000,
)

testWithRedis(
  "[NODE3] a real Redis that is full says so when a server says that it lives",
  async () => {
    await using redis = await ARedis.start({ settings: ["--maxmemory", "1", "--maxmemory-policy", "noeviction"] })
    await expect(new RedisRegistry(redis.connection).beat("server" as ServerId)).rejects.toThrow(
      /^OOM command not allowed/,
    )
  },
  20_000,
)

testWithRedis(
  "all servers know a real Redis by one name, also when it comes back empty, and another by another",
  async () => {
    await using redis = await ARedis.start()
    const second = redis.connection.duplicate({ db: 1 })
    using _ = { [Symbol.dispose]: () => second.disconnect() }
    const names: Record<string, string> = {}
    const named = (connection: Redis, who: string) =>
      new RedisRegistry(connection, (name) => {
        names[who] = name
      })
    const registries = [named(redis.connection, "ann"), named(redis.connection, "bob"), named(second, "cleo")]
    const beat = async () => {
      for (const [n, registry] of registries.entries()) await registry.beat(`server ${n}` as ServerId)
      return [names["ann"], names["bob"], names["cleo"]]
    }
    const [ann, bob, cleo] = await beat()
    expect(bob).toBe(ann ?? "")
    expect(cleo).not.toBe(ann)
    await redis.connection.flushall()
    registries.reverse()
    expect(await beat()).toEqual([ann, bob, cleo])
  },
  20_000,
)

async function whoIsWhere(registry: Registry): Promise<void> {
  const [garden, kitchen, empty] = [newRoomId(), newRoomId(), newRoomId()]
  await registry.enter(garden, [at(one, ann), at(one, bob)])
  await registry.enter(garden, [at(two, ann), at(one, ann, "https://a.example/1.png")])
  await registry.enter(kitchen, [at(two, bob)])
  await registry.enter(empty, [])
  const inGarden = [at(one, ann, "https://a.example/1.png"), at(one, bob), at(two, ann)]
  expect(byPlace(await registry.read(garden))).toEqual(inGarden)
  const counted = await registry.count([garden, kitchen, empty])
  const places = [...counted].map(([roomId, found]) => [
    roomId,
    found.map(({ server, userId }) => `${server}: ${userId}`).sort(),
  ])
  expect(places).toEqual([
    [garden, ["one: ann", "one: bob of the garden", "two: ann"]],
    [kitchen, ["two: bob of the garden"]],
    [empty, []],
  ])
  await registry.exit(garden, [at(one, ann), at(two, bob)])
  await registry.exit(kitchen, [])
  expect(byPlace(await registry.read(garden))).toEqual([at(one, bob), at(two, ann)])
  expect([await registry.read(kitchen), await registry.read(empty)]).toEqual([[at(two, bob)], []])
  await registry.exit(kitchen, [at(two, bob)])
  expect(await registry.read(kitchen)).toEqual([])
}

async function whoLives(registry: Registry): Promise<void> {
  const beats: boolean[] = []
  for (const server of [one, two, two]) beats.push(await registry.beat(server))
  expect(beats).toEqual([false, false, true])
  const living = await Promise.all([[one, three, two], [three], []].map((servers) => registry.living(servers)))
  expect(living).toEqual([new Set([one, two]), new Set(), new Set()])
}

function inMemory(): Registry {
  return new MemoryHub().connect({ onMessage: () => {}, onUp: () => {}, onDown: () => {} }).registry
}

/** With a connection to it. */
class ARedis implements AsyncDisposable {
  readonly connection: Redis
  readonly #server: RedisServer

  private constructor(server: RedisServer) {
    this.#server = server
    this.connection = new Redis(server.url)
  }

  static async start(options?: RedisOptions): Promise<ARedis> {
    return new ARedis(await RedisServer.start(options))
  }

  async [Symbol.asyncDispose]() {
    this.connection.disconnect()
    await this.#server.stop()
  }
}

/** The bus on a real Redis: it counts as reached only while it carries what is said. */
import { describe, expect, test } from "bun:test"
import { Redis } from "ioredis"
import { RedisBus, retryMs } from "../../src/cluster/bus.ts"
import { placeOf } from "../../src/cluster/place.ts"
import { reachRedis } from "../../src/cluster/reach.ts"
import { nobodysPort } from "../support/port.ts"
import { testUnless } from "../support/programs.ts"
import { carriesNothing, type RedisOptions, RedisServer, redisMissing } from "../support/redis.ts"
import { until } from "../support/until.ts"

const testWithRedis = testUnless(redisMissing())

describe("[NODE3] the bus", () => {
  testWithRedis(
    "is up where it carries what is said, and away where it takes it and carries nothing",
    async () => {
      await using whole = await Listening.to()
      await until("it is up", () => whole.bus.isUp)
      await using silent = await Listening.to(carriesNothing)
      await until("it takes commands", () => silent.isTaking())
      await until("it is subscribed", () => silent.isSubscribed("room"))
      for (let check = 0; check < 3; check++) {
        silent.bus.check()
        // Answers come in the order of what was asked, so what was said before was carried, or is lost.
        await silent.bus.commands.ping()
        await silent.isSubscribed("room")
      }
      expect([silent.bus.isUp, silent.told]).toEqual([false, []])
    },
    20_000,
  )

  testWithRedis(
    "is away from what it could not take until it carries again, so that who is here is said anew",
    async () => {
      await using listening = await Listening.to()
      await until("it is up", () => listening.bus.isUp)
      const { bus, told } = listening
      for (const happen of [() => {}, () => bus.commands.disconnect(true)]) {
        told.length = 0
        for (let n = 0; n < 1_500; n++) bus.publish("room", `${n}`)
        expect([bus.isUp, told]).toEqual([false, ["down"]])
        happen()
        bus.check()
        await until("it is up again", () => bus.isUp)
        // All before it is answered.
        await bus.commands.ping()
        bus.publish("room", "one more")
        expect([bus.isUp, told]).toEqual([true, ["down", "up"]])
      }
      // Whatever it refuses, a hint is lost.
      await listening.stopCarrying()
      bus.publish("room", "refused")
      await until("it is away", () => !bus.isUp)
      // What was refused is under way no more.
      for (let n = 0; n < 1_000; n++) bus.publish("room", "refused")
      await listening.carryAgain()
      bus.check()
      await until("it is up once more", () => bus.isUp)
      bus.publish("room", "the last one")
      expect(bus.isUp).toBe(true)
    },
    20_000,
  )

  testWithRedis(
    "carries what is said to whoever listens, also once its connections were killed, until they listen no more",
    async () => {
      await using listening = await Listening.to()
      const { bus, heard, told } = listening
      // Not connected yet.
      expect(await listening.isSubscribed("early")).toBe(false)
      bus.publish("early", "too early")
      await until("it is up", () => bus.isUp)
      // With its own, a thousand of which it hears again at last: whole commands.
      const rooms = Array.from({ length: 1_001 }, (_, n) => `room ${n}`)
      await Promise.all(rooms.map((room) => bus.subscribe(room)))
      bus.unsubscribe("room 1")
      // What is asked of one connection is done in its order.
      await bus.subscribe("room 2")
      const carriesTo = async (...wanted: string[]) => {
        for (const room of ["room 1", "room 2", "room 997", "early"]) bus.publish(room, `to ${room}`)
        await until("all is heard", () => heard.at(-1)?.[0] === "early")
        expect(heard.splice(0)).toEqual(wanted.map((room) => [room, `to ${room}`]))
      }
      await carriesTo("room 2", "room 997", "early")
      const lose = async (type: "normal" | "pubsub", unwanted: string) => {
        told.length = 0
        await listening.killConnections(type)
        await until("it was away", () => told.length > 0)
        bus.unsubscribe(unwanted)
        await until("it is up again", () => bus.isUp)
        await bus.subscribe("early")
        expect(told).toEqual(["down", "up"])
      }
      const asked = bus.commands.blpop("nothing", 0).catch(() => "It failed")
      await lose("normal", "room 2")
      expect<unknown>(await asked).toBe("It failed")
      await carriesTo("room 997", "early")
      await lose("pubsub", "room 997")
      await carriesTo("early")
      bus.close()
      await until("it is away for good", () => !bus.isUp)
      bus.publish("room 3", "too late")
      bus.unsubscribe("room 3")
      bus.check()
      await until("no connection is left", async () => (await listening.connections()) === 1)
      expect([told, heard]).toEqual([["down", "up", "down"], []])
    },
    20_000,
  )

  testWithRedis(
    "is up once it listens again to everything, and to nothing that was given up meanwhile",
    async () => {
      await using listening = await Listening.to()
      const { bus, told } = listening
      await until("it is up", () => bus.isUp)
      // Of its own, and of the first command's.
      const rooms = Array.from({ length: 499 }, (_, n) => `room ${n}`)
      const early = Array.from({ length: 500 }, (_, n) => `early ${n}`)
      await Promise.all([...rooms, ...early, "earlier", "late"].map((room) => bus.subscribe(room)))
      const { subscribe } = Redis.prototype
      using _ = {
        [Symbol.dispose]: () => void Object.assign(Redis.prototype, { subscribe }),
      }
      const commands: unknown[] = []
      const giving: (this: Redis, ...channels: string[]) => Promise<unknown> = async function (...channels) {
        const subscribing = subscribe.apply(this, channels)
        for (const room of ["room 0", ...early, "earlier"]) bus.unsubscribe(room)
        await subscribing
        // What it would say to itself would be heard before these answers.
        bus.check()
        await bus.commands.ping()
        await this.ping()
        commands.push([channels.length, told.at(-1)])
        return subscribing
      }
      Object.assign(Redis.prototype, { subscribe: giving })
      told.length = 0
      await listening.killConnections("pubsub")
      await until("it was away, and is up again", () => told.length === 2)
      expect(commands).toEqual([
        [500, "down"],
        [1, "down"],
      ])
      const heard = await bus.commands.call("PUBSUB", "CHANNELS", "*")
      expect((heard as string[]).filter((channel) => !channel.startsWith("warren:echo:")).sort()).toEqual(
        [...rooms.slice(1), "late"].sort(),
      )
    },
    20_000,
  )

  testWithRedis(
    "goes on trying to listen where that is refused",
    async () => {
      await using listening = await Listening.to()
      const { bus } = listening
      await until("it is up", () => bus.isUp)
      await bus.commands.call("ACL", "SETUSER", "default", "-subscribe")
      await listening.killConnections("pubsub")
      const isRefused = async () =>
        /cmdstat_subscribe:.*rejected_calls=[1-9]/.test(await bus.commands.info("commandstats"))
      await until("it was refused", isRefused)
      expect(bus.isUp).toBe(false)
      await bus.commands.call("ACL", "SETUSER", "default", "+subscribe")
      await until("it is up again", () => bus.isUp)
    },
    20_000,
  )

  testWithRedis(
    "sends what is said together in one write, in its order, also where somebody fails meanwhile",
    async () => {
      await using listening = await Listening.to()
      const { bus, heard } = listening
      // Nothing leads to Redis yet.
      bus.cork(() => bus.publish("room", "too early"))
      await until("it is up", () => bus.isUp)
      await bus.subscribe("room")
      const { stream } = bus.commands
      const writes: string[] = []
      const write = stream._write.bind(stream)
      stream._write = (chunk, ...rest) => {
        writes.push(chunk.toString())
        write(chunk, ...rest)
      }
      const said = ["first", "second", "third"]
      const saying = () => {
        for (const text of said) bus.publish("room", text)
        throw new Error("no more")
      }
      expect(() => bus.cork(saying)).toThrow("no more")
      await until("all is heard", () => heard.length === 3)
      expect(heard).toEqual(said.map((text) => ["room", text]))
      expect(writes.map((text) => text.split("publish").length - 1)).toEqual([3])
    },
    20_000,
  )

  testWithRedis(
    "is away when it stops to carry, though no connection is lost",
    async () => {
      await using listening = await Listening.to()
      await until("it is up", () => listening.bus.isUp)
      await listening.stopCarrying()
      listening.bus.check()
      listening.bus.check()
      expect(listening.bus.isUp).toBe(true)
      listening.bus.check()
      expect([listening.bus.isUp, listening.told]).toEqual([false, ["up", "down"]])
    },
    20_000,
  )
})

testWithRedis(
  "whether a Redis takes what servers say is told with the reason, and no connection is left behind",
  async () => {
    await using whole = await RedisServer.start({ settings: ["--requirepass", "swordfish"] })
    await using silent = await RedisServer.start(carriesNothing)
    const within = (password: string) => whole.url.replace("//", `//:${password}@`)
    const reasons = [
      [silent.url, "ERR unknown command"],
      [within("hunter22"), "WRONGPASS"],
      [`redis://:hunter22@127.0.0.1:${nobodysPort}/3`, "ECONNREFUSED"],
    ]
    for (const [url = "", reason = ""] of reasons) {
      const told: Error = await reachRedis(url).catch((error) => error)
      expect(told.message).toStartWith(`Redis at 127.0.0.1:${new URL(url).port} cannot be used: `)
      expect(told.message).toContain(reason)
      expect(told.message).not.toContain("hunter22")
      expect(told.cause).toBeInstanceOf(Error)
    }
    await reachRedis(within("swordfish"))
    for (const url of [within("swordfish"), silent.url])
      await until("only who counts is there", async () => (await connectionsTo(url)) === 1)
  },
  20_000,
)

async function connectionsTo(url: string): Promise<number> {
  const redis = new Redis(url)
  try {
    const list = await redis.call("CLIENT", "LIST")
    return String(list).trim().split("\n").length
  } finally {
    redis.disconnect()
  }
}

test("a Redis that is away is tried again soon, and then twice a second", () => {
  expect([1, 2, 3, 4, 5, 100_000].map(retryMs)).toEqual([100, 200, 400, 500, 500, 500])
})

test("where a Redis is, is said without its password", () => {
  expect(placeOf("redis://:swordfish@redis.example:7000/3")).toBe("redis.example:7000")
  expect(placeOf("rediss://warren:swordfish@redis.example")).toBe("redis.example:6379")
})

class Listening implements AsyncDisposable {
  readonly bus: RedisBus
  readonly told: string[] = []
  readonly heard: [channel: string, text: string][] = []
  readonly #redis: RedisServer

  private constructor(redis: RedisServer) {
    this.#redis = redis
    const onMessage = (channel: string, text: string) => void this.heard.push([channel, text])
    const note = (what: string) => () => void this.told.push(what)
    this.bus = new RedisBus(redis.url, { onMessage, onUp: note("up"), onDown: note("down") }, () => {})
  }

  static async to(options?: RedisOptions): Promise<Listening> {
    return new Listening(await RedisServer.start(options))
  }

  isTaking(): Promise<boolean> {
    return this.bus.commands.ping().then(
      () => true,
      () => false,
    )
  }

  isSubscribed(channel: string): Promise<boolean> {
    return this.bus.subscribe(channel).then(
      () => true,
      () => false,
    )
  }

  killConnections(type: "normal" | "pubsub"): Promise<void> {
    return this.#redis.killConnections([type])
  }

  connections(): Promise<number> {
    return connectionsTo(this.#redis.url)
  }

  /** Whoever has subscribed stays, and may hear of no channel any more. */
  async stopCarrying(): Promise<void> {
    await this.bus.commands.call("ACL", "SETUSER", "default", "-publish")
  }

  async carryAgain(): Promise<void> {
    await this.bus.commands.call("ACL", "SETUSER", "default", "+publish")
  }

  async [Symbol.asyncDispose]() {
    this.bus.close()
    await this.#redis.stop()
  }
}

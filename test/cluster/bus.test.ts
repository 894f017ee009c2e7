/** The bus on a real Redis: it counts as reached only while it carries what is said. */
import { describe, expect } from "bun:test"
import { RedisBus } from "../../src/cluster/bus.ts"
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
      for (let n = 0; n < 1_500; n++) listening.bus.publish("room", `${n}`)
      expect([listening.bus.isUp, listening.told]).toEqual([false, ["up", "down"]])
      listening.bus.check()
      await until("it is up again", () => listening.bus.isUp)
      expect(listening.told).toEqual(["up", "down", "up"])
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

class Listening implements AsyncDisposable {
  readonly bus: RedisBus
  readonly told: string[] = []
  readonly #redis: RedisServer

  private constructor(redis: RedisServer) {
    this.#redis = redis
    const note = (what: string) => () => void this.told.push(what)
    this.bus = new RedisBus(redis.url, { onMessage: () => {}, onUp: note("up"), onDown: note("down") }, () => {})
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

  /** Whoever has subscribed stays, and may hear of no channel any more. */
  async stopCarrying(): Promise<void> {
    await this.bus.commands.call("ACL", "SETUSER", "default", "-publish")
  }

  async [Symbol.asyncDispose]() {
    this.bus.close()
    await this.#redis.stop()
  }
}

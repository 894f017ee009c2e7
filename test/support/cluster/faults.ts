/**
 * What happens to several servers, as data: each fault begins, lasts and ends, while people
 * write. Whatever it is, afterwards nothing that was acknowledged is lost, nobody holds a
 * gap, and who is here is the truth within 10 s.
 */
import { expect } from "bun:test"
import { PostgresServer } from "../postgres.ts"
import type { Relay } from "../relay.ts"
import { until } from "../until.ts"
import { servers, type World } from "./world.ts"

export interface Fault {
  readonly name: string
  /** Of the contract. */
  readonly rules: string
  /** How often it happens in the whole matrix; once in its short form. */
  readonly times: number
  readonly happen: (world: World, round: number) => Promise<void>
}

/** A whole run, or one of seconds. */
interface Scale {
  readonly guests: number
}

/** Longer than a server may be silent before it counts as dead. */
const frozenMs = 9_000
/** Longer than the bus takes to notice. */
const cutMs = 5_000
const hearMs = 5_000

export function faultsOf({ guests }: Scale): readonly Fault[] {
  return [
    { name: "nothing", rules: "[NODE1]", times: 1, happen: (world) => world.write(60) },
    {
      name: `${guests} people join while others write`,
      rules: "[NODE1] [JOIN6]",
      times: 1,
      happen: async (world) => {
        const came = world.welcome(guests)
        await until("they are in", () => came.every(({ isIn }) => isIn))
      },
    },
    {
      name: "an id is sent to three servers at once",
      rules: "[NODE1] [SEND3]",
      times: 1,
      happen: async (world) => {
        await world.sendThrice("at three servers")
      },
    },
    {
      name: "a server is killed (`kill -9`)",
      rules: "[NODE2]",
      times: 20,
      happen: async (world, round) => {
        await world.end(round % servers, "SIGKILL")
        await world.write(20)
      },
    },
    {
      name: "a server is stopped",
      rules: "[NODE1]",
      times: 3,
      happen: async (world, round) => {
        expect(await world.end((round + 1) % servers, "SIGTERM")).toBe(0)
        await world.write(20)
      },
    },
    {
      name: "a server is frozen for 9 s",
      rules: "[NODE2]",
      times: 2,
      happen: async (world, round) => {
        world.signal(round % servers, "SIGSTOP")
        await Bun.sleep(frozenMs)
        world.signal(round % servers, "SIGCONT")
      },
    },
    {
      name: "Redis is stopped, and back empty",
      rules: "[NODE3]",
      times: 3,
      happen: async (world) => {
        const connections = world.connections()
        await world.redis.stop()
        try {
          await world.write(20)
          await world.allHear(hearMs)
          expect(await world.readiness(0)).toEqual([200, { status: "ready", warnings: ["Redis is away."] }])
        } finally {
          await world.redis.start()
        }
        await isBack(world)
        expect(world.connections()).toBe(connections)
      },
    },
    {
      name: "Redis is frozen",
      rules: "[NODE3]",
      times: 3,
      happen: async (world) => {
        const connections = world.connections()
        world.redis.signal("SIGSTOP")
        try {
          await world.write(10)
          await world.allHear(hearMs)
        } finally {
          world.redis.signal("SIGCONT")
        }
        expect(world.connections()).toBe(connections)
      },
    },
    {
      name: "a server does not hear Redis",
      rules: "[NODE3]",
      times: 2,
      happen: (world, round) => cutOff(world, round % servers, "back"),
    },
    {
      name: "Redis does not hear a server",
      rules: "[NODE3]",
      times: 2,
      happen: (world, round) => cutOff(world, round % servers, "there"),
    },
    {
      name: "Redis's connections are killed",
      rules: "[NODE3]",
      times: 5,
      happen: async (world) => {
        const connections = world.connections()
        await world.redis.killConnections()
        await world.write(20)
        await world.allHear(hearMs)
        expect(world.connections()).toBe(connections)
      },
    },
    {
      name: "PostgreSQL crashes, and is back",
      rules: "[NODE4]",
      times: 3,
      happen: async (world) => {
        const newcomer = await world.newcomer()
        const refusals = world.refusals()
        await world.postgres.stop("immediate")
        // Each of the others may have something stored that waits for its place, and is not refused for that.
        const sent = newcomer("while PostgreSQL is away")
        try {
          await until("senders are refused", () => world.refusals() > refusals)
          await until("the server says so", async () => (await world.readiness(0))[0] === 503)
        } finally {
          await world.postgres.start()
        }
        await sent
        await world.write(20)
        await world.allReady()
      },
    },
    ...far("Redis", (world, server) => [world.redisLinks[server]]),
    ...far("PostgreSQL", (world, server) => [world.databaseLinks[server]]),
    ...far("both", (world, server) => [world.databaseLinks[server], world.redisLinks[server]]),
    { name: "failover to a synchronous standby", rules: "[NODE4]", times: 2, happen: failOver },
  ]
}

/** Each way, so that a question and its answer take 200 to 300 ms. */
const distance = { ms: 100, jitterMs: 50 }

/** Of what a server is far, while people come to all of them and all write. */
function far(
  what: string,
  linksOf: (world: World, server: number) => readonly (Relay | undefined)[],
): readonly Fault[] {
  const happen = async (world: World, round: number) => {
    const connections = world.connections()
    const links = linksOf(world, round % servers)
    for (const link of links) if (link !== undefined) link.distance = distance
    try {
      await world.write(20)
      const came = world.welcome(servers * 4)
      await until("they are in", () => came.every(({ isIn }) => isIn))
      await world.write(20)
      await world.allHear(hearMs)
      await world.agree()
      expect(world.connections()).toBe(connections + came.length)
    } finally {
      for (const link of links) if (link !== undefined) link.distance = { ms: 0, jitterMs: 0 }
    }
  }
  return [{ name: `a server is 200 ms from ${what}`, rules: "[NODE1] [JOIN6]", times: 2, happen }]
}

/** Connections stay, and one way nothing arrives: of all that is said meanwhile, and of the answers. */
async function cutOff(world: World, index: number, way: "there" | "back"): Promise<void> {
  const connections = world.connections()
  const link = world.redisLinks[index]
  link?.hold(way)
  try {
    await Bun.sleep(cutMs)
    await world.allHear(hearMs)
  } finally {
    link?.release()
  }
  await isBack(world, index)
  expect(world.connections()).toBe(connections)
}

/** A bus that carries nothing never is. */
async function isBack(world: World, index = 0): Promise<void> {
  if (world.bus === "silent") return
  const isReady = async () => Bun.deepEquals(await world.readiness(index), [200, { status: "ready" }])
  await until("it is ready without a warning", isReady)
}

async function failOver(world: World, round: number): Promise<void> {
  const old = world.postgres
  const name = `standby_${round}`
  const areBack = world.returning()
  const standby = await PostgresServer.standbyOf(old, name)
  await old.waitFor(name)
  await world.write(20)
  await old.stop("immediate")
  await standby.promote()
  for (const link of world.databaseLinks) link.target = standby.port
  world.postgres = standby
  await old[Symbol.asyncDispose]()
  await world.write(20)
  // Each server finds another life of the data, sooner or later.
  await until("everybody was sent away, and is back", areBack)
}

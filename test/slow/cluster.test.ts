/**
 * Three servers, a real PostgreSQL and a real Redis, under the faults that a person who
 * runs them will meet, each once and with few people. `bun run matrix` is the whole of it:
 * every fault as often as it takes to trust the answer, all of it once more with a bus that
 * delivers nothing, and a table in the end.
 */
import { afterAll, beforeAll, describe, expect } from "bun:test"
import { readdirSync } from "node:fs"
import { faultsOf } from "../support/cluster/faults.ts"
import { endure, type Row, tableOf } from "../support/cluster/matrix.ts"
import { type BusKind, World } from "../support/cluster/world.ts"
import { postgresMissing } from "../support/postgres.ts"
import { testUnless } from "../support/programs.ts"
import { redisMissing } from "../support/redis.ts"
import { until } from "../support/until.ts"

const isWhole = process.env["MATRIX"] === "whole"
const writers = isWhole ? 12 : 6
const faults = faultsOf({ guests: isWhole ? 300 : 60 })
/** Where presence and messages take another way than by the bus; the others are in the whole matrix. */
const shortInSilence = ["nothing", "an id is sent to three servers at once", "Redis's connections are killed"]

const missing = postgresMissing() ?? redisMissing()
const testWithBoth = testUnless(missing)
const rows: Row[] = []

afterAll(() => {
  if (isWhole) process.stdout.write(`\n${tableOf(rows)}\n`)
})

describe("three servers on one PostgreSQL and one Redis", () => {
  const world = sharedWorld("whole")
  testFaults(world)

  testWithBoth(
    "servers of one folder keep an index each, and take over those of the dead",
    async () => {
      expect(readdirSync(world().folder).sort()).toEqual(["search", "search-2", "search-3"])
    },
    120_000,
  )

  // The last one: it leaves traces.
  testWithBoth(
    "a lost message and a lost arrival would have been seen",
    async () => {
      await world().agree()
      const [forgetful] = world().welcome(1, {
        overlooks: (event, content) => event === "message_received" && content === "overlooked",
      })
      const [blind] = world().welcome(1, { overlooks: (event) => event === "user_joined" })
      await until("both are in", () => [forgetful, blind].every((client) => client?.isIn))
      const others = world().welcome(20)
      await until("the others are in", () => others.every(({ isIn }) => isIn))
      let wrong: string[] = []
      const isOneWrong = async () => {
        wrong = await world().wrongPresence()
        return wrong.length === 1
      }
      await until("only one is wrong about who is here", isOneWrong)
      expect(wrong[0]).toStartWith(`${blind?.name} misses [guest `)
      // Whoever is told later of its edit has missed nothing.
      await world().rest()
      for (const content of ["overlooked", "heard"]) await others[0]?.send(content)
      const { anomalies, differences } = await world().verdict()
      expect(anomalies.map(({ client }) => client)).toEqual([forgetful?.name])
      expect(differences.length).toBeGreaterThan(0)
    },
    120_000,
  )
})

describe("three servers, and a bus that delivers nothing", () => {
  testFaults(sharedWorld("silent"), isWhole ? undefined : shortInSilence)
})

function testFaults(world: () => World, only?: readonly string[]): void {
  for (const fault of faults) {
    if (only !== undefined && !only.includes(fault.name)) continue
    const times = isWhole ? fault.times : 1
    testWithBoth(
      `${fault.rules} cost nobody a message, nor who is here: ${fault.name}`,
      async () => void rows.push(await endure(world(), fault, times)),
      60_000 + 40_000 * times,
    )
  }
}

function sharedWorld(bus: BusKind): () => World {
  let world: World | undefined
  beforeAll(async () => {
    if (missing === undefined) world = await World.start({ bus, writers })
  }, 120_000)
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000)
  return () => {
    if (world === undefined) throw new Error("It is started before the first test.")
    return world
  }
}

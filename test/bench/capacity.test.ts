import { describe, expect, test } from "bun:test"
import { defaults, needOf } from "../../bench/capacity.ts"

describe("what a number of people needs", () => {
  test("one server on its own needs no bus, and its work is that of its messages and deliveries", () => {
    const need = needOf(3_600, { ...defaults, perHour: 60, room: 10, sendMicros: 100, deliverMicros: 10, load: 1 })
    expect(need).toMatchObject({
      messagesPerSecond: 60,
      deliveriesPerSecond: 600,
      servers: 1,
      redisCores: 0,
      serverCores: (60 * 100 + 600 * 10) / 1e6,
      memoryGb: (3_600 * defaults.kilobytes) / 1e6,
    })
  })

  test("servers that come back in time are as many as connecting asks for", () => {
    const given = { ...defaults, connectMicros: 1_000, reconnectSeconds: 10, load: 0.5, perHour: 0.001 }
    const need = needOf(50_000, given)
    expect(need.servers).toBe(10)
    expect(need.reconnectLoad).toBeCloseTo(0.5)
  })

  test("more people never need less of anything", () => {
    let before = needOf(1_000, defaults)
    for (let people = 2_000; people < 4_000_000; people *= 2) {
      const need = needOf(people, defaults)
      for (const key of ["servers", "serverCores", "databaseCores", "redisCores", "memoryGb"] as const) {
        expect(need[key], `${key} of ${people}`).toBeGreaterThanOrEqual(before[key])
      }
      before = need
    }
  })

  test("a person's mistake gets a sentence", () => {
    const program = `${import.meta.dir}/../../bench/capacity.ts`
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, program, "--room", "many"])
    expect(stderr.toString()).toBe('--room takes a number above 0, not "many".\n')
    expect(exitCode).toBe(64)
  })
})

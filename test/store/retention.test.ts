import { expect, test } from "bun:test"
import { MemoryStore } from "../../src/store/memory.ts"
import { Retention } from "../../src/store/retention.ts"
import { inMemory } from "../support/stores.ts"
import { retentionSuite } from "./retention-suite.ts"

// On disk it is in test/slow/store, as most of its time is.
retentionSuite("retention in memory", inMemory)

/** A server that stops does not wait for it, however long the last step took. */
test("a rest is no longer than ten seconds, and ends with the server", async () => {
  let nowMs = 0
  const rests: number[] = []
  const resting = Promise.withResolvers<void>()
  const retention = new Retention({
    store: new MemoryStore({ pendingMax: 10, onFailure: console.error }),
    days: () => 1,
    now: () => nowMs,
    // Each look at the clock finds an hour gone, as after a night of its machine.
    elapsedMs: () => (nowMs += 3_600_000),
    onFailure: (cause) => {
      throw cause
    },
    onRemoved: () => {},
    pause: (ms, ended) => {
      rests.push(ms)
      resting.resolve()
      return new Promise((resolve) => ended.addEventListener("abort", () => resolve()))
    },
  })
  const sweep = retention.sweep()
  await resting.promise
  await Promise.all([retention.close(), sweep])
  expect(rests).toEqual([10_000])
})

test("a step is followed by a rest three times as long, of four milliseconds at least", async () => {
  const rests: number[] = []
  for (const tookMs of [0, 1, 2, 3_333, 4_000]) {
    const times = [100, 100 + tookMs]
    const retention = new Retention({
      store: new MemoryStore({ pendingMax: 10, onFailure: console.error }),
      days: () => 1,
      now: () => 0,
      elapsedMs: () => times.shift() ?? Number.NaN,
      onFailure: (cause) => {
        throw cause
      },
      onRemoved: () => {
        throw new Error("There is nothing to remove.")
      },
      pause: async (ms) => void rests.push(ms),
    })
    await retention.sweep()
  }
  expect(rests).toEqual([4, 4, 6, 9_999, 10_000])
})

/** A server that stops does not wait for the rest between two steps of a removal, however long the last one took. */
import { expect, test } from "bun:test"
import { MemoryStore } from "../../src/store/memory.ts"
import { Retention } from "../../src/store/retention.ts"

test("a rest is no longer than ten seconds, and ends with the server", async () => {
  let nowMs = 0
  const rests: number[] = []
  const resting = Promise.withResolvers<void>()
  const retention = new Retention({
    store: new MemoryStore({ pendingMax: 10, onFailure: console.error }),
    days: 1,
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

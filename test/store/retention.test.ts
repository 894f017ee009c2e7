import { expect, test } from "bun:test"
import type { ChatStore } from "../../src/chat/store.ts"
import { hourMs } from "../../src/contract/durations.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { Retention } from "../../src/store/retention.ts"
import { settled } from "../cluster/servers.ts"
import { AskedStore } from "../support/asked-store.ts"
import { newRoomId } from "../support/ids.ts"
import { Intervals } from "../support/intervals.ts"
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

test("rooms are looked through to the last, and of each the messages until there are none", async () => {
  const [one, two, three] = [newRoomId(), newRoomId(), newRoomId()]
  const looks = [
    { rooms: [{ roomId: one, before: 10 }], next: 3 },
    { rooms: [], next: 7 },
    { rooms: [two, three].map((roomId) => ({ roomId, before: 20 })), next: undefined },
  ]
  const steps = [
    { messages: 50, hasMore: true },
    { messages: 1, hasMore: false },
    { messages: 2, hasMore: false },
    { messages: 0, hasMore: false },
  ]
  const reclaims = [{ hasMore: true }, { hasMore: false }]
  const store = new AskedStore(({ kind }) =>
    (kind === "findOld" ? looks : kind === "removeOld" ? steps : reclaims).shift(),
  )
  const removed: number[] = []
  await retentionOf(store, { onRemoved: (messages) => removed.push(messages) }).sweep()
  expect(removed).toEqual([53])
  const asked = store.asked.map((command) => {
    if (command.kind === "findOld") return [command.kind, command.at, command.days, command.after]
    return command.kind === "removeOld" ? [command.kind, command.roomId, command.before] : [command.kind]
  })
  expect(asked).toEqual([
    ["findOld", 1_000, 30, 0],
    ["removeOld", one, 10],
    ["removeOld", one, 10],
    ["findOld", 1_000, 30, 3],
    ["findOld", 1_000, 30, 7],
    ["removeOld", two, 20],
    ["removeOld", three, 20],
    ["reclaim"],
    ["reclaim"],
  ])
})

test("who is told how many were removed is told of one, too", async () => {
  const removed: number[] = []
  const store = new AskedStore(({ kind }) => {
    return {
      rooms: [{ roomId: newRoomId(), before: 10 }],
      hasMore: false,
      ...(kind === "removeOld" && { messages: 1 }),
    }
  })
  await retentionOf(store, { onRemoved: (messages) => removed.push(messages) }).sweep()
  expect(removed).toEqual([1])
})

test("between two steps others have their turn", async () => {
  const log: string[] = []
  const store = new AskedStore(({ kind }) => {
    log.push(kind)
    setTimeout(() => log.push("another"), 0)
    return { rooms: [], hasMore: log.length < 5 }
  })
  await retentionOf(store).sweep()
  expect(log.slice(2)).toEqual(["another", "another", "reclaim", "another"])
})

test("it looks at once and every hour, one look at a time, until it is closed", async () => {
  using intervals = new Intervals()
  const store = new AskedStore()
  const retention = retentionOf(store)
  retention.begin()
  expect([intervals.running, intervals.isHolding]).toEqual([[hourMs], false])
  intervals.pass()
  expect(store.takeAsked()).toHaveLength(1)
  const look = retention.sweep()
  store.answer({ rooms: [], next: undefined })
  await settled()
  expect(store.takeAsked()).toEqual([{ kind: "reclaim" }])
  store.answer({ hasMore: false })
  await look
  intervals.pass()
  expect(store.takeAsked()).toHaveLength(1)
  let isClosed = false
  const closed = retention.close().then(() => {
    isClosed = true
  })
  await settled()
  // The step that is under way is waited for.
  expect([intervals.running, isClosed]).toEqual([[], false])
  store.answer({ rooms: [{ roomId: newRoomId(), before: 1 }], next: 1 })
  await closed
  expect(store.takeAsked()).toEqual([])
})

test("what fails is told with its cause, and not where nobody goes on", async () => {
  const failed: unknown[] = []
  const onFailure = (cause: unknown) => failed.push(cause)
  const cause = new Error("The disk is full.")
  const failures = [new ChatError("ERR_STORAGE", { cause }), new ChatError("ERR_BUSY")]
  for (const failure of failures) await retentionOf(new AskedStore(() => failure), { onFailure }).sweep()
  expect(failed).toEqual([cause, failures[1]])
  const store = new AskedStore()
  const retention = retentionOf(store, { onFailure })
  void retention.sweep()
  const closed = retention.close()
  store.answer(failures[0])
  await closed
  expect(failed).toHaveLength(2)
})

function retentionOf(store: ChatStore, options: Partial<ConstructorParameters<typeof Retention>[0]> = {}) {
  const ignored = () => {
    throw new Error("Nothing of this was to happen.")
  }
  const usual = { days: () => 30, now: () => 1_000, onFailure: ignored, onRemoved: ignored }
  return new Retention({ store, ...usual, ...options })
}

import { expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { PageBudget } from "../../src/server/limits/page-budget.ts"

const { pagesReadBytesMax, pagesReadBytesPerUser, pagesUnreadBytesPerUser, pageBytesMax } = limits

test("[LIM2] a user reads so many bytes of pages at a time, and the others are not kept waiting", () => {
  const { reader, resumed } = setUp()
  const greedy = Array.from({ length: pagesReadBytesPerUser / pageBytesMax }, (_, i) => reader("greedy", `greedy ${i}`))
  for (const one of greedy) expect(one.begin(pageBytesMax)).toBe(true)
  const waiting = reader("greedy", "waiting")
  expect(waiting.begin(1)).toBe(false)
  expect(reader("ann", "ann").begin(pageBytesMax)).toBe(true)

  greedy[0]?.read(1)
  expect(resumed).toEqual(["waiting"])
  expect(waiting.begin(1)).toBe(true)
})

test("[LIM2] all pages together have a bound, and whoever waits goes on in the order of coming", () => {
  const { reader, resumed } = setUp()
  const users = Array.from({ length: pagesReadBytesMax / pageBytesMax }, (_, i) => reader(`user ${i}`))
  for (const one of users) expect(one.begin(pageBytesMax)).toBe(true)
  const [late, later] = [reader("late"), reader("later")]
  expect([late.begin(pageBytesMax), later.begin(pageBytesMax)]).toEqual([false, false])

  users[0]?.read(1)
  expect(resumed).toEqual(["late", "later"])
  expect([late.begin(pageBytesMax), later.begin(pageBytesMax)]).toEqual([true, false])
})

test("[LIM2] what was sent counts until it is read", () => {
  const { reader, resumed } = setUp()
  const backlog = { bytes: 0 }
  const slow = reader("slow", "slow", backlog)
  expect(slow.begin(pageBytesMax)).toBe(true)
  backlog.bytes = pagesUnreadBytesPerUser
  slow.read(1)
  const waiting = reader("slow", "waiting")
  expect(waiting.begin(pageBytesMax)).toBe(false)

  backlog.bytes = pagesUnreadBytesPerUser - 1
  slow.drained()
  expect(resumed).toEqual([])
  backlog.bytes = pagesUnreadBytesPerUser - pageBytesMax
  slow.drained()
  expect(resumed).toEqual(["waiting"])
})

test("[LIM2] what else waits to be read by a connection is none of its pages", () => {
  const { reader } = setUp()
  const backlog = { bytes: 0 }
  const slow = reader("slow", "slow", backlog)
  expect(slow.begin(pageBytesMax)).toBe(true)
  backlog.bytes = 1
  slow.read(1)
  backlog.bytes = pagesUnreadBytesPerUser
  slow.drained()
  expect(reader("slow").begin(pageBytesMax)).toBe(true)
})

test("[LIM2] a connection that ends gives back what it has, and waits for nothing", () => {
  const { reader, resumed } = setUp()
  const backlog = { bytes: pagesUnreadBytesPerUser }
  const gone = reader("ann", "gone", backlog)
  expect(gone.begin(pageBytesMax)).toBe(true)
  gone.end()
  // Its page was still under way.
  gone.read(1)
  const [first, second] = [reader("ann", "first"), reader("ann", "second")]
  expect(first.begin(pagesUnreadBytesPerUser)).toBe(true)
  expect(second.begin(1)).toBe(false)
  second.end()
  first.read(1)
  expect(resumed).toEqual([])
})

test("[LIM2] what a connection had not read is given back when it ends: who waited for it goes on", () => {
  const { reader, resumed } = setUp()
  const slow = reader("ann", "slow", { bytes: pagesUnreadBytesPerUser })
  expect(slow.begin(1)).toBe(true)
  slow.read(1)
  const waiting = reader("ann", "waiting")
  expect(waiting.begin(1)).toBe(false)
  slow.end()
  expect(resumed).toEqual(["waiting"])
  expect(waiting.begin(pagesUnreadBytesPerUser)).toBe(true)
})

test("[LIM2] a connection that ends while it waits leaves the user's others waiting", () => {
  const { reader, resumed } = setUp()
  const first = reader("ann", "first")
  expect(first.begin(pagesReadBytesPerUser)).toBe(true)
  const [gone, waiting] = [reader("ann", "gone"), reader("ann", "waiting")]
  expect([gone.begin(1), waiting.begin(1)]).toEqual([false, false])
  gone.end()
  first.read(1)
  expect(resumed).toEqual(["waiting"])
})

test("[LIM2] a page is given back once, and who waits is called once, however often either is said", () => {
  const { reader, resumed, timers } = setUp()
  const first = reader("ann", "first")
  const muchMore = 2 * limits.pagesKibibytesRate.atOnce * 1_024
  first.read(muchMore)
  expect(first.begin(pagesReadBytesPerUser)).toBe(true)
  const waiting = reader("ann", "waiting")
  expect([waiting.begin(1), waiting.begin(1)]).toEqual([false, false])
  first.read(1)
  first.read(muchMore)
  expect([resumed, timers]).toEqual([["waiting"], []])
  expect(waiting.begin(pagesReadBytesPerUser)).toBe(true)
  expect(reader("ann", "third").begin(1)).toBe(false)
})

test("[LIM2] one page is always let through, however large; beside another one, every byte counts", () => {
  const { reader } = setUp()
  const large = reader("ann")
  expect(large.begin(2 * pagesReadBytesMax)).toBe(true)
  large.read(1)
  expect(reader("ann").begin(1)).toBe(true)
  expect(reader("ann").begin(pagesReadBytesPerUser)).toBe(false)
})

test("[LIM2] a user gets so many bytes over time, then waits, and nobody else does", () => {
  const { reader, resumed, timers } = setUp()
  const { atOnce, thenEveryMs } = limits.pagesKibibytesRate
  const greedy = reader("greedy", "greedy")
  for (let taken = 0; taken < atOnce; taken += pageBytesMax / 1_024) {
    expect(greedy.begin(1)).toBe(true)
    greedy.read(pageBytesMax)
  }
  expect(greedy.begin(1)).toBe(true)
  greedy.read(pageBytesMax)
  expect(greedy.begin(pageBytesMax)).toBe(false)
  expect(reader("ann", "ann").begin(pageBytesMax)).toBe(true)
  expect(timers.map(({ waitMs }) => waitMs)).toEqual([(pageBytesMax / 1_024) * thenEveryMs])

  timers[0]?.call()
  expect(resumed).toEqual(["greedy"])
})

test("[LIM2] what a user read is paid for to the byte, and once for all that was under way", () => {
  const { atOnce, thenEveryMs } = limits.pagesKibibytesRate
  const { reader, resumed, timers } = setUp()
  const [one, other, ann] = [reader("greedy"), reader("greedy"), reader("ann")]
  expect([one, other, ann].map((each) => each.begin(1))).toEqual([true, true, true])
  one.read(100 * atOnce * 1_024)
  other.read(1)
  ann.read((atOnce + 0.5 / thenEveryMs) * 1_024)
  expect(timers.map(({ waitMs }) => waitMs)).toEqual([99 * atOnce * thenEveryMs, 1])
  const waiting = reader("ann", "waiting")
  expect(waiting.begin(1)).toBe(false)
  timers[1]?.call()
  expect(resumed).toEqual(["waiting"])
})

test("[LIM2] whoever has had so many bytes is not called in between, though there is room in all", () => {
  const { reader, resumed, timers } = setUp()
  const users = Array.from({ length: pagesReadBytesMax / pageBytesMax }, (_, i) => reader(`user ${i}`))
  for (const one of users) expect(one.begin(pageBytesMax)).toBe(true)
  expect(reader("user 0", "waiting").begin(1)).toBe(false)
  users[0]?.read(2 * limits.pagesKibibytesRate.atOnce * 1_024)
  expect(resumed).toEqual([])
  timers[0]?.call()
  expect(resumed).toEqual(["waiting"])
})

test("[LIM2] of those who wait for room in all, one of each user goes on at a time, and all for whom there is room", () => {
  const { reader, resumed } = setUp()
  const users = Array.from({ length: pagesReadBytesMax / pageBytesMax }, (_, i) => reader(`user ${i}`))
  for (const one of users) expect(one.begin(pageBytesMax)).toBe(true)
  for (const [key, name] of [
    ["ann", "ann 1"],
    ["ann", "ann 2"],
    ["bob", "bob 1"],
  ] as const)
    expect(reader(key, name).begin(1)).toBe(false)
  users[0]?.read(1)
  expect(resumed).toEqual(["ann 1", "bob 1", "ann 2"])
})

test("[LIM2] nobody overtakes whoever waits for room in all, so nobody behind them need be looked at", () => {
  const { reader, resumed } = setUp()
  const users = Array.from({ length: pagesReadBytesMax / pageBytesMax }, (_, i) => reader(`user ${i}`))
  for (const one of users) expect(one.begin(pageBytesMax)).toBe(true)
  const [large, small] = [reader("large"), reader("small")]
  expect([large.begin(2 * pageBytesMax), small.begin(1)]).toEqual([false, false])

  users[0]?.read(1)
  expect(resumed).toEqual([])
  users[1]?.read(1)
  expect(resumed).toEqual(["large", "small"])
})

test("[LIM2] whoever waits for a share of their own holds up nobody, and stands in line once they have it", () => {
  const { reader, resumed } = setUp()
  const share = pagesReadBytesPerUser
  const greedy = [reader("greedy"), reader("greedy", "greedy again")] as const
  expect([greedy[0].begin(share), greedy[1].begin(2 * share)]).toEqual([true, false])
  const others = Array.from({ length: pagesReadBytesMax / share - 1 }, (_, i) => reader(`user ${i}`))
  for (const one of others) expect(one.begin(share)).toBe(true)
  const late = reader("late")
  expect(late.begin(share)).toBe(false)

  others[0]?.read(1)
  expect(resumed).toEqual(["late"])
  expect(late.begin(share)).toBe(true)
  greedy[0].read(1)
  expect(resumed).toEqual(["late"])
  others[1]?.read(1)
  expect(resumed).toEqual(["late", "greedy again"])
})

test("[LIM2] whoever has taken another page meanwhile keeps their place until their own share has room again", () => {
  const { reader, resumed } = setUp()
  const share = pagesReadBytesPerUser
  const others = Array.from({ length: pagesReadBytesMax / share - 1 }, (_, i) => reader(`user ${i}`))
  for (const one of others) expect(one.begin(share)).toBe(true)
  expect(reader("last").begin(share / 2)).toBe(true)
  const [waiting, beside] = [reader("ann", "waiting"), reader("ann", "beside")]
  expect([waiting.begin(share), beside.begin(share / 2)]).toEqual([false, true])

  others[0]?.read(1)
  expect(resumed).toEqual([])
  beside.read(1)
  expect(resumed).toEqual(["waiting"])
})

test("[LIM2] of whoever waits for nothing any more nothing is kept", () => {
  const { budget, reader, resumed, timers } = setUp()
  const users = Array.from({ length: pagesReadBytesMax / pageBytesMax }, (_, i) => reader(`user ${i}`))
  for (const one of users) expect(one.begin(pageBytesMax)).toBe(true)
  const [called, gone] = [reader("called"), reader("gone")]
  expect([called.begin(1), gone.begin(1), budget.size]).toEqual([false, false, 4])
  gone.end()
  expect([resumed, budget.size]).toEqual([[], 2])
  users[0]?.read(2 * limits.pagesKibibytesRate.atOnce * 1_024)
  expect([resumed, budget.size]).toEqual([["called"], 1])
  timers[0]?.call()
  expect(budget.size).toBe(0)
})

function setUp() {
  const timers: { waitMs: number; call: () => void }[] = []
  const later = (waitMs: number, call: () => void) => timers.push({ waitMs, call })
  const budget = new PageBudget({ elapsedMs: () => 0, later })
  const resumed: string[] = []
  const reader = (key: string, name = key, backlog = { bytes: 0 }) =>
    budget.reader(key, {
      get backlogBytes() {
        return backlog.bytes
      },
      resume: () => resumed.push(name),
    })
  return { budget, reader, resumed, timers }
}

import { expect, test } from "bun:test"
import { hourMs } from "../../src/contract/durations.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { keepServedAt, readServedAt } from "../../src/store/served-at.ts"
import { AskedStore } from "../support/asked-store.ts"
import { Intervals } from "../support/intervals.ts"

test("when data was served last is kept at once, each hour and at the end", () => {
  using intervals = new Intervals()
  const store = new AskedStore()
  let nowMs = 1
  const end = keepServedAt(store, () => nowMs++)
  expect([intervals.running, intervals.isHolding]).toEqual([[hourMs], false])
  intervals.pass()
  // What a full queue does not take is kept the next time.
  store.isFull = true
  intervals.pass()
  store.isFull = false
  end()
  expect(intervals.running).toEqual([])
  expect(store.takeAsked()).toEqual([1, 2, 4].map((at) => ({ kind: "probe", at })))
})

test("when it was served is known but where nothing was kept, or it cannot be read", async () => {
  const found = [5, 0, new ChatError("ERR_STORAGE")]
  const known = await Promise.all(found.map((at) => readServedAt(new AskedStore(() => at))))
  expect(known).toEqual([5, undefined, undefined])
})

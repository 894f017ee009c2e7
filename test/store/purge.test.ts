/** What is removed bit by bit beside everything else, and how often it is looked for. */
import { expect, test } from "bun:test"
import { dayMs, hourMs } from "../../src/contract/durations.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"
import { expireUnseen, purgeDeleted } from "../../src/store/purge.ts"
import { AskedStore } from "../support/asked-store.ts"
import { Intervals } from "../support/intervals.ts"

const look = { kind: "isPurgeDue" } as const

test("[ROOM5] what was said in deleted rooms is removed so long as there is some, and looked for every five seconds", () => {
  using intervals = new Intervals()
  const store = new AskedStore()
  let nowMs = 7
  const end = purgeDeleted(store, () => nowMs)
  expect([store.takeAsked(), intervals.running]).toEqual([[look], [5_000]])
  intervals.pass()
  expect(store.takeAsked()).toEqual([])
  store.answer(true)
  expect(store.takeAsked()).toEqual([{ kind: "purge", at: 7 }])
  intervals.pass()
  nowMs = 8
  store.answer(true)
  expect(store.takeAsked()).toEqual([{ kind: "purge", at: 8 }])
  store.answer(false)
  expect(store.takeAsked()).toEqual([])
  intervals.pass()
  expect(store.takeAsked()).toEqual([look])
  end()
  expect(intervals.running).toEqual([])
})

test("what cannot be removed now is looked for again: a failure of the store, and a queue that is full", () => {
  using intervals = new Intervals()
  const store = new AskedStore()
  purgeDeleted(store, () => 7)
  store.answer(true)
  store.answer(new ChatError("ERR_STORAGE"))
  expect(store.takeAsked()).toEqual([look, { kind: "purge", at: 7 }])
  store.isFull = true
  intervals.pass()
  store.isFull = false
  intervals.pass()
  expect(store.takeAsked()).toEqual([look])
})

test("[OPEN1] memberships end of whoever was not seen for so long, and that is looked for every hour", () => {
  using intervals = new Intervals()
  const store = new AskedStore()
  const end = expireUnseen(store, () => 100 * dayMs)
  const before = 100 * dayMs - limits.unseenMemberMs
  expect([store.takeAsked(), intervals.running]).toEqual([[{ kind: "findUnseen", before }], [hourMs]])
  store.answer(true)
  expect(store.takeAsked()).toEqual([{ kind: "expireMembers", before }])
  store.answer(false)
  expect(store.takeAsked()).toEqual([])
  end()
  expect(intervals.running).toEqual([])
})

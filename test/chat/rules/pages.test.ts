/** What a page is read for, and what the room's counter says already. What pages hold is the stores' matter: test/store. */
import { expect, test } from "bun:test"
import type { Page } from "../../../src/chat/rules/found.ts"
import { pageBefore, pageSince } from "../../../src/chat/rules/pages.ts"
import { Reading } from "../../../src/chat/rules/rule.ts"
import type { RoomRecord, WorkingSet } from "../../../src/chat/rules/working-set.ts"

const set = { epoch: "now" } as WorkingSet
const room = (rev: number, forgotten = 0) => ({ rev, forgotten }) as RoomRecord
const latest = (rev: number) => pageBefore(set, room(rev), { before: undefined, limit: 50 }, (page) => page)
const since = (rev: number, since: number, { epoch = "now", forgotten = 0 } = {}) =>
  pageSince(set, room(rev, forgotten), { since, epoch, limit: 200 }, (page) => page)
const nothing = (rev: number, reset = false): Page => ({
  messages: [],
  rev,
  epoch: "now",
  hasMore: false,
  reset,
  bytes: 0,
})

test("[HIST1] a room in which nothing was said is not read", () => {
  expect(latest(0)).toEqual(nothing(0))
  expect(latest(1)).toBeInstanceOf(Reading)
})

test("[HIST2] nor is one for somebody who has all of it; all others are", () => {
  expect([since(0, 0), since(7, 7)]).toEqual([nothing(0), nothing(7)])
  expect(since(7, 6)).toBeInstanceOf(Reading)
  // Forgotten up to there is not forgotten behind it.
  expect(since(7, 7, { forgotten: 7 })).toEqual(nothing(7))
})

test("[HIST7] a number of another life, or one that was never given, is that of nothing", () => {
  const forgotten = [since(7, 3, { forgotten: 5 }), since(7, 1, { forgotten: 2 })]
  for (const page of [since(7, 8), since(7, 7, { epoch: "before" }), ...forgotten])
    expect(page).toMatchObject({ query: { kind: "before", before: undefined, limit: 50 } })
  // Whoever has seen nothing misses nothing of it.
  for (const page of [since(7, 0, { forgotten: 5 }), since(7, 5, { forgotten: 5 })])
    expect(page).toMatchObject({ query: { kind: "since" } })
  expect([since(0, 8), since(0, 0, { epoch: "before" })]).toEqual([nothing(0, true), nothing(0, true)])
})

import { expect, test } from "bun:test"
import type { Found } from "../../src/chat/searcher.ts"
import { type Search, Turns } from "../../src/search/turns.ts"

test("[FIND2] searches take turns, and each ends when its time is over, which begins with its first turn", () => {
  const { turns, search, ended, state } = begun()
  search("first", untilOver)
  state.nowMs += 1_000
  expect(turns.turn()).toBe(true)
  state.nowMs += 50
  search("second", untilOver)
  turns.turn()
  state.nowMs += 49
  expect([turns.turn(), turns.size, ended]).toEqual([true, 2, []])
  state.nowMs += 1
  expect([turns.turn(), turns.size, ended]).toEqual([true, 1, ["first"]])
  state.nowMs += 50
  expect([turns.turn(), turns.size, ended]).toEqual([false, 0, ["first", "second"]])
})

test("a search that fails ends with its error, and the others go on", () => {
  const { turns, search, ended } = begun()
  search("good", untilOver)
  // biome-ignore lint/correctness/useYield: it does not come so far
  search("bad", function* () {
    throw new Error("malformed")
  })
  expect([turns.turn(), turns.size, ended]).toEqual([true, 1, ["bad: malformed"]])
})

function* untilOver(isOver: () => boolean): Generator<undefined, Found> {
  yield
  while (!isOver()) yield
  return { messages: [], next: undefined }
}

function begun() {
  const state = { nowMs: 5 }
  const ended: string[] = []
  const turns = new Turns({ elapsedMs: () => state.nowMs, searchMs: 100 })
  const search = (name: string, steps: Search) =>
    turns.add(steps, (outcome) => ended.push(outcome instanceof Error ? `${name}: ${outcome.message}` : name))
  return { turns, search, ended, state }
}

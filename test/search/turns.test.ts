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

test("[FIND2] where searches always overlap, those that come late begin together when all others have ended", () => {
  const { turns, search, ended, state } = begun()
  const first: string[] = []
  const noted = (name: string) =>
    search(name, function* (isOver) {
      first.push(name)
      return yield* untilOver(isOver)
    })
  const turnAfter = (ms: number) => {
    state.nowMs += ms
    return turns.turn()
  }
  noted("first")
  turnAfter(0)
  state.nowMs += 99
  noted("in time")
  turnAfter(0)
  state.nowMs += 1
  for (const name of ["late", "later"]) noted(name)
  expect([turnAfter(0), turnAfter(98), ended, turns.size]).toEqual([true, true, ["first"], 3])
  // What writes has its turn before the others begin.
  expect([turnAfter(1), ended, first, turns.size]).toEqual([false, ["first", "in time"], ["first", "in time"], 2])
  expect([turnAfter(0), first]).toEqual([true, ["first", "in time", "late", "later"]])
  state.nowMs += 99
  noted("with them")
  turnAfter(0)
  state.nowMs += 1
  noted("late again")
  expect([turnAfter(0), turnAfter(98), turns.size]).toEqual([true, true, 2])
  expect([first.at(-1), ended.at(-1)]).toEqual(["with them", "later"])
  expect([turnAfter(1), turnAfter(0), first.at(-1), ended.at(-1)]).toEqual([false, true, "late again", "with them"])
  expect([turnAfter(100), turns.size, ended.at(-1)]).toEqual([false, 0, "late again"])
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

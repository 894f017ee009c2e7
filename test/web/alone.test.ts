/** Tabs of a browser without locks, one after the other by what it keeps. */
import { expect, test } from "bun:test"
import { Kept } from "../../src/web/core/kept.ts"
import { aloneByKept } from "../../src/web/uploads/alone.ts"
import { newStorage } from "./page.ts"

const key = "warren.carried.message"
const soon = () => new Promise((resolve) => setImmediate(resolve))

/** Tabs with a clock that is moved by hand. */
function setUp() {
  const storage = newStorage().forBrowser
  const due = new Map<() => void, number>()
  const begun: string[] = []
  const state = { nowMs: 1_800_000_000_000 }
  const tab = (name: string) => {
    const own = new Map<object, { readonly ms: number; readonly run: () => void }>()
    const leaving = new Set<() => void>()
    const alone = aloneByKept({
      kept: new Kept(() => storage),
      clock: {
        epochMs: () => state.nowMs,
        wait: (ms) => new Promise((resolve) => due.set(resolve, state.nowMs + ms)),
      },
      every: (ms, run) => {
        const timer = {}
        own.set(timer, { ms, run })
        return () => own.delete(timer)
      },
      onLeave: (run) => {
        leaving.add(run)
        return () => leaving.delete(run)
      },
    })
    const work = Promise.withResolvers<void>()
    const over = alone("message", () => {
      begun.push(name)
      return work.promise
    })
    return { ...work, over, own, leaving }
  }
  const pass = async (ms: number) => {
    state.nowMs += ms
    for (const [resolve, atMs] of due) {
      if (atMs > state.nowMs) continue
      due.delete(resolve)
      resolve()
    }
    await soon()
  }
  return Object.assign(state, { storage, begun, tab, pass })
}

test("[FILE2] a tab waits for another that carries the message, and goes on a moment after its end", async () => {
  const it = setUp()
  const first = it.tab("first")
  const second = it.tab("second")
  await it.pass(150_000 - 5_000)
  // It says again and again that it lives.
  const [{ ms, run } = { ms: 0, run: () => {} }] = first.own.values()
  run()
  await it.pass(150_000 - 5_000)
  expect([ms, it.begun]).toEqual([5_000, ["first"]])
  first.resolve()
  await first.over
  expect([it.storage.getItem(key), first.own.size, first.leaving.size]).toEqual([null, 0, 0])
  await it.pass(5_000)
  expect([it.begun, it.storage.getItem(key)]).toEqual([["first", "second"], `${it.nowMs}`])
  second.reject(new Error("It fails."))
  await expect(second.over).rejects.toThrow("It fails.")
  expect([it.storage.getItem(key), second.own.size]).toEqual([null, 0])
})

test("[FILE2] a tab that is left makes way at once, and one that says nothing more after a while", async () => {
  const left = setUp()
  const [leaving] = [left.tab("leaving"), left.tab("next")]
  for (const leave of leaving.leaving) leave()
  await left.pass(5_000)
  expect(left.begun).toEqual(["leaving", "next"])

  const killed = setUp()
  killed.tab("killed")
  killed.tab("next")
  for (let passedMs = 0; passedMs < 145_000; passedMs += 5_000) await killed.pass(5_000)
  expect(killed.begun).toEqual(["killed"])
  await killed.pass(5_000)
  expect(killed.begun).toEqual(["killed", "next"])
})

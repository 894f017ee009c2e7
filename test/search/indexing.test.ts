import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import type { Found } from "../../src/chat/searcher.ts"
import { minuteMs } from "../../src/contract/durations.ts"
import { limits } from "../../src/contract/limits.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { passMax } from "../../src/search/follower.ts"
import { Indexing, lookMs } from "../../src/search/indexing.ts"
import type { FromThread } from "../../src/search/protocol.ts"
import { Turns } from "../../src/search/turns.ts"
import { openIndex } from "./index.ts"

const garden = "garden" as RoomId

test("what changes is read within a moment, also while people search", async () => {
  using open = opened()
  open.feed.add(garden, "first")
  expect(await open.step()).toBe(lookMs)
  expect(open.find("first").ids).toHaveLength(1)
  open.feed.add(garden, "second")
  open.nowMs += lookMs - 1
  expect(await open.step()).toBe(1)
  expect(open.find("second").ids).toHaveLength(0)
  open.nowMs += 1
  expect(await open.step({ isSearching: true })).toBe(lookMs)
  expect(open.find("second").ids).toHaveLength(1)
})

test("where much is to be read, searches have most of the time, and it goes on all the same", async () => {
  using open = opened()
  for (let one = 0; one < 3 * passMax; one++) open.feed.add(garden, "many")
  expect(await open.step()).toBe(0)
  expect(open.follower.missing).toBe(2 * passMax)
  expect(await open.step({ isSearching: true })).toBe(0)
  expect(open.follower.missing).toBe(2 * passMax)
  open.nowMs += lookMs
  expect(await open.step({ isSearching: true })).toBe(0)
  expect(open.follower.missing).toBe(passMax)
})

test("a long way to go is told of, and that it is over", async () => {
  using open = opened()
  for (let one = 0; one < 6_000; one++) open.feed.add(garden, `word ${one}`)
  for (let passes = 0; passes < 12; passes++) {
    await open.step()
    open.nowMs += 400
  }
  const [first, ...others] = open.said
  expect(first).toEqual({ kind: "building", read: 0, total: 6_000 })
  const reads = others.flatMap((one) => (one.kind === "building" ? [one.read] : []))
  expect(reads.length).toBeGreaterThan(0)
  expect(reads).toEqual(reads.toSorted((a, b) => a - b))
  expect(others.at(-1)).toMatchObject({ kind: "built", read: 6_000 })
  // How far it is behind, at most once a second, and at once that it no longer is.
  expect(open.behind[0]).toBe(6_000)
  expect(open.behind).toEqual(open.behind.toSorted((a, b) => b - a))
  expect(open.behind.length).toBeLessThan(8)
  expect(open.behind.at(-1)).toBe(0)
})

test("nothing is written while the disk is nearly full, and all is read once it is not", async () => {
  using open = opened()
  open.feed.add(garden, "hello")
  open.freeBytes = 2 * limits.diskReserveBytes - 1
  const waitMs = await open.step()
  expect(waitMs).toBeGreaterThan(lookMs)
  expect(open.said).toMatchObject([{ kind: "failed", cause: expect.stringContaining("too little space") }])
  expect(open.behind).toEqual([1])
  open.freeBytes = 2 * limits.diskReserveBytes
  open.nowMs += waitMs
  await open.step()
  expect(open.find("hello").ids).toHaveLength(1)
  expect(open.behind).toEqual([1, 0])
})

test("an index in which a search met damage is made anew", async () => {
  using open = opened()
  open.feed.add(garden, "hello")
  await open.step()
  open.indexing.failedToFind(new Error("a mistake of ours"))
  expect(open.find("hello").ids).toHaveLength(1)
  open.indexing.failedToFind(Object.assign(new Error("malformed"), { code: "SQLITE_CORRUPT_VTAB" }))
  expect(open.find("hello").ids).toHaveLength(0)
  await open.step()
  expect(open.find("hello").ids).toHaveLength(1)
  expect(open.find("", { authorId: "ann" as never }).ids).toHaveLength(1)
})

test("[DEL1] what was taken back is in no file any more within the hour, also where people always write and search", async () => {
  using open = opened()
  const { seq } = open.feed.add(garden, "kryptonite")
  await open.step()
  const isThere = () => ["", "-wal"].some((end) => readFileSync(open.path + end).includes("kryptonite"))
  const step = () => {
    open.nowMs += lookMs
    open.feed.add(garden, "something new")
    return open.step()
  }
  open.feed.change(garden, seq, "")
  await step()
  expect(isThere()).toBe(true)
  open.nowMs += 59 * minuteMs
  const search = new Database(open.path, { readonly: true })
  search.run("BEGIN")
  search.query("SELECT * FROM rooms").all()
  await step()
  expect(isThere()).toBe(true)
  search.run("COMMIT")
  search.close()
  await step()
  expect(isThere()).toBe(false)
})

test("[FIND2] [DEL1] where searches always overlap, what is new is found all the same, and what is gone is erased", async () => {
  using open = opened()
  for (let one = 0; one < passMax; one++) open.feed.add(garden, "very common")
  const { seq } = open.feed.add(garden, "kryptonite")
  while (open.follower.missing > 0 || open.nowMs === minuteMs) open.nowMs += await open.step()
  const turns = new Turns({ elapsedMs: () => open.nowMs, searchMs: limits.searchMs })
  const found: (Found | Error)[] = []
  const search = (query: string) => {
    const none = { authorId: undefined, before: undefined, after: undefined, below: undefined }
    const wanted = { query, roomIds: [garden], limit: 5_000, ...none }
    turns.add(
      (isOver) => open.index.reader.find(wanted, isOver),
      (outcome) => found.push(outcome),
    )
  }
  // As its thread goes about it.
  const goOn = async (ms: number) => {
    for (const endMs = open.nowMs + ms; open.nowMs < endMs; open.nowMs += 50) {
      for (const query of ["common", "fresh"]) search(query)
      await open.step({ isSearching: turns.turn() })
    }
  }
  await goOn(1_000)
  open.feed.add(garden, "fresh")
  open.feed.change(garden, seq, "")
  await goOn(2_000)
  expect(found.some((one) => "messages" in one && one.messages.length === 1)).toBe(true)
  open.nowMs += 20 * minuteMs
  await goOn(2_000)
  expect(["", "-wal"].some((end) => readFileSync(open.path + end).includes("kryptonite"))).toBe(false)
})

test("a thread that is started again says that nothing is missing, whatever the last one said", async () => {
  using open = opened()
  await open.step()
  expect(open.behind).toEqual([0])
})

function opened() {
  const open = openIndex()
  const said: FromThread[] = []
  const behind: number[] = []
  const state = { nowMs: minuteMs, freeBytes: Infinity }
  const indexing = new Indexing({
    follower: open.follower,
    say: (message) => void (message.kind === "behind" ? behind.push(message.changes) : said.push(message)),
    elapsedMs: () => state.nowMs,
    freeBytes: () => state.freeBytes,
  })
  const step = ({ isSearching = false } = {}) => indexing.step(isSearching)
  return Object.assign(state, { ...open, said, behind, indexing, step, [Symbol.dispose]: () => open[Symbol.dispose]() })
}

import { expect, test } from "bun:test"
import { Lane } from "../../src/server/sockets/lane.ts"

test("[ORD1] a request waits until those before it are answered", () => {
  const { add, settle, events } = recording()
  add("join")
  add("send", { overlaps: true })
  add("leave")
  expect(events).toEqual(["start join"])
  settle("join")
  expect(events).toEqual(["start join", "answer join", "start send"])
  settle("send")
  expect(events.slice(3)).toEqual(["answer send", "start leave"])
})

test("[ORD1] requests that overlap are under way together, and those behind them wait for all", () => {
  const { add, settle, events } = recording()
  for (const name of ["send 1", "send 2", "send 3"]) add(name, { overlaps: true })
  add("typing")
  add("send 4", { overlaps: true })
  expect(events).toEqual(["start send 1", "start send 2", "start send 3"])
  for (const name of ["send 1", "send 2"]) settle(name)
  expect(events).not.toContain("start typing")
  settle("send 3")
  settle("typing")
  expect(events.slice(-3)).toEqual(["start typing", "answer typing", "start send 4"])
})

test("[ORD1] an answer that is ready early waits for those before it", () => {
  const { add, settle, events } = recording()
  add("send", { overlaps: true })
  add("refused send", { overlaps: true, atOnce: true })
  expect(events).toEqual(["start send", "start refused send"])
  settle("send")
  expect(events.slice(2)).toEqual(["answer send", "answer refused send"])
})

test("requests that wait behind one start together when it is answered", () => {
  const { add, settle, events } = recording()
  add("join")
  add("send 1", { overlaps: true })
  add("send 2", { overlaps: true })
  settle("join")
  expect(events).toEqual(["start join", "answer join", "start send 1", "start send 2"])
})

test("[LIM2] a page waits for a reader that is behind, and all that was sent after it waits too", () => {
  let isBehind = true
  const { add, settle, events, lane } = recording(() => isBehind)
  add("send", { overlaps: true })
  add("sync", { isPage: true })
  add("typing")
  settle("send")
  expect(events).toEqual(["start send", "answer send"])
  lane.resume()
  expect(events).toHaveLength(2)
  isBehind = false
  lane.resume()
  expect(events.slice(2)).toEqual(["start sync"])
  isBehind = true
  settle("sync")
  settle("typing")
  expect(events.slice(3)).toEqual(["answer sync", "start typing", "answer typing"])
})

test("ten thousand requests that settle at once start one after another, none within another", () => {
  const { add, settle, events, lane, deepest } = recording()
  add("join")
  for (let i = 0; i < 10_000; i++) add(`typing ${i}`, { atOnce: true })
  expect(lane.length).toBe(10_001)
  settle("join")
  expect(events.at(-1)).toBe("answer typing 9999")
  expect(lane.length).toBe(0)
  expect(deepest()).toBe(1)
})

/** A lane, and the events its requests leave; those not settled at once are settled by name. */
function recording(isReaderBehind?: () => boolean) {
  const events: string[] = []
  const settles = new Map<string, () => void>()
  let depth = 0
  let deepest = 0
  const lane = new Lane({ beginPage: () => !isReaderBehind?.() })
  const add = (name: string, { overlaps = false, isPage = false, atOnce = false } = {}) =>
    lane.add({
      overlaps,
      pageBytes: isPage ? 1 : 0,
      start: (settle) => {
        events.push(`start ${name}`)
        settles.set(name, () => settle(() => events.push(`answer ${name}`)))
        depth++
        deepest = Math.max(deepest, depth)
        if (atOnce) settles.get(name)?.()
        depth--
      },
    })
  return { lane, add, events, deepest: () => deepest, settle: (name: string) => settles.get(name)?.() }
}

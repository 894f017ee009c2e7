/** How often the store is asked how far the rooms are, and what follows when it does not answer. */
import { expect, test } from "bun:test"
import { Watch } from "../../src/cluster/watch.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { AskedStore } from "../support/asked-store.ts"
import { newRoomId } from "../support/ids.ts"
import { settled } from "./servers.ts"

const heads = { epoch: "one", revs: new Map(), accessRevs: new Map() }
const away = new ChatError("ERR_STORAGE")

function setUp(rooms: readonly RoomId[] = [newRoomId()]) {
  const store = new AskedStore()
  const state = { nowMs: 0, isHinted: true, cutOffs: 0, found: [] as unknown[] }
  const watch = new Watch({
    store,
    rooms: () => rooms,
    isHinted: () => state.isHinted,
    elapsedMs: () => state.nowMs,
    onHeads: (found, roomIds) => state.found.push([found, roomIds]),
    onCutOff: () => state.cutOffs++,
  })
  /** How many commands came of looking at that time. */
  const at = (nowMs: number) => {
    state.nowMs = nowMs
    watch.tick()
    return store.takeAsked().length
  }
  const answer = async (outcome: unknown = heads) => {
    store.answer(outcome)
    await settled()
  }
  return { store, state, watch, at, answer }
}

test("[NODE1] rooms are asked for every two seconds, four times a second while nothing is hinted, and at once when told to", async () => {
  const { state, watch, at, answer } = setUp()
  expect([at(0), at(5_000)]).toEqual([1, 0])
  await answer()
  expect(at(5_000)).toBe(1)
  await answer()
  expect([at(6_999), at(7_000)]).toEqual([0, 1])
  await answer()
  state.isHinted = false
  expect([at(7_249), at(7_250)]).toEqual([0, 1])
  await answer()
  watch.now()
  expect(at(7_251)).toBe(1)
})

test("five hundred rooms are one command, and more are asked for one after the other", async () => {
  const rooms = Array.from({ length: 1_001 }, newRoomId)
  const { store, state, watch, answer } = setUp(rooms)
  watch.tick()
  const parts = [rooms.slice(0, 500), rooms.slice(500, 1_000), rooms.slice(1_000)]
  for (const roomIds of parts) {
    expect(store.takeAsked()).toEqual([{ kind: "heads", roomIds }])
    await answer()
  }
  expect(store.takeAsked()).toEqual([])
  expect(state.found).toEqual(parts.map((roomIds) => [heads, roomIds]))
  const none = setUp([])
  none.watch.tick()
  // It also learns whether the store is there.
  expect(none.store.takeAsked()).toEqual([{ kind: "heads", roomIds: [] }])
})

test("[NODE4] a store that fails is asked every second, and after ten its clients are sent away, once until it is back", async () => {
  const { state, at, answer } = setUp()
  state.isHinted = false
  expect(at(0)).toBe(1)
  await answer(away)
  expect([at(999), at(1_000)]).toEqual([0, 1])
  state.nowMs = 9_999
  await answer(away)
  expect([at(9_999), state.cutOffs]).toEqual([1, 0])
  state.nowMs = 10_000
  await answer(away)
  expect(state.cutOffs).toBe(1)
  for (const nowMs of [11_000, 12_000]) {
    expect(at(nowMs)).toBe(1)
    await answer(away)
    expect(state.cutOffs).toBe(1)
  }
  expect(at(13_000)).toBe(1)
  await answer()
  // From here on it counts anew.
  for (const [nowMs, cutOffs] of [
    [14_000, 1],
    [23_999, 1],
    [25_000, 2],
  ] as const) {
    expect(at(nowMs)).toBe(1)
    await answer(away)
    expect(state.cutOffs).toBe(cutOffs)
  }
})

test("a queue that is full is no store that is away", async () => {
  const { store, state, at, answer } = setUp()
  for (const nowMs of [0, 20_000, 40_000]) {
    expect(at(nowMs)).toBe(1)
    await answer(new ChatError("ERR_BUSY"))
  }
  store.isFull = true
  expect(at(60_000)).toBe(0)
  await settled()
  store.isFull = false
  expect([at(61_999), at(62_000), state.cutOffs]).toEqual([0, 1, 0])
})

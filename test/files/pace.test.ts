import { expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { Pace } from "../../src/files/pace.ts"

const rate = { atOnce: 100, thenEveryMs: 2 }
const KiB = 1_024

/** Nothing passes but what is waited for. */
function setUp() {
  const clock = { nowMs: 1_000 }
  const waits: { readonly ms: number; readonly end: () => void }[] = []
  const wait = (ms: number) => new Promise<void>((end) => waits.push({ ms, end }))
  return { clock, waits, pace: new Pace(rate, () => clock.nowMs, wait) }
}

test("[LIM1] what comes at once is not waited for, and everything else at the pace of the rate", async () => {
  const { clock, waits, pace } = setUp()
  await pace.take(60 * KiB)
  await pace.take(40 * KiB)
  const next = pace.take(10 * KiB)
  expect(waits.map(({ ms }) => ms)).toEqual([20])
  clock.nowMs += 20
  waits[0]?.end()
  await next
  void pace.take(1 * KiB)
  expect(waits[1]?.ms).toBe(2)
})

test("[LIM1] many who take at once wait one after the other", () => {
  const { waits, pace } = setUp()
  void pace.take(100 * KiB)
  for (let i = 0; i < 4; i++) void pace.take(5 * KiB)
  void pace.take(1_000 * KiB)
  expect(waits.map(({ ms }) => ms)).toEqual([10, 20, 30, 40, 2_040])
})

test("[LIM1] a pause, however long, lets no more through than what comes at once", async () => {
  const { clock, waits, pace } = setUp()
  await pace.take(100 * KiB)
  clock.nowMs += 3_600_000
  await pace.take(100 * KiB)
  void pace.take(50 * KiB)
  expect(waits.map(({ ms }) => ms)).toEqual([100])
})

test("[FILE1] one upload alone is quick", async () => {
  let nowMs = 0
  const wait = async (ms: number) => {
    nowMs += ms
  }
  const pace = new Pace(limits.uploadPace, () => nowMs, wait)
  for (let i = 0; i < 1_600; i++) await pace.take(64 * KiB)
  expect(nowMs).toBeGreaterThan(1_900)
  expect(nowMs).toBeLessThan(2_100)
})

/** How long the file takes while each wait ends so much later than asked for. */
function setUpLate() {
  const state = { nowMs: 0, lateMs: 0 }
  const wait = async (ms: number) => {
    state.nowMs += ms + state.lateMs
  }
  const pace = new Pace(limits.uploadPace, () => state.nowMs, wait)
  const send = async (pieces: number) => {
    const beganMs = state.nowMs
    let waits = 0
    for (let i = 0; i < pieces; i++) {
      const beforeMs = state.nowMs
      await pace.take(64 * KiB)
      if (state.nowMs > beforeMs) waits++
    }
    return { tookMs: state.nowMs - beganMs, waits }
  }
  return { state, send }
}

test("[FILE1] while others are late a quarter is taken, and all of it again soon after", async () => {
  const { state, send } = setUpLate()
  await send(100)
  state.lateMs = 6
  const { tookMs, waits } = await send(800)
  // 50 MiB in a second otherwise, and what comes late is not made up for.
  expect(tookMs - waits * state.lateMs).toBeGreaterThan(3_500)
  state.lateMs = 0
  await send(800)
  const after = await send(800)
  expect(after.tookMs).toBeGreaterThan(950)
  expect(after.tookMs).toBeLessThan(1_050)
})

test("[FILE1] whoever is woken late takes half as much from then on, down to a quarter, and each piece gives some back", async () => {
  const { clock, waits, pace } = setUp()
  await pace.take(100 * KiB)
  for (const KiBs of [200, 200, 1_000, 1, 1]) {
    const taken = pace.take(KiBs * KiB)
    clock.nowMs += waits.at(-1)!.ms + 6
    waits.at(-1)?.end()
    await taken
  }
  void pace.take(1_000 * KiB)
  // 400 of all, 400 of a half, 2,000 of (1/2 + 0.4) / 2, 2 of a half, 2 of (1/2 + 0.002) / 2, 2,000 of a quarter.
  expect(waits.map(({ ms }) => ms)).toEqual([400, 800, 4_445, 4, 8, 8_000])
})

test("[FILE1] a timer that is a little late costs nothing, and what it missed is made up for", async () => {
  const { state, send } = setUpLate()
  await send(100)
  state.lateMs = 5
  const { tookMs } = await send(800)
  expect(tookMs).toBeLessThan(1_050)
})

import { expect, test } from "bun:test"
import { judge, type Part } from "./judge.ts"

const sends = { count: 1_000, p50Ms: 2, p99Ms: 10, p999Ms: 12, maxMs: 15 }
const part: Part = { sends, actions: 2_000, logLines: 0, descriptors: 27, timers: 8, rssBytes: 100e6 }
const parts = (last: Partial<Part>, count = 10) => [
  ...Array.from({ length: count - 1 }, () => part),
  { ...part, ...last },
]
const found = (last: Partial<Part>, isMeasured = true) =>
  judge(parts(last), { isMeasured }).map((said) => said.split(":")[0])

test("a last part that is as the first is as it should be", () => {
  expect(found({})).toEqual([])
  expect(found({ rssBytes: 109e6, sends: { ...sends, p99Ms: 10.9 } })).toEqual([])
  expect(found({ descriptors: 26, timers: 7 })).toEqual([])
})

test("one descriptor, timer or line that stays behind is told, however it was measured", () => {
  for (const isMeasured of [true, false]) {
    expect(found({ descriptors: 28 }, isMeasured)).toEqual(["descriptors"])
    expect(found({ timers: 9 }, isMeasured)).toEqual(["timers"])
    expect(found({ logLines: 1 }, isMeasured)).toEqual(["logLines"])
  }
})

test("memory and times are judged on a quiet machine alone, by the first parts", () => {
  const grown = { rssBytes: 112e6, sends: { ...sends, p99Ms: 11.1 } }
  expect(found(grown)).toEqual(["MB of memory", "ms until 99 % of the sends were acknowledged"])
  expect(found(grown, false)).toEqual([])
  expect(judge([{ ...part, rssBytes: 50e6 }, ...parts({}).slice(1)], { isMeasured: true })).toEqual([])
})

test("one part alone says nothing", () => {
  expect(judge([part], { isMeasured: true })).toHaveLength(1)
})

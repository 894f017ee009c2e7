import { expect, test } from "bun:test"
import { chartOf } from "../../bench/chart.ts"
import { type Report, tableOf } from "../../bench/report.ts"
import { compare, judgeMost } from "../../bench/results.ts"
import { factor, median } from "../../bench/stats.ts"
import { usageOf } from "../../bench/usage.ts"

test("a factor is the median of the rounds' factors, so a slow round does not move it", () => {
  const [warren, bare] = [
    [2, 20, 2.2],
    [1, 10, 1],
  ]
  expect(factor(warren!, bare!)).toBe(2)
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test("a figure meets its goal, or its gate, or is missed, and stays in the table as such", () => {
  const verdicts = (value: number) =>
    compare({ warren: [value], bare: [1], node: [10] }, { limit: 2, node: 5 }, { limit: 4, node: 2 }).map(
      ({ verdict }) => verdict,
    )
  expect(verdicts(2)).toEqual(["goal met", "goal met"])
  expect(verdicts(4)).toEqual(["gate met", "gate met"])
  expect(verdicts(6)).toEqual(["missed", "missed"])
  expect(judgeMost("from source", 130, "ms", 120, undefined)).toMatchObject({ goal: "≤ 120 ms", verdict: "reported" })
})

test("who is absent leaves out what would be compared with it", () => {
  expect(compare({ warren: [2], bare: [1] }, { limit: 2, node: 5 }, {})).toHaveLength(1)
  expect(compare({ bare: [1] }, { limit: 2 }, {})).toEqual([])
})

test("the table and the chart show every contender's figure", () => {
  const judgements = compare({ warren: [1.2], bare: [1.1] }, { limit: 1.15 }, { limit: 1.3 })
  const report: Report = {
    date: "2026-01-31",
    machine: { cpu: "A & B", cores: 2, memoryGb: 8, system: "linux x64" },
    versions: { warren: "1", bun: "2" },
    rounds: 5,
    contenders: { bare: "bare", warren: "Warren" },
    absent: { node: "there is no npm" },
    rows: [{ key: "k", title: "CPU", unit: "µs", figures: { bare: 1.1, warren: 1.2 }, judgements, details: {} }],
    errors: [],
  }
  expect(tableOf(report)).toContain("| CPU | 1.1 µs | 1.2 µs | 1.09 × bare Bun | ≤ 1.15 × | ≤ 1.3 × | goal met |")
  expect(chartOf(report)).toContain("1.2 µs")
  expect(chartOf(report)).toContain("A &amp; B")
})

test("the usage of a process is what it has used", () => {
  const before = usageOf(process.pid)
  const { user, system } = process.cpuUsage()
  expect(Math.abs(before.cpuMs - (user + system) / 1_000)).toBeLessThan(100)
  expect(Math.abs(before.rssBytes - process.memoryUsage.rss())).toBeLessThan(50_000_000)
})

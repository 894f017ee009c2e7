import { expect, test } from "bun:test"
import { Latencies } from "../../src/load/histogram.ts"

test("percentiles are those of the values, to three digits", () => {
  const latencies = new Latencies()
  for (let n = 1; n <= 10_000; n++) latencies.record(n / 10)

  const { count, p50Ms, p99Ms, p999Ms, maxMs } = latencies.percentiles()
  expect(count).toBe(10_000)
  expect(within(p50Ms, 500)).toBe(true)
  expect(within(p99Ms, 990)).toBe(true)
  expect(within(p999Ms, 999)).toBe(true)
  expect(within(maxMs, 1_000)).toBe(true)
})

test("less than a microsecond and more than an hour are recorded as those", () => {
  const latencies = new Latencies()
  latencies.record(0)
  latencies.record(Number.MAX_SAFE_INTEGER)

  expect(latencies.percentiles()).toMatchObject({ count: 2, p50Ms: 0.001 })
  expect(within(latencies.percentiles().maxMs, 3_600_000)).toBe(true)
})

test("nothing recorded is nothing", () => {
  expect(new Latencies().percentiles()).toEqual({ count: 0, p50Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 })
})

function within(found: number, exact: number): boolean {
  return Math.abs(found - exact) <= exact / 1_000
}

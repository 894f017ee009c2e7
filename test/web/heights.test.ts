import { expect, test } from "bun:test"
import { Heights, type Rows } from "../../src/web/list/heights.ts"

test("rows are placed from the end, by what was measured and else by what is guessed", () => {
  const heights = listOf("a", "b", "c")
  expect([0, 1, 2, 3].map((row) => heights.edge(row))).toEqual([0, 40, 80, 120])
  expect(heights.measure(1, 100)).toBe(true)
  expect(heights.measure(1, 100)).toBe(false)
  expect([0, 1, 2, 3].map((row) => heights.edge(row))).toEqual([0, 40, 140, 180])
  expect([0, 39, 40, 139, 140, 999].map((distance) => heights.rowAt(distance))).toEqual([0, 0, 1, 1, 2, 2])
})

test("what was measured holds when rows come before and after", () => {
  const heights = listOf("b", "c")
  heights.measure(0, 70)
  heights.become(rows("a", "b", "c", "d"))
  expect([0, 1, 2, 3, 4].map((row) => heights.edge(row))).toEqual([0, 40, 110, 150, 190])
  expect(heights.find("b", 0)).toBe(2)
  expect(heights.find("gone", 3)).toBeUndefined()
})

test("a hundred thousand rows above are not looked at until somebody goes there", () => {
  let looked = 0
  const keyAt = (fromEnd: number) => {
    looked++
    return String(fromEnd)
  }
  const heights = new Heights()
  heights.become({ count: 100_000, keyAt, estimateAt: () => 40 })
  heights.rowAt(2_000)
  expect(looked).toBeLessThan(60)
  expect(heights.total()).toBe(4_000_000)
  expect(heights.rowAt(3_999_999)).toBe(99_999)
})

test("an empty list has no height and its only place is the end", () => {
  const heights = listOf()
  expect([heights.total(), heights.edge(0), heights.rowAt(100)]).toEqual([0, 0, 0])
})

function listOf(...keys: string[]): Heights {
  const heights = new Heights()
  heights.become(rows(...keys))
  return heights
}

/** Keys as they stand, the last one at the end. */
function rows(...keys: string[]): Rows {
  return { count: keys.length, keyAt: (fromEnd) => keys.at(-1 - fromEnd) ?? "", estimateAt: () => 40 }
}

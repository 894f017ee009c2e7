import { expect, test } from "bun:test"
import { Heights, type Rows } from "../../src/web/list/heights.ts"
import { endSpacePx, Layout } from "../../src/web/list/layout.ts"

test("rows are as high as measured, and else as guessed", () => {
  const heights = heightsOf("a", "b", "c")
  expect([heights.above(2), heights.below(0)]).toEqual([80, 80])
  expect(heights.measure(1, 100)).toBe(true)
  expect(heights.measure(1, 100)).toBe(false)
  expect([heights.above(2), heights.below(0), heights.of(1)]).toEqual([140, 140, 100])
})

test("what was measured holds when rows come before and after", () => {
  const heights = heightsOf("b", "c")
  heights.measure(1, 70)
  heights.become(rows("a", "b", "c", "d"))
  expect([0, 1, 2, 3].map((row) => heights.of(row))).toEqual([40, 40, 70, 40])
  expect(heights.find("c", 0)).toBe(2)
  expect(heights.find("gone", 3)).toBeUndefined()
})

test("a hundred thousand rows away from the view are not looked at", () => {
  let looked = 0
  const keyAt = (row: number) => {
    looked++
    return String(row)
  }
  const heights = new Heights()
  heights.become({ ...rows(), count: 100_000, keyAt })
  expect(heights.above(100_000)).toBeGreaterThan(4_000_000)
  expect(looked).toBeLessThan(2_000)
})

test("a space is as high as what it stands for, and is not measured", () => {
  const heights = new Heights()
  heights.become({ ...rows("gap", "b"), spaces: [0], spanAt: () => 50 })
  heights.measure(1, 30)
  expect(heights.of(0)).toBe(1_500)
})

test("rows that come above, and what is measured there, move nothing below", () => {
  const layout = layoutOf("c", "d")
  layout.place(1, 500)
  layout.become(rows("a", "b", "c", "d"))
  layout.heights.measure(0, 300)
  layout.heights.measure(2, 90)
  expect([layout.topOf(3), layout.topOf(2), layout.topOf(0)]).toEqual([460, 370, 30])
})

test("what is in view is held by its first row, which is no space", () => {
  const layout = new Layout()
  layout.become({ ...rows("gap", "b", "c"), spaces: [0], spanAt: () => 10 })
  layout.place(2, 1_000)
  layout.hold({ top: 900, height: 200 })
  expect(layout.anchor).toEqual({ key: "b", row: 1, bottom: 960 })
  layout.hold({ top: 970, height: 200 })
  expect(layout.anchor).toEqual({ key: "c", row: 2, bottom: 1_000 })
})

test("it drifts by what was not as guessed, and stands at the end of a view that it does not fill", () => {
  const layout = layoutOf("a", "b", "c")
  layout.place(2, 120)
  const view = { top: 0, height: 100 }
  expect(layout.drift(view)).toBe(0)
  layout.heights.measure(0, 90)
  expect([layout.topOf(0), layout.drift(view)]).toEqual([-50, 50])
  layout.move(50)
  expect([layout.topOf(0), layout.drift(view), layout.height]).toEqual([0, 0, 170 + endSpacePx])
  expect(layout.drift({ top: 0, height: 400 })).toBe(400 - 170 - endSpacePx)
})

test("the rows of a stretch of the canvas are found from any row", () => {
  const layout = layoutOf(...Array.from({ length: 100 }, (_, i) => String(i)))
  for (const anchor of [0, 50, 99]) {
    layout.place(anchor, 40 * (anchor + 1))
    expect(layout.range(400, 500)).toEqual({ low: 10, high: 12, top: 400, bottom: 520 })
  }
})

test("an empty list has no height, and its only place is the beginning", () => {
  const layout = layoutOf()
  expect([layout.height, layout.topOf(0), layout.drift({ top: 0, height: 100 })]).toEqual([0, 0, 0])
  expect(layout.range(0, 100)).toEqual({ low: 0, high: -1, top: 0, bottom: 0 })
})

function heightsOf(...keys: string[]): Heights {
  const heights = new Heights()
  heights.become(rows(...keys))
  return heights
}

function layoutOf(...keys: string[]): Layout {
  const layout = new Layout()
  layout.become(rows(...keys))
  return layout
}

function rows(...keys: string[]): Rows {
  return { count: keys.length, keyAt: (row) => keys[row] ?? "", estimateAt: () => 40, spaces: [], spanAt: () => 1 }
}

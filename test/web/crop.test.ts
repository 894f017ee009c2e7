import { expect, test } from "bun:test"
import { type Crop, dragged, middle, squareOf, zoomed, zoomMax } from "../../src/web/views/crop/square.ts"
import { seededRandom } from "../support/random.ts"

const wide = { width: 400, height: 100 }

test("the first square is the largest, in the middle", () => {
  expect(squareOf(wide, middle)).toEqual({ left: 150, top: 0, side: 100 })
  expect(squareOf({ width: 100, height: 400 }, middle)).toEqual({ left: 0, top: 150, side: 100 })
})

test("the picture follows the pointer and stops at its edges", () => {
  const moved = dragged(wide, middle, 0.5, 0)
  expect(squareOf(wide, moved)).toEqual({ left: 100, top: 0, side: 100 })
  expect(squareOf(wide, dragged(wide, moved, 10, 10))).toEqual({ left: 0, top: 0, side: 100 })
  expect(squareOf(wide, dragged(wide, moved, -10, 0))).toEqual({ left: 300, top: 0, side: 100 })
})

test("zooming keeps the middle where it is, as far as the picture goes", () => {
  const near = zoomed(wide, middle, 2)
  expect(squareOf(wide, near)).toEqual({ left: 175, top: 25, side: 50 })
  expect(squareOf(wide, zoomed(wide, near, 1))).toEqual({ left: 150, top: 0, side: 100 })
  const corner: Crop = { zoom: 4, x: 1, y: 1 }
  expect(squareOf(wide, zoomed(wide, corner, 1))).toEqual({ left: 300, top: 0, side: 100 })
  expect(zoomed(wide, middle, 1_000).zoom).toBe(zoomMax)
})

test("no way of moving and zooming leads out of the picture", () => {
  const next = seededRandom(7)
  for (const size of [wide, { width: 3, height: 3 }, { width: 1, height: 5_000 }]) {
    let crop = middle
    for (let step = 0; step < 300; step++) {
      crop = next() < 0.5 ? dragged(size, crop, next() * 4 - 2, next() * 4 - 2) : zoomed(size, crop, next() * 12)
      const { left, top, side } = squareOf(size, crop)
      expect(side).toBeGreaterThan(0)
      expect([left >= 0, top >= 0]).toEqual([true, true])
      expect(left + side).toBeLessThanOrEqual(size.width + 1e-6)
      expect(top + side).toBeLessThanOrEqual(size.height + 1e-6)
    }
  }
})

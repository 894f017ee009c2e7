/** Where a message stands in the index, by its time. */
import { expect, test } from "bun:test"
import { Places } from "../../src/search/places.ts"

const firstMs = Date.UTC(2010, 0, 1)
const perMs = 4_096

/** The last place that is taken from one up to before another. */
const lastOf = (taken: readonly number[]) => (from: number, to: number) =>
  taken.filter((place) => place >= from && place < to).at(-1)

test("each millisecond has its places, in the order of time, and they are whole numbers until 2079", () => {
  expect([Places.at(firstMs), Places.at(firstMs + 1), Places.at(firstMs - 2)]).toEqual([0, perMs, -2 * perMs])
  expect(Number.isSafeInteger(Places.at(Date.UTC(2079, 0, 1)) + perMs)).toBe(true)
})

test("a message takes the first place of its time that no other has, or of the next", () => {
  const free = (...taken: number[]) => Places.free(firstMs + 1, lastOf(taken))
  expect(free()).toBe(perMs)
  expect(free(0, perMs - 1, 2 * perMs)).toBe(perMs)
  expect(free(perMs, perMs + 1)).toBe(perMs + 2)
  expect(free(2 * perMs - 2)).toBe(2 * perMs - 1)
  expect(free(2 * perMs - 1)).toBe(2 * perMs)
  expect(free(2 * perMs - 1, 2 * perMs)).toBe(2 * perMs + 1)
  expect(free(2 * perMs - 1, 3 * perMs - 1)).toBe(3 * perMs)
})

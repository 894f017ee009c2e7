import { expect, test } from "bun:test"
import { Crowds } from "../../src/chat/crowds.ts"
import { limits } from "../../src/contract/limits.ts"
import { newRoomId } from "../support/ids.ts"

const { crowdedAbove, crowdIntervalMs } = limits
const [one, two] = [newRoomId(), newRoomId()]

test("[JOIN8] a change is absorbed where more than 500 are here before or after it", () => {
  const crowds = new Crowds()
  expect(crowds.absorbs(one, crowdedAbove - 1, crowdedAbove)).toBe(false)
  expect(crowds.absorbs(one, crowdedAbove, crowdedAbove - 1)).toBe(false)
  expect(crowds.take(0)).toEqual([])
  expect(crowds.absorbs(one, crowdedAbove, crowdedAbove + 1)).toBe(true)
  // The one that ends the crowd is told by its number too: whoever kept no names asks again from here.
  expect(crowds.absorbs(one, crowdedAbove + 1, crowdedAbove)).toBe(true)
  expect(crowds.take(0)).toEqual([one])
})

test("[JOIN8] the number is told at most once a second for each room, and always the last one", () => {
  const crowds = new Crowds()
  const change = (room = one) => crowds.absorbs(room, 600, 601)
  change()
  expect(crowds.take(0)).toEqual([one])
  change()
  change(two)
  expect(crowds.take(1)).toEqual([two])
  expect(crowds.take(crowdIntervalMs - 1)).toEqual([])
  expect(crowds.take(crowdIntervalMs)).toEqual([one])
  expect(crowds.take(2 * crowdIntervalMs)).toEqual([])
  change()
  expect(crowds.take(3 * crowdIntervalMs)).toEqual([one])
  change()
  expect(crowds.take(4 * crowdIntervalMs - 1)).toEqual([])
  expect(crowds.take(4 * crowdIntervalMs)).toEqual([one])
})

test("[JOIN8] a room whose crowd has been quiet for a second is kept no longer", () => {
  const crowds = new Crowds()
  crowds.absorbs(one, 600, 601)
  crowds.absorbs(two, 600, 601)
  expect(crowds.size).toBe(2)
  expect(crowds.take(0)).toEqual([one, two])
  crowds.take(crowdIntervalMs - 1)
  expect(crowds.size).toBe(2)
  crowds.take(crowdIntervalMs)
  expect(crowds.size).toBe(0)
})

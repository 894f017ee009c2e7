import { expect, test } from "bun:test"
import { PageSizes } from "../../src/chat/page-sizes.ts"
import { newRoomId } from "../support/ids.ts"

test("[LIM2] a room's messages are expected to be as long as those of its last page on average", () => {
  const sizes = new PageSizes()
  const roomId = newRoomId()
  const unknown = sizes.expected(newRoomId(), 10)
  sizes.learn(roomId, 4, 2_000)
  expect(sizes.expected(roomId, 10)).toBe(5_000)
  sizes.learn(roomId, 0, 0)
  expect(sizes.expected(roomId, 10)).toBe(5_000)
  sizes.learn(roomId, 2, 200)
  expect(sizes.expected(roomId, 10)).toBe(1_000)
  expect(sizes.expected(newRoomId(), 10)).toBe(unknown)
})

test("many rooms are known at a time, and not without bound", () => {
  const sizes = new PageSizes()
  const rooms = Array.from({ length: 10_001 }, newRoomId)
  const isKnown = (index: number) => sizes.expected(rooms[index]!, 1) === 7
  for (const roomId of rooms.slice(0, -1)) sizes.learn(roomId, 1, 7)
  expect([isKnown(0), isKnown(9_999)]).toEqual([true, true])
  sizes.learn(rooms[10_000]!, 1, 7)
  expect([isKnown(0), isKnown(10_000)]).toEqual([false, true])
})

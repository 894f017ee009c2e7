import { expect, test } from "bun:test"
import { PageSizes } from "../../src/chat/page-sizes.ts"
import { limits } from "../../src/contract/limits.ts"
import { newRoomId } from "../support/ids.ts"

const envelope = 256

test("[LIM2] a room's messages are expected to be as long as those of its last page on average", () => {
  const sizes = new PageSizes()
  const roomId = newRoomId()
  sizes.learn(roomId, 4, 2_000)
  expect(sizes.expected(roomId, 10)).toBe(envelope + 5_000)
  sizes.learn(roomId, 0, 0)
  expect(sizes.expected(roomId, 10)).toBe(envelope + 5_000)
  sizes.learn(roomId, 2, 200)
  expect(sizes.expected(roomId, 10)).toBe(envelope + 1_000)
})

test("[LIM2] of a room with few messages a page is expected to be as small as they are, and grows with what is sent", () => {
  const sizes = new PageSizes()
  const [empty, small, unread] = [newRoomId(), newRoomId(), newRoomId()]
  sizes.learn(empty, 0, 0, true)
  sizes.learn(small, 3, 900, true)
  expect([sizes.expected(empty, 50), sizes.expected(small, 50)]).toEqual([envelope, envelope + 900])
  expect(sizes.expected(small, 2)).toBe(envelope + 600)
  for (const roomId of [empty, small, unread]) sizes.grew(roomId, 60_000)
  expect(sizes.expected(empty, 50)).toBe(envelope + 60_256)
  expect(sizes.expected(small, 50)).toBe(envelope + 900 + 60_256)
  for (let sent = 0; sent < 10; sent++) sizes.grew(empty, 60_000)
  expect(sizes.expected(empty, 50)).toBe(limits.pageBytesMax)
})

test("[LIM2] of a room that nothing is known of, pages are expected as they were in others of late", () => {
  const sizes = new PageSizes()
  const unknown = newRoomId()
  expect(sizes.expected(unknown, 50)).toBe(envelope + 50 * 2_048)
  for (let page = 0; page < 100; page++) sizes.learn(newRoomId(), 10, 2_000)
  expect(Math.round(sizes.expected(unknown, 50))).toBe(envelope + 50 * 200)
  for (let page = 0; page < 100; page++) sizes.learn(newRoomId(), 4, 256 * 1_024)
  expect(sizes.expected(unknown, 50)).toBe(limits.pageBytesMax)
})

test("many rooms are known at a time, and not without bound", () => {
  const sizes = new PageSizes()
  const rooms = Array.from({ length: 10_001 }, newRoomId)
  const isKnown = (index: number) => sizes.expected(rooms[index]!, 1) === envelope + index
  rooms.slice(0, -1).forEach((roomId, index) => {
    sizes.learn(roomId, 1, index)
  })
  expect([isKnown(0), isKnown(9_999)]).toEqual([true, true])
  sizes.learn(rooms[10_000]!, 1, 10_000)
  expect([isKnown(0), isKnown(10_000)]).toEqual([false, true])
})

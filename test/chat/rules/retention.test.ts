/** Which rooms have something to remove, and of whom nothing is kept. The rest is in test/store, on every store. */
import { expect, test } from "bun:test"
import { oldAmong } from "../../../src/chat/rules/retention.ts"
import { apply } from "../../../src/chat/rules/rules.ts"
import { dayMs } from "../../../src/contract/durations.ts"
import { newRoomId, user } from "../../support/ids.ts"
import { batchOf } from "./records.ts"

test.each([
  ["for ever", undefined, null, 0, false],
  ["as long as its owner said", undefined, 7, 93 * dayMs - 1, true],
  ["to the millisecond", undefined, 7, 93 * dayMs, false],
  ["as long as the server says", 10, null, 90 * dayMs - 1, true],
  ["no longer than its owner said", 10, 7, 93 * dayMs - 1, true],
  ["no longer than the server says", 10, 30, 90 * dayMs - 1, true],
  ["that holds none", 10, 7, null, false],
] as const)("[HIST8] [ROOM8] a room keeps messages %s", (_, days, keep_days, first, isOld) => {
  const id = newRoomId()
  const before = (100 - Math.min(days ?? Infinity, keep_days ?? Infinity)) * dayMs
  const found = oldAmong([{ id, keep_days, first }], { at: 100 * dayMs, days })
  expect(found).toEqual(isOld ? [{ roomId: id, before }] : [])
})

test("of whom nothing is known, nothing is looked for", () => {
  const command = { kind: "ownData", part: "messages", userId: user("nobody"), after: 0 } as const
  expect(apply(batchOf(), command)).toEqual({ things: [], next: undefined })
})

import { expect, test } from "bun:test"
import * as cursors from "../../src/chat/cursor.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { newRoomId } from "../support/ids.ts"
import { thrownBy } from "../support/thrown.ts"

const at = (text: string) => Buffer.from(text).toString("base64url")

test("a cursor leads back to the place that it was written for", () => {
  expect(cursors.readCursor(cursors.writeCursor(1_234))).toBe(1_234)
  expect(cursors.readHitsCursor(cursors.writeCursor(-1_234))).toBe(-1_234)
  const place = { lastAt: 1_769_860_800_000, id: newRoomId() }
  expect(cursors.readListCursor(cursors.writeListCursor(place))).toEqual(place)
  expect(cursors.readNameCursor(cursors.writeNameCursor({ pk: 12, rank: 34 }))).toEqual({ pk: 12, rank: 34 })
})

test("[VAL1] one that the server did not write for this list is refused", () => {
  const { readCursor, readHitsCursor, readListCursor, readNameCursor } = cursors
  for (const read of [readCursor, readHitsCursor, readListCursor, readNameCursor])
    for (const text of ["", "x", "1e3", "1.5.7", " 1", "1\n2", "9".repeat(17)])
      expect(thrownBy(ChatError, () => read(at(text)))).toMatchObject({
        code: "ERR_VALIDATION",
        details: { field: "cursor" },
      })
  expect(thrownBy(ChatError, () => readCursor(at("-1")))).toMatchObject({ code: "ERR_VALIDATION" })
})

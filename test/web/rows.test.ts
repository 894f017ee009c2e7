import { expect, test } from "bun:test"
import { keyOf, type RowSource, rowAt, rowCount } from "../../src/web/core/rows.ts"
import { describeAge, describeDay } from "../../src/web/core/times.ts"
import type { Message } from "../../src/web/core/wire.ts"

const noon = new Date(2026, 0, 31, 12).getTime()
const minute = 60_000
const day = 24 * 60 * minute

test("a day, what is new, another author, a notice and a pause each begin a group", () => {
  const source: RowSource = {
    messages: [
      message(1, "ann", noon - day),
      message(2, "ann", noon),
      message(3, "ann", noon + minute),
      message(4, "bob", noon + minute),
      message(5, "bob", noon + 2 * minute),
      message(6, "bob", noon + 9 * minute),
      message(7, "bob", noon + 9 * minute),
    ],
    pending: [{ id: "p", type: "text", content: "soon", atMs: noon + 9 * minute }],
    notices: new Map([["m6", new Map()]]),
    line: 4,
    userId: "ann",
  }
  const rows = Array.from({ length: rowCount(source) }, (_, i) => rowAt(source, i)!)
  const those = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).map(({ key }) => key)
  expect(those(({ beginsDay }) => beginsDay)).toEqual(["m1", "m2"])
  expect(those(({ beginsNew }) => beginsNew)).toEqual(["m5"])
  expect(those(({ beginsGroup }) => !beginsGroup)).toEqual(["m3"])
  expect(those(({ isMine }) => isMine)).toEqual(["m1", "m2", "m3", "p"])
  expect(rows.map((_, i) => keyOf(source, i))).toEqual(rows.map(({ key }) => key))
  expect([rowAt(source, -1), rowAt(source, rows.length), keyOf(source, -1)]).toEqual([undefined, undefined, ""])
})

test("days and ages are told as people do", () => {
  expect([describeDay(noon, noon), describeDay(noon - day, noon)]).toEqual(["Today", "Yesterday"])
  expect(describeDay(noon - 400 * day, noon)).toContain("2024")
  expect([0, minute, 90 * minute, 26 * 60 * minute].map((ms) => describeAge(noon - ms, noon))).toEqual([
    "now",
    "1 min. ago",
    "1 hr. ago",
    "yesterday",
  ])
})

function message(seq: number, userId: string, atMs: number): Message {
  const createdAt = new Date(atMs).toISOString()
  const user = { username: userId, avatar: null }
  return { id: `m${seq}`, roomId: "r", seq, rev: seq, type: "text", content: "hi", userId, user, createdAt }
}

import { expect, test } from "bun:test"
import { describeAge } from "../../src/web/core/age.ts"
import { keyOf, type RowSource, rowAt, rowCount } from "../../src/web/core/rows.ts"
import { Slots } from "../../src/web/core/slots.ts"
import { clockOf, describeDay, describeMoment, hourOf } from "../../src/web/core/times.ts"
import type { Message } from "../../src/web/core/wire.ts"
import { showAllTexts } from "./all-texts.ts"

showAllTexts()

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
    gaps: [],
    pending: [{ id: "p", type: "text", content: "soon", atMs: noon + 9 * minute }],
    changes: [],
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

test("a gap stands between the messages around it, and nothing goes on over it", () => {
  const messages = [3, 4, 9].map((seq) => message(seq, "ann", noon))
  const gaps = [
    { after: 0, before: 3 },
    { after: 4, before: 9 },
  ]
  const source: RowSource = {
    messages,
    gaps,
    pending: [waiting],
    changes: [],
    notices: new Map(),
    line: 6,
    userId: "ann",
  }
  const slots = slotsOf(source)
  const keys = ["gap 0", "m3", "m4", "gap 4", "m9", "p"]
  expect([slots.count, slots.gaps]).toEqual([6, [0, 3]])
  expect(keys.map((_, slot) => slots.keyAt(slot))).toEqual(keys)
  expect(keys.map((_, slot) => slots.spanAt(slot))).toEqual([2, 1, 1, 4, 1, 1])
  expect([0, 1, 2, 3].map((row) => slots.ofRow(row))).toEqual([1, 2, 4, 5])
  // What is new began in the gap, so it is not told to begin after it.
  expect(rowAt(source, 2)).toMatchObject({ beginsDay: true, beginsGroup: true, beginsNew: false })
  expect(rowAt({ ...source, line: 8 }, 2)).toMatchObject({ beginsNew: true })
})

test("without a gap before all, the first row is the beginning of the room", () => {
  const source: RowSource = {
    messages: [message(1, "ann", noon)],
    gaps: [],
    pending: [],
    changes: [],
    notices: new Map(),
    line: 0,
    userId: "ann",
  }
  const slots = slotsOf(source)
  expect([slots.keyAt(0), slots.keyAt(1)]).toEqual(["beginning", "m1"])
  expect([slots.at(0), slots.at(1)]).toEqual([{ kind: "beginning" }, { kind: "row", index: 0 }])
  expect(slots.ofRow(0)).toBe(1)
  expect(rowAt(source, 0)).toMatchObject({ beginsNew: true })
  expect(slotsOf({ ...source, messages: [] }).count).toBe(1)
})

test("the hour alone has no word for the half of the day", () => {
  expect(clockOf(new Date(2026, 0, 31, 15, 26).getTime())).toBe("3:26")
})

test("days and ages are told as people do", () => {
  expect([describeDay(noon, noon), describeDay(noon - day, noon)]).toEqual(["Today", "Yesterday"])
  expect([describeDay(noon - 2 * day, noon), describeDay(noon - 31 * day, noon)]).toEqual([
    "Thursday, January 29",
    "December 31, 2025",
  ])
  const [hour, second] = [60 * minute, 1_000]
  const ages = [
    0,
    30 * second,
    31 * second,
    90_001,
    59 * minute,
    hour,
    90 * minute,
    91 * minute,
    23 * hour,
    day,
    29 * day,
    30 * day,
  ]
  expect(ages.map((ms) => describeAge(noon - ms, noon))).toEqual([
    "now",
    "now",
    "1 min. ago",
    "2 min. ago",
    "59 min. ago",
    "1 hr. ago",
    "1 hr. ago",
    "2 hr. ago",
    "23 hr. ago",
    "yesterday",
    "29 days ago",
    "January 1, 2026",
  ])
})

test("a moment is told by the hour, by the day of this week, or by the date", () => {
  const moments = [0, 11 * 60 * minute, day, 6 * day - 1, 6 * day].map((ms) => describeMoment(noon - ms, noon))
  expect(moments).toEqual([hourOf(noon), hourOf(noon - 11 * 60 * minute), "Fri", "Sun", "1/25/26"])
})

const waiting = { id: "p", type: "text", content: "soon", atMs: noon } as const

function slotsOf(source: RowSource): Slots {
  return new Slots(source, (seq) => source.messages.filter((message) => message.seq <= seq).length)
}

function message(seq: number, userId: string, atMs: number): Message {
  const createdAt = new Date(atMs).toISOString()
  const user = { username: userId, avatar: null }
  return { id: `m${seq}`, roomId: "r", seq, rev: seq, type: "text", content: "hi", userId, user, createdAt }
}

/** When what was found is read again. The rest is in test/store, on every store. */
import { expect, test } from "bun:test"
import { Reading } from "../../../src/chat/rules/rule.ts"
import { rules } from "../../../src/chat/rules/search.ts"
import type { WorkingSet } from "../../../src/chat/rules/working-set.ts"
import { newRoomId } from "../../support/ids.ts"

const roomId = newRoomId()

/** Of a room that one is in, of which messages 5 and 3 were read at `rev`. */
function checked(room: { readonly rev: number; readonly forgotten: number }, rev: number) {
  const set = { room: () => ({ room: { id: roomId, visibility: "private" }, ...room }) } as unknown as WorkingSet
  const joined = new Set([roomId])
  const read = [{ roomId, rev, seqs: [5, 3] }]
  return rules.checkHits.apply(set, { kind: "checkHits", userId: undefined, isKnown: true, joined, roomId, read })
}

/** With so many other changes since. */
function afterChanges(changes: Iterable<number>): unknown {
  const reading = checked({ rev: 9, forgotten: 0 }, 8)
  if (!(reading instanceof Reading)) throw new Error("It reads nothing.")
  return reading.finish([new Set(changes)] as never)
}

test("[FIND2] nothing is looked up of a room in which nothing changed, and what changed where something did", () => {
  expect(checked({ rev: 8, forgotten: 0 }, 8)).toBe(true)
  expect(checked({ rev: 9, forgotten: 0 }, 8)).toMatchObject({ query: { kind: "changed", rooms: [{ since: 8 }] } })
})

test("[FIND2] what the room has forgotten is read again, and what it has not is not", () => {
  expect(checked({ rev: 8, forgotten: 2 }, 8)).toBe(true)
  expect(checked({ rev: 8, forgotten: 3 }, 8)).toBe(false)
})

test("[FIND2] of more changes than are looked up it may be any", () => {
  const others = (count: number) => Array.from({ length: count }, (_, index) => 100 + index)
  expect(afterChanges([])).toBe(true)
  expect(afterChanges(others(999))).toBe(true)
  expect(afterChanges(others(1_000))).toBe(false)
  expect(afterChanges([3])).toBe(false)
})

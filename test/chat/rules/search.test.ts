/** Where somebody may search, and when what was found is read again. The rest is in test/store, on every store. */
import { expect, test } from "bun:test"
import { Reading } from "../../../src/chat/rules/rule.ts"
import { apply } from "../../../src/chat/rules/rules.ts"
import { rules } from "../../../src/chat/rules/search.ts"
import type { WorkingSet } from "../../../src/chat/rules/working-set.ts"
import type { RoomId, UserId } from "../../../src/contract/values.ts"
import { newRoomId } from "../../support/ids.ts"
import { batchOf, memberOf, person, roomOf } from "./records.ts"

const roomId = newRoomId()
const ann = person("ann")

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

test.each([
  ["a public room", {}, true],
  ["a public room without being known", { isKnown: false }, true],
  ["a public room that nobody is asked for in", { userId: undefined }, true],
  ["a public room before having been anywhere", { userId: "stranger" }, true],
  ["a public room that one is banned from", { isBanned: true }, false],
  ["a private room", { visibility: "private" }, false],
  ["a private room of one's own", { visibility: "private", isMember: true }, true],
  [
    "a private room where nobody is known to be its member",
    { visibility: "private", isMember: true, isKnown: false },
    false,
  ],
  ["a public room where nobody is known to be its member", { isMember: true, isKnown: false }, true],
  ["a private room that one is in", { visibility: "private", isJoined: true, isKnown: false }, true],
  ["a room that is not there", { visibility: undefined, isJoined: true }, false],
] as const)("[FIND1] [MEM5] one may search in %s, if it is named", (_, how, mayRead) => {
  const { userId = undefined, visibility, ...is } = { userId: ann.id, visibility: "public" as const, ...how }
  const room = visibility && roomOf(visibility)
  const id = (room?.room.id as RoomId | undefined) ?? newRoomId()
  const batch = batchOf({
    room: () => room,
    user: (one) => (one === ann.id ? ann : undefined),
    member: () => ("isMember" in is && room ? memberOf(room, ann) : undefined),
    isBanned: () => "isBanned" in is,
  })
  const joined = new Set("isJoined" in is ? [id] : [])
  const seeker = { userId: userId as UserId | undefined, isKnown: !("isKnown" in is), joined, roomId: id }
  const scope = apply(batch, { kind: "searchScope", ...seeker })
  if (mayRead) expect(scope).toEqual([id])
  else expect(scope).toMatchObject({ code: "ERR_NOT_IN_ROOM", details: { roomId: id } })
  // Unless it is named, it is one's own or none.
  const isOwn = "isMember" in is || "isJoined" in is
  const read = room ? [{ roomId: id, rev: 0, seqs: [1] }] : []
  if (room) expect(apply(batch, { kind: "checkHits", ...seeker, roomId: undefined, read })).toBe(mayRead && isOwn)
})

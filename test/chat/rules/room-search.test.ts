import { expect, test } from "bun:test"
import { pickRooms, type RoomInList, roomsNeeded } from "../../../src/chat/rules/room-search.ts"
import { limits } from "../../../src/contract/limits.ts"
import { newRoomId } from "../../support/ids.ts"

test.each([
  ["GARDEN", "The garden party"],
  ["cafe", "Café"],
  ["CAFÉ", "cafe\u0301 des amis"],
  ["strasse", "Straße 7"],
  ["οδοσ", "ΟΔΟΣ"],
  ["istanbul", "İSTANBUL"],
  ["lager", "ＬＡＧＥＲ"],
  ["علیرضا", "علی\u200cرضا"],
  ["❤", "We ❤\ufe0f chess"],
  [" party ", "The garden party"],
  ["100%", "100% cotton"],
  [".*", "a.*b"],
])("[LIST2] %s finds %s, and not what is like it", (query, name) => {
  const rooms = ["x100x cotton", name, "gard en, cáf, strase, axb"].map(roomNamed)
  expect(namesOf(pick(rooms, { query }))).toEqual([name])
})

test("[LIST2] a blank search finds every room", () => {
  const rooms = ["Garden", "Office"].map(roomNamed)
  expect(namesOf(pick(rooms, { query: " " }))).toEqual(["Garden", "Office"])
})

test("[LIST3] a page is followed by another exactly when there is a room behind it", () => {
  const rooms = ["a1", "a2", "b", "a3"].map(roomNamed)
  const pages = (query: string | undefined, limit: number) => {
    const { rooms: found, next } = pick(rooms, { query, limit })
    return [found.map(({ name }) => name), rooms.find(({ id }) => id === next?.id)?.name]
  }
  expect(pages(undefined, 3)).toEqual([["a1", "a2", "b"], "b"])
  expect(pages(undefined, 4)).toEqual([["a1", "a2", "b", "a3"], undefined])
  expect(pages("a", 2)).toEqual([["a1", "a2"], "a2"])
  expect(pages("a", 3)).toEqual([["a1", "a2", "a3"], undefined])
})

test("[LIST3] a search that found all it may goes on behind the last name it looked at, if there is any", () => {
  const rooms = ["a1", "a2", "b"].map(roomNamed)
  expect(pick(rooms, { query: "a", limit: 2 }).next).toBeUndefined()
  const more = [...rooms, ...Array.from({ length: limits.roomsSearchedMax }, () => roomNamed("c"))]
  const last = more[limits.roomsSearchedMax - 1]!
  expect(pick(more, { query: "a", limit: 2 }).next).toEqual({ lastAt: last.lastAt, id: last.id })
})

test("[LIST3] one room more is read than a page holds, or a search looks at", () => {
  const command = { kind: "listRooms", after: undefined, limit: 3 } as const
  expect(roomsNeeded({ ...command, query: undefined })).toBe(4)
  expect(roomsNeeded({ ...command, query: "a" })).toBe(limits.roomsSearchedMax + 1)
})

test("[LIST1] a room is described with the time of its last message, or null while it has none", () => {
  const silent = { ...roomNamed("Silent"), createdAt: 1_000, lastAt: 1_000 }
  const busy = { ...roomNamed("Busy"), createdAt: 1_000, rev: 1, lastAt: 2_000 }
  const created = "1970-01-01T00:00:01.000Z"
  expect(pick([busy, silent], {}).rooms).toEqual([
    {
      id: busy.id,
      name: "Busy",
      topic: "",
      visibility: "public",
      createdAt: created,
      rev: 1,
      lastMessageAt: "1970-01-01T00:00:02.000Z",
    },
    { id: silent.id, name: "Silent", topic: "", visibility: "public", createdAt: created, rev: 0, lastMessageAt: null },
  ])
})

test("[LIST3] a search looks at so many characters and no more: as many as half of the longest names have", () => {
  const { nameLengthMax, roomsSearchedMax } = limits
  const half = Array.from({ length: roomsSearchedMax / 2 - 1 }, () => roomNamed("x".repeat(nameLengthMax)))
  const needle = roomNamed("needle")
  const found = (length: number) => namesOf(pick([...half, roomNamed("x".repeat(length)), needle], { query: "needle" }))
  expect(found(nameLengthMax - 1)).toEqual(["needle"])
  expect(found(nameLengthMax)).toEqual([])
})

test("[LIST3] a search looks at so many names, and the next one goes on behind them", () => {
  const hay = Array.from({ length: limits.roomsSearchedMax }, (_, i) => roomNamed(`Hay ${i}`))
  const needle = roomNamed("Needle")
  const behind = { lastAt: hay.at(-1)!.lastAt, id: hay.at(-1)!.id }
  expect(pick([...hay, needle], { query: "needle" })).toEqual({ rooms: [], next: behind })
  expect(pick(hay, { query: "needle" })).toEqual({ rooms: [], next: undefined })
})

test("[LIST3] a search ends also after so many characters, which one character may be 18 of", () => {
  const perRoom = 18 * limits.nameLengthMax
  const looked = Math.ceil((limits.roomsSearchedMax * limits.nameLengthMax) / 2 / perRoom)
  const rooms = Array.from({ length: 200 }, () => roomNamed("\ufdfa".repeat(limits.nameLengthMax)))
  const page = pick(rooms, { query: "\ufdfa", limit: 200 })
  expect(page.rooms.map(({ id }) => id)).toEqual(rooms.slice(0, looked).map(({ id }) => id))
  expect(page.next?.id).toBe(rooms[looked - 1]!.id)
  // Names as they are do not come near it.
  const long = Array.from({ length: limits.roomsSearchedMax }, () =>
    roomNamed("ü".repeat(limits.nameLengthMax / 2 - 1)),
  )
  expect(pick(long, { query: "x" })).toEqual({ rooms: [], next: undefined })
})

test("[LIST2] marks beyond those that a letter may have are not looked at", () => {
  const heap = "\u05b0\u05c2".repeat(30)
  const name = `א${heap}ב`
  expect(namesOf(pick([roomNamed(name), roomNamed("אב")], { query: `א${heap.slice(0, 8)}ב` }))).toEqual([name])
})

const roomNamed = (name: string): RoomInList => ({ id: newRoomId(), name, topic: "", createdAt: 0, lastAt: 0, rev: 0 })
const namesOf = ({ rooms }: ReturnType<typeof pickRooms>) => rooms.map(({ name }) => name)

function pick(rooms: readonly RoomInList[], request: { query?: string | undefined; limit?: number }) {
  const command = { kind: "listRooms" as const, after: undefined, query: undefined, limit: 50, ...request }
  return pickRooms(rooms.slice(0, roomsNeeded(command)), command)
}

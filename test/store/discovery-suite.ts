import { describe, expect, test } from "bun:test"
import type { Command, Outcomes } from "../../src/chat/rules/rules.ts"
import { limits } from "../../src/contract/limits.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"
import { granted, type OpenStore } from "./store-suite.ts"

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const ann = user("ann")

/** What every store promises of the list of public rooms. */
export function discoverySuite(name: string, open: () => Promise<OpenStore>) {
  describe(name, () => {
    test("[LIST1] a listed room is as it was created, with its rev, and null before its first message", async () => {
      await using opened = await open()
      const id = await publicRoom(opened, { name: "Garden", at: noon })
      const room = {
        id,
        name: "Garden",
        topic: "",
        visibility: "public",
        createdAt: "2026-01-31T12:00:00.000Z",
      } as const
      expect(await list(opened)).toEqual({ rooms: [{ ...room, rev: 0, lastMessageAt: null }], next: undefined })

      await say(opened, id, noon + 1_000)
      const active = { ...room, rev: 1, lastMessageAt: "2026-01-31T12:00:01.000Z" }
      expect((await list(opened)).rooms).toEqual([active])
    })

    test("[LIST1] an unlisted room is never listed, searched for or not, however active", async () => {
      await using opened = await open()
      const listed = await publicRoom(opened, { name: "Garden" })
      const unlisted = await newRoom(opened, { name: "Garden of secrets", visibility: "unlisted" })
      await say(opened, unlisted, noon + 1_000)
      expect(idsOf(await list(opened))).toEqual([listed])
      expect(idsOf(await list(opened, { query: "garden" }))).toEqual([listed])
    })

    test("[LIST1] the latest activity comes first: a message, or the creation", async () => {
      await using opened = await open()
      const [old, busy, young] = [
        await publicRoom(opened, { at: noon }),
        await publicRoom(opened, { at: noon + 1 }),
        await publicRoom(opened, { at: noon + 2 }),
      ]
      expect(idsOf(await list(opened))).toEqual([young, busy, old])
      await say(opened, busy, noon + 3)
      expect(idsOf(await list(opened))).toEqual([busy, young, old])
    })

    test("[LIST1] a message counts for a list that was asked for in the same turn", async () => {
      await using opened = await open()
      const [first, second] = [await publicRoom(opened, { at: noon }), await publicRoom(opened, { at: noon + 1 })]
      await say(opened, first, noon + 2)
      const said = say(opened, second, noon + 3)
      expect(idsOf(await list(opened))).toEqual([second, first])
      await said
    })

    test("[LIST3] pages join to the whole list, also between rooms of the same moment", async () => {
      await using opened = await open()
      const ids: RoomId[] = []
      for (let i = 0; i < 7; i++) ids.push(await publicRoom(opened, { at: noon + (i % 2) }))
      const whole = await list(opened, { limit: 7 })
      expect(whole.next).toBeUndefined()
      expect(idsOf(whole).toSorted()).toEqual(ids.toSorted())
      expect(await everyPage(opened, { limit: 2 })).toEqual([
        idsOf(whole).slice(0, 2),
        idsOf(whole).slice(2, 4),
        idsOf(whole).slice(4, 6),
        idsOf(whole).slice(6),
      ])
    })

    test("[LIST3] a room that becomes active meanwhile moves to the front; none is given twice", async () => {
      await using opened = await open()
      const [c, b, a] = [
        await publicRoom(opened, { at: noon }),
        await publicRoom(opened, { at: noon + 1 }),
        await publicRoom(opened, { at: noon + 2 }),
      ]
      const first = await list(opened, { limit: 1 })
      expect(idsOf(first)).toEqual([a])
      await say(opened, a, noon + 3)
      await say(opened, c, noon + 4)
      expect(idsOf(await list(opened, { limit: 10, after: first.next }))).toEqual([b])
      expect(idsOf(await list(opened))).toEqual([c, a, b])
    })

    test("[LIST2] a search finds the rooms whose name contains it", async () => {
      await using opened = await open()
      const found = await publicRoom(opened, { name: "Café Central" })
      await publicRoom(opened, { name: "Centre" })
      expect(await list(opened, { query: "CAFE" })).toMatchObject({ rooms: [{ id: found }], next: undefined })
      expect(await list(opened, { query: "cafes" })).toEqual({ rooms: [], next: undefined })
    })

    test("[LIST3] a search stops after so many names, and its cursor goes on behind them", async () => {
      await using opened = await open()
      const last = await publicRoom(opened, { name: "Needle", at: noon - 1 })
      const hay = Array.from({ length: limits.roomsSearchedMax }, (_, i) => publicRoom(opened, { name: `Hay ${i}` }))
      await Promise.all(hay)

      const first = await list(opened, { query: "needle" })
      expect(first.rooms).toEqual([])
      expect(first.next).toBeDefined()
      const second = await list(opened, { query: "needle", after: first.next })
      expect(idsOf(second)).toEqual([last])
      expect(second.next).toBeUndefined()
    })
  })
}

type ListRooms = Command & { kind: "listRooms" }
type CreateRoom = Command & { kind: "createRoom" }

function list(opened: OpenStore, request: Partial<ListRooms> = {}): Promise<Outcomes["listRooms"]> {
  return granted(opened, { kind: "listRooms", query: undefined, after: undefined, limit: 50, ...request })
}

const idsOf = ({ rooms }: Outcomes["listRooms"]) => rooms.map(({ id }) => id)

async function everyPage(opened: OpenStore, request: Partial<ListRooms>): Promise<RoomId[][]> {
  const page = await list(opened, request)
  return [idsOf(page), ...(page.next === undefined ? [] : await everyPage(opened, { ...request, after: page.next }))]
}

async function newRoom(opened: OpenStore, room: Partial<CreateRoom>): Promise<RoomId> {
  const named = { name: "A room", visibility: "public" as const, at: noon, ...room }
  return (await granted(opened, { kind: "createRoom", id: newRoomId(), creator: null, ...named })).id
}

const publicRoom = (opened: OpenStore, room: Partial<CreateRoom> = {}) => newRoom(opened, room)

async function say(opened: OpenStore, roomId: RoomId, at: number): Promise<void> {
  const profile = { userId: ann, username: "Ann", avatar: null }
  const sent = { id: newMessageId(), chosen: false, type: "text", content: "hi" } as const
  const joined = granted(opened, {
    kind: "join",
    roomId,
    ...profile,
    since: undefined,
    epoch: undefined,
    newUserWaitMs: 0,
    isKnown: true,
    isAdmin: false,
    at,
  })
  await Promise.all([joined, granted(opened, { kind: "send", roomId, userId: ann, ...sent, at })])
}

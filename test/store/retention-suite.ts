/** Messages that are older than they are kept: gone with all that hangs on them, and who missed them learns it. */
import { describe, expect, test } from "bun:test"
import type { RoomId } from "../../src/contract/values.ts"
import { Retention } from "../../src/store/retention.ts"
import { newRoomId, user } from "../support/ids.ts"
import { granted, joining, newRoom, type OpenStore, roomWith, sending } from "./store-suite.ts"

const dayMs = 86_400_000
export const noon = Date.parse("2026-01-31T12:00:00.000Z")

/** What every store promises of it. */
export function retentionSuite(name: string, open: () => Promise<OpenStore>) {
  describe(name, () => {
    test("[HIST8] what is older is gone from every page, what is not stays, and the counters say so", async () => {
      await using opened = await open()
      const rooms = [await aged(opened, [40, 30, 20, 5, 0]), await aged(opened, [1, 0]), await aged(opened, [90, 90])]
      const removed = await sweep(opened, 10)
      expect(removed).toEqual([5])
      expect(await Promise.all(rooms.map((roomId) => seqsOf(opened, roomId)))).toEqual([[4, 5], [1, 2], []])
      expect(await opened.store.counts()).toEqual({ rooms: 3, messages: 4 })
      expect((await granted(opened, { ...sending(rooms[2]!, "next"), at: noon })).message.seq).toBe(3)
      expect(await sweep(opened, 10)).toEqual([])
    })

    test("[HIST8] what is older is gone also from a room whose last message was deleted", async () => {
      await using opened = await open()
      const roomId = await aged(opened, [40, 30, 5])
      const { message } = await granted(opened, { ...sending(roomId, "mistaken"), at: noon })
      await granted(opened, { kind: "delete", roomId, userId: message.userId, id: message.id, at: noon })
      expect(await sweep(opened, 10)).toEqual([2])
      expect(await seqsOf(opened, roomId)).toEqual([3])
    })

    test("[HIST8] a since from before is answered as one that was never issued, one from behind is not, nor is 0", async () => {
      await using opened = await open()
      const roomId = await aged(opened, [40, 30, 20, 5, 0])
      await sweep(opened, 10)
      const since = async (since: number) => {
        const page = await granted(opened, { kind: "pageSince", roomId, epoch: undefined, since, limit: 200 })
        return [page.reset, page.messages.map(({ seq }) => seq), page.rev]
      }
      expect(await since(1)).toEqual([true, [4, 5], 5])
      expect(await since(2)).toEqual([true, [4, 5], 5])
      expect(await since(3)).toEqual([false, [4, 5], 5])
      expect(await since(4)).toEqual([false, [5], 5])
      expect(await since(0)).toEqual([false, [4, 5], 5])
    })

    test("[ROOM8] a room's owner keeps less than the server, or less than for ever; nobody keeps more", async () => {
      await using opened = await open()
      const [short, long, usual] = [
        await aged(opened, [40, 8, 0]),
        await aged(opened, [40, 8, 0]),
        await aged(opened, [40, 8, 0]),
      ]
      const update = (roomId: RoomId, keepDays: number) => {
        const actor = { userId: user("ann"), isKnown: true, isAdmin: false }
        const left = { name: undefined, topic: undefined, visibility: undefined }
        return granted(opened, { kind: "updateRoom", roomId, ...actor, ...left, keepDays } as never)
      }
      expect(await update(short, 7)).toMatchObject({ room: { id: short, keepDays: 7 }, isUnchanged: false })
      expect(await update(short, 7)).toMatchObject({ isUnchanged: true })
      await update(long, 100)
      expect(await sweep(opened, undefined)).toEqual([2])
      const seqs = () => Promise.all([short, long, usual].map((roomId) => seqsOf(opened, roomId)))
      expect(await seqs()).toEqual([[3], [1, 2, 3], [1, 2, 3]])
      expect(await sweep(opened, 30)).toEqual([2])
      expect(await seqs()).toEqual([[3], [2, 3], [2, 3]])
      const { room } = (await update(short, 0)) as unknown as { room: object }
      expect(room).not.toHaveProperty("keepDays")
      await granted(opened, { ...sending(short, "later"), at: noon + 10 * dayMs })
      expect(await sweep(opened, undefined, undefined, noon + 12 * dayMs)).toEqual([])
    })

    test("more than one step's worth goes, step by step, with a pause after each", async () => {
      await using opened = await open()
      const roomId = await aged(opened, Array(450).fill(20))
      const pauses: number[] = []
      expect(await sweep(opened, 10, async (ms) => void pauses.push(ms))).toEqual([450])
      expect(pauses.length).toBeGreaterThanOrEqual(3)
      expect(await seqsOf(opened, roomId)).toEqual([])
    })

    test("[HIST8] a step takes no more than its number, however many were deleted; what is deleted and not old stays", async () => {
      await using opened = await open()
      const roomId = await aged(opened, [...Array(7).fill(20), 0, 0])
      const page = await granted(opened, { kind: "pageBefore", roomId, before: undefined, limit: 200 } as never)
      const { messages } = page as unknown as { messages: { id: string; seq: number }[] }
      for (const { id, seq } of messages) {
        if (seq === 1 || seq === 9) continue
        await granted(opened, { kind: "delete", roomId, id, userId: user("ann"), at: noon } as never)
      }
      const steps: unknown[] = []
      const step = () => granted(opened, { kind: "removeOld", roomId, before: noon - dayMs, limit: 3 })
      for (let i = 0; i < 4; i++) steps.push(await step())
      expect(steps).toEqual([
        { messages: 3, hasMore: true },
        { messages: 3, hasMore: true },
        { messages: 1, hasMore: false },
        { messages: 0, hasMore: false },
      ])
      expect((await opened.store.counts()).messages).toBe(2)
      expect(await seqsOf(opened, roomId)).toEqual([9])
      const gone = { kind: "removeOld", roomId: newRoomId(), before: noon, limit: 3 } as const
      expect(await granted(opened, gone)).toEqual({ messages: 0, hasMore: false })
    })

    test("[HIST8] [ROOM8] rooms are looked through a few at a time, each once, and what is just as old as it may be stays", async () => {
      await using opened = await open()
      const rooms: RoomId[] = []
      for (const ages of [[11, 10], [10], [12], [11]]) rooms.push(await aged(opened, ages))
      const [first, , third, last] = rooms
      const looks = async (days: number | undefined) => {
        const found: RoomId[][] = []
        const look = (after: number) => granted(opened, { kind: "findOld", at: noon, days, after, limit: 2 })
        for (let after: number | undefined = 0; after !== undefined; ) {
          const { rooms, next } = await look(after)
          for (const { before } of rooms) expect(before).toBe(noon - 10 * dayMs)
          found.push(rooms.map(({ roomId }) => roomId))
          after = next
        }
        return found
      }
      expect(await looks(10)).toEqual([[first], [third, last], []] as RoomId[][])
      const actor = { userId: user("ann"), isKnown: true, isAdmin: false }
      const left = { name: undefined, topic: undefined, visibility: undefined }
      for (const roomId of rooms.slice(1))
        await granted(opened, { kind: "updateRoom", roomId, ...actor, ...left, keepDays: 10 } as never)
      expect((await looks(undefined)).flat()).toEqual([third, last] as RoomId[])
      expect(await sweep(opened, 10)).toEqual([3])
      expect(await Promise.all(rooms.map((roomId) => seqsOf(opened, roomId)))).toEqual([[2], [1], [], []])
    })

    test("[HIST8] whoever was mentioned in what is gone has nothing left to read there", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const bob = user("bob")
      for (const userId of [user("ann"), bob])
        await granted(opened, { ...joining(roomId), userId, at: noon - 30 * dayMs })
      const mentioning = (days: number) => ({ ...sending(roomId, "@bob"), mentions: [bob], at: noon - days * dayMs })
      for (const days of [20, 5]) await granted(opened, mentioning(days))
      const standing = async () => {
        const own = await granted(opened, { kind: "ownRoom", roomId, userId: bob, marks: new Map() })
        return [own.standing.unread, own.standing.mentions]
      }
      expect(await standing()).toEqual([2, 2])
      await sweep(opened, 10)
      expect(await standing()).toEqual([1, 1])
    })

    test("what was deleted before goes with its neighbours; a reply outlives what it answers", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await granted(opened, joining(roomId))
      const old = await granted(opened, { ...sending(roomId, "old"), at: noon - 20 * dayMs })
      const bad = await granted(opened, { ...sending(roomId, "bad"), at: noon - 20 * dayMs })
      const last = await granted(opened, { ...sending(roomId, "last old"), at: noon - 20 * dayMs })
      const reply = { ...sending(roomId, "an answer"), at: noon, replyTo: old.message.id }
      await granted(opened, reply as never)
      const remove = { kind: "delete", roomId, id: bad.message.id, userId: user("ann"), at: noon }
      await granted(opened, remove as never)
      await sweep(opened, 10)
      const page = await granted(opened, { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 200 })
      expect(page.messages.map(({ content }) => content)).toEqual(["an answer"])
      expect(last.message.seq).toBe(3)
      expect((await opened.store.counts()).messages).toBe(1)
    })
  })
}

/** A room with a message of each age, in days before noon. */
export async function aged(opened: OpenStore, ages: readonly number[]): Promise<RoomId> {
  const roomId = await roomWith(opened, 0)
  await granted(opened, joining(roomId))
  for (const days of ages) await granted(opened, { ...sending(roomId, `of ${days}`), at: noon - days * dayMs })
  return roomId
}

export async function sweep(
  { store }: OpenStore,
  days: number | undefined,
  pause: (ms: number) => Promise<void> = async () => {},
  at = noon,
) {
  const removed: number[] = []
  const onFailure = (cause: unknown) => {
    throw cause
  }
  await new Retention({
    store,
    days: () => days,
    now: () => at,
    pause,
    onFailure,
    onRemoved: (n) => removed.push(n),
  }).sweep()
  return removed
}

export async function seqsOf(opened: OpenStore, roomId: RoomId): Promise<number[]> {
  const page = await granted(opened, { kind: "pageBefore", roomId, before: undefined, limit: 200 } as never)
  return (page as unknown as { messages: { seq: number }[] }).messages.map(({ seq }) => seq)
}

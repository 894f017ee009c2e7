import { describe, expect, test } from "bun:test"
import type { FoundMessage } from "../../src/chat/rules/search.ts"
import type { Message } from "../../src/contract/messages.ts"
import type { MessageId, RoomId, UserId } from "../../src/contract/values.ts"
import type { MessageFeed } from "../../src/store/feed.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"
import { founder, granted, joining, newRoom, type OpenStore, sending } from "./store-suite.ts"

interface OpenForSearch extends OpenStore {
  /** None where there is no database to read beside the store. */
  readonly openFeed: (() => MessageFeed) | undefined
}

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const [ann, bob] = [user("ann"), user("bob")]

/** What every store promises of search: whose rooms are looked through, what is told, and what an index can read. */
export function searchSuite(name: string, open: () => Promise<OpenForSearch>) {
  describe(name, () => {
    test("[FIND1] one's own rooms are looked through, where nobody is known only public ones and those one is in", async () => {
      await using opened = await open()
      const rooms = await roomsOf(opened, ["unlisted", "public", "private"])
      const joined = newRoomId()
      const scope = (userId: UserId | undefined, isKnown: boolean, joined: RoomId[] = []) =>
        granted(opened, { kind: "searchScope", userId, isKnown, joined: new Set(joined), roomId: undefined })
      expect(await scope(ann, true)).toEqual(rooms)
      expect(await scope(ann, false)).toEqual([rooms[1]!])
      expect(await scope(ann, false, [joined, rooms[1]!])).toEqual([joined, rooms[1]!])
      for (const userId of [bob, user("nobody"), undefined])
        expect(await scope(userId, true, [joined])).toEqual([joined])
    })

    test("[FIND1] a room that is named is one's own, one that one is in, or public", async () => {
      await using opened = await open()
      const [unlisted, open_, secret] = (await roomsOf(opened, ["unlisted", "public", "private"])) as [
        RoomId,
        RoomId,
        RoomId,
      ]
      const found = await Promise.all([unlisted, open_, secret].map((roomId) => say(opened, roomId)))
      const may = async (userId: UserId | undefined, isKnown: boolean, joined: RoomId[] = []) => {
        const answers = [unlisted, open_, secret, newRoomId()].map(async (roomId) => {
          const seeker = { userId, isKnown, joined: new Set(joined), roomId }
          const told = await granted(opened, {
            kind: "readHits",
            ...seeker,
            found: found.filter((one) => one.roomId === roomId),
          })
          const scope = granted(opened, { kind: "searchScope", ...seeker }).catch(({ code }) => code)
          const mayRead = Array.isArray(await scope)
          if (!mayRead) expect(await scope).toBe("ERR_NOT_IN_ROOM")
          expect(told.length, roomId).toBe(
            mayRead && roomId !== undefined && found.some((one) => one.roomId === roomId) ? 1 : 0,
          )
          return mayRead
        })
        return (await Promise.all(answers)).map(Number).join("")
      }
      expect(await may(ann, true)).toBe("1110")
      expect(await may(ann, false)).toBe("0100")
      expect(await may(bob, true)).toBe("0100")
      expect(await may(bob, false, [secret])).toBe("0110")
      expect(await may(undefined, false)).toBe("0100")
    })

    test("[FIND2] what was found is told as it is now, and not once it is deleted or elsewhere", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      const [edited, deleted, kept] = [await say(opened, roomId), await say(opened, roomId), await say(opened, roomId)]
      const place = { roomId, userId: ann, isAdmin: false, at: noon }
      await granted(opened, { kind: "edit", ...place, id: edited.id, content: "new" } as never)
      await granted(opened, { kind: "delete", ...place, id: deleted.id } as never)
      const read = (found: readonly FoundMessage[]) =>
        granted(opened, {
          kind: "readHits",
          userId: ann,
          isKnown: true,
          joined: new Set<RoomId>(),
          roomId: undefined,
          found,
        })
      const unknown = { id: newMessageId(), roomId }
      const elsewhere = { id: kept.id, roomId: await newRoom(opened) }
      const told = await read([kept, deleted, unknown, elsewhere, edited])
      expect(told.map(({ message, roomName }) => [message.id, message.content, roomName])).toEqual([
        [kept.id, "hello", "General"],
        [edited.id, "new", "General"],
      ])
      await granted(opened, { kind: "leaveForGood", roomId, userId: ann } as never)
      expect(await read([kept])).toEqual([])
    })

    test("[FIND2] of what was read before it is asked whether it is still so", async () => {
      await using opened = await open()
      const [roomId, other] = [await newRoom(opened), await newRoom(opened)]
      const sent = [await say(opened, roomId), await say(opened, roomId), await say(opened, roomId)]
      await say(opened, other)
      const place = { roomId, userId: ann, isAdmin: false, at: noon }
      const check = (seqs: readonly number[], rev: number, userId = ann) =>
        granted(opened, {
          kind: "checkHits",
          userId,
          isKnown: true,
          joined: new Set<RoomId>(),
          roomId: undefined,
          read: [
            { roomId: other, rev: 1, seqs: [1] },
            { roomId, rev, seqs },
          ],
        })
      expect(await check([1, 2, 3], 3)).toBe(true)
      await granted(opened, { kind: "edit", ...place, id: sent[1]!.id, content: "new" } as never)
      await granted(opened, { kind: "delete", ...place, id: sent[2]!.id } as never)
      await say(opened, roomId)
      expect(await check([1], 3)).toBe(true)
      for (const seq of [2, 3]) {
        expect(await check([1, seq], 3), String(seq)).toBe(false)
        expect(await check([1, seq], 5), String(seq)).toBe(true)
      }
      expect(await check([3], 4)).toBe(false)
      expect(await check([1], 3, bob)).toBe(false)
      expect(await check([1, 2], 5)).toBe(true)
      await granted(opened, { kind: "leaveForGood", roomId, userId: ann } as never)
      expect(await check([1, 2], 5)).toBe(false)
    })

    test("[FIND1] what an index found is read as people see it, with how far its rooms are", async () => {
      await using opened = await open()
      if (opened.openFeed === undefined) return
      const [roomId, other] = [await newRoom(opened), await newRoom(opened)]
      const [original, deleted] = [await say(opened, roomId), await say(opened, roomId)]
      await granted(opened, joining(other))
      const sent = async (room: RoomId, more: object = {}) =>
        (await granted(opened, { ...sending(room, "hello"), ...more } as never)) as unknown as { message: Message }
      const reply = (await sent(roomId, { replyTo: original.id })).message
      const elsewhere = (await sent(other)).message
      const place = { roomId, userId: ann, isAdmin: false, at: noon }
      await granted(opened, { kind: "react", ...place, id: reply.id, emoji: "👍", isOn: true } as never)
      await granted(opened, { kind: "delete", ...place, id: deleted.id } as never)
      const feed = opened.openFeed()
      try {
        const told = await feed.told([elsewhere.id, newMessageId(), deleted.id, reply.id])
        expect(told.messages.map(({ roomName }) => roomName)).toEqual(["General", "General"])
        expect(told.messages.map(({ message }) => message)).toEqual([
          elsewhere,
          { ...reply, rev: 4, reactions: [{ emoji: "👍", count: 1, userIds: [ann] }] },
        ])
        expect(reply.replyTo).toMatchObject({ id: original.id, excerpt: "hello" })
        expect(told.revs).toEqual(
          new Map([
            [other, 1],
            [roomId, 5],
          ]),
        )
        await granted(opened, { kind: "deleteRoom", roomId: other, userId: ann, at: noon })
        expect((await feed.told([elsewhere.id, reply.id])).messages.map(({ message }) => message.id)).toEqual([
          reply.id,
        ])
      } finally {
        await feed.close()
      }
    })

    test("an index reads each room by rev, changes in the place of what they changed, and rooms as they are", async () => {
      await using opened = await open()
      if (opened.openFeed === undefined) return
      const [roomId, other] = [await newRoom(opened), await newRoom(opened)]
      const sent: FoundMessage[] = []
      for (let one = 0; one < 5; one++) sent.push(await say(opened, roomId))
      await say(opened, other)
      const feed = opened.openFeed()
      try {
        const state = await feed.state()
        expect(await feed.state()).toBe(state)
        const { epoch, rooms } = await feed.heads()
        expect(epoch).not.toBe("")
        expect(rooms.map(({ id, rev, forgotten }) => [id, rev, forgotten]).toSorted()).toEqual(
          [
            [roomId, 5, 0],
            [other, 1, 0],
          ].toSorted(),
        )
        const room = rooms.find(({ id }) => id === roomId)!
        const place = { roomId, userId: ann, isAdmin: false, at: noon }
        await granted(opened, { kind: "edit", ...place, id: sent[1]!.id, content: "edited" } as never)
        await granted(opened, { kind: "delete", ...place, id: sent[3]!.id } as never)
        expect(await feed.state()).not.toBe(state)
        const changes = async (since: number, limit = 100) =>
          (await feed.changes(room, since, limit)).map(({ seq, rev, content }) => [seq, rev, content])
        expect(await changes(0)).toEqual([
          [1, 1, "hello"],
          [3, 3, "hello"],
          [5, 5, "hello"],
          [2, 6, "edited"],
          [4, 7, ""],
        ])
        expect(await changes(3, 2)).toEqual([
          [5, 5, "hello"],
          [2, 6, "edited"],
        ])
        const [first] = await feed.changes(room, 0, 1)
        expect(first).toEqual({ id: sent[0]!.id, seq: 1, rev: 1, userId: ann, content: "hello", createdAt: noon })
        const whole = await feed.state()
        await granted(opened, { kind: "removeOld", roomId, before: noon + 1, limit: 1 })
        expect(await feed.state()).not.toBe(whole)
      } finally {
        await feed.close()
      }
    })
  })
}

/** Of Ann, who has not joined them. */
async function roomsOf(
  opened: OpenStore,
  visibilities: readonly ("public" | "unlisted" | "private")[],
): Promise<RoomId[]> {
  const ids: RoomId[] = []
  for (const visibility of visibilities) {
    const id = newRoomId()
    await granted(opened, { kind: "createRoom", id, name: "General", visibility, creator: founder, at: noon })
    ids.push(id)
  }
  return ids
}

async function say(opened: OpenStore, roomId: RoomId): Promise<{ id: MessageId; roomId: RoomId }> {
  await granted(opened, joining(roomId))
  const { message } = await granted(opened, sending(roomId, "hello"))
  return { id: message.id, roomId }
}

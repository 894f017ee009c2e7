import { describe, expect, test } from "bun:test"
import type { Command } from "../../src/chat/rules/rules.ts"
import { limits } from "../../src/contract/limits.ts"
import type { RoomId, UserId } from "../../src/contract/values.ts"
import { newRoomId, user } from "../support/ids.ts"
import { founder, granted, joining, newRoom, type OpenStore, refused, sending } from "./store-suite.ts"

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const [ann, bob, cleo, dan] = [user("ann"), user("bob"), user("cleo"), user("dan")]

/** What every store promises of who belongs to a room. */
export function membersSuite(name: string, open: () => Promise<OpenStore>) {
  describe(name, () => {
    test("[MEM1] the creator owns the room from its creation on, whoever joins becomes a member, each once", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      expect(await members(opened, roomId)).toEqual([["ann", "owner", noon]])
      expect((await enter(opened, roomId, bob)).isNewMember).toBe(true)
      for (const again of [ann, bob, bob]) expect((await enter(opened, roomId, again)).isNewMember).toBe(false)
      expect(await members(opened, roomId)).toEqual([
        ["ann", "owner", noon],
        ["bob", "member", noon],
      ])
    })

    test("[MEM1] a creator who has never joined is known by the name it came with, until it joins under another", async () => {
      await using opened = await open()
      const roomId = newRoomId()
      const creator = { ...founder, userId: cleo, username: "Cleo of the token" }
      await granted(opened, { kind: "createRoom", id: roomId, name: "X", visibility: "public", creator, at: noon })
      const names = async () => (await list(opened, roomId, cleo)).map(({ username }) => username)
      expect(await names()).toEqual(["Cleo of the token"])
      expect((await enter(opened, roomId, cleo)).isNewUser).toBe(false)
      expect(await names()).toEqual(["cleo"])
    })

    test("[MEM1] what is new in a batch is not taken for what was there first", async () => {
      await using opened = await open()
      // Ann and her room are the first of all.
      const first = await newRoom(opened)
      await enter(opened, first, bob)
      const id = newRoomId()
      const created = { name: "Garden", visibility: "public", creator: { ...founder, userId: bob }, at: noon } as const
      const joins = await Promise.all([
        granted(opened, { kind: "createRoom", id, ...created }),
        enter(opened, id, ann),
        enter(opened, id, cleo),
        enter(opened, first, cleo),
      ])
      expect(joins.slice(1)).toMatchObject(Array(3).fill({ isNewMember: true }))
    })

    test("[MEM1] leaving for good ends the membership, and again it changes nothing; joining begins a new one", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await enter(opened, roomId, bob)
      expect(await leave(opened, roomId, bob)).toMatchObject({ isUnchanged: false, heirId: undefined })
      // Which tells nobody whether it exists.
      for (const id of [roomId, newRoomId()])
        expect(await leave(opened, id, bob)).toEqual({ isUnchanged: true, heirId: undefined, accessRev: 0 })
      expect(await members(opened, roomId)).toEqual([["ann", "owner", noon]])
      expect((await enter(opened, roomId, bob)).isNewMember).toBe(true)
    })

    test("[MEM1] whoever is no member, or no longer one, sends nothing, also in the batch that ends it", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await enter(opened, roomId, bob)
      const say = () => granted(opened, { ...sending(roomId, "hi"), userId: bob }).catch(({ code }) => code)
      const outcomes = await Promise.all([say(), leave(opened, roomId, bob), say()])
      expect(outcomes[0]).toMatchObject({ message: { seq: 1 } })
      expect(outcomes[2]).toBe("ERR_NOT_IN_ROOM")
      expect(await refused(opened, { ...sending(roomId, "hi"), userId: dan })).toBe("ERR_NOT_IN_ROOM")
    })

    test("[MEM1] a last owner hands the room to the oldest member, in one batch with whatever goes on there", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      const [, , left] = await Promise.all([
        enter(opened, roomId, bob),
        enter(opened, roomId, cleo),
        leave(opened, roomId, ann),
        enter(opened, roomId, ann),
      ])
      expect(left.heirId).toBe(bob)
      expect(await members(opened, roomId, bob)).toEqual([
        ["bob", "owner", noon],
        ["cleo", "member", noon],
        ["ann", "member", noon],
      ])
      expect((await leave(opened, roomId, cleo)).heirId).toBeUndefined()
      expect((await leave(opened, roomId, bob)).heirId).toBe(ann)
      expect((await leave(opened, roomId, ann)).heirId).toBeUndefined()
      expect((await enter(opened, roomId, dan)).isNewMember).toBe(true)
    })

    test.each([
      ["one by one", false],
      ["in one go", true],
    ])(
      "[MEM1] who came first inherits, however they are called and known, where they came %s",
      async (_, isTogether) => {
        await using opened = await open()
        // Neither the order of their bytes nor that of a dictionary is the one in which they were known first.
        const people = ["anton", "Zoe", "émile"].map(user)
        const lobby = await newRoom(opened)
        for (const one of people) await enter(opened, lobby, one)
        for (const order of ordersOf(people)) {
          for (const moderators of [[], people.slice(1), people]) {
            const roomId = await newRoom(opened)
            if (isTogether) await Promise.all(order.map((one) => enter(opened, roomId, one)))
            else for (const one of order) await enter(opened, roomId, one)
            // The last that came is written first.
            for (const one of order.toReversed().filter((one) => moderators.includes(one))) {
              const raising = { kind: "setRole", roomId, userId: ann, isAdmin: false, targetId: one } as const
              await granted(opened, { ...raising, role: "moderator" })
            }
            const heir = order.find((one) => moderators.includes(one)) ?? order[0]
            expect([order, moderators, (await leave(opened, roomId, ann)).heirId]).toEqual([order, moderators, heir])
          }
        }
      },
    )

    test("[LIM1] whoever is in as many rooms as one may be in makes, enters and opens no other", async () => {
      await using opened = await open()
      const beside = newRoomId()
      const makes = { kind: "createRoom", name: "Garden", visibility: "public", creator: founder, at: noon } as const
      await granted(opened, { ...makes, id: beside, creator: { ...founder, userId: bob, username: "bob" } })
      const own = await Promise.all(Array.from({ length: limits.roomsPerUserMax }, () => newRoom(opened)))
      expect(await refused(opened, { ...makes, id: newRoomId() })).toBe("ERR_FORBIDDEN")
      // Together with what she does where she is a member.
      const sent = own.slice(0, 8).map((roomId) => granted(opened, sending(roomId, "hello")))
      expect(await refused(opened, joining(beside))).toBe("ERR_FORBIDDEN")
      await Promise.all(sent)
      const opens = (userId: UserId, targetId: UserId): Command => {
        const as = { userId, username: userId, targetIds: [targetId] }
        return { kind: "openDirect", ...as, newId: newRoomId(), newRoomWaitMs: 0, at: noon }
      }
      expect(await refused(opened, opens(ann, bob))).toBe("ERR_FORBIDDEN")
      expect(await refused(opened, opens(bob, ann))).toBe("ERR_FORBIDDEN")
      for (const roomId of own.slice(0, 1)) await leave(opened, roomId, ann)
      expect(await granted(opened, opens(bob, ann))).toMatchObject({ isNew: true })
    })

    test("[MEM3] only members are told who the others are, with AUTH=open of public rooms alone", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      const asked = { kind: "listMembers", roomId, userId: ann, isPublicOnly: false } as const
      expect(await refused(opened, { ...asked, userId: bob })).toBe("ERR_NOT_IN_ROOM")
      expect(await refused(opened, { ...asked, roomId: newRoomId() })).toBe("ERR_NOT_IN_ROOM")
      expect(await refused(opened, { ...asked, isPublicOnly: true })).toBe("ERR_NOT_IN_ROOM")
      expect(await granted(opened, asked)).toMatchObject([{ userId: ann, username: "ann", avatar: null }])
    })

    test("[ROOM7] a room can be asked for by whoever knows its id", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      const asked = { kind: "getRoom", roomId, userId: bob, isAdmin: false } as const
      expect(await granted(opened, asked)).toEqual({
        id: roomId,
        name: "General",
        topic: "",
        visibility: "unlisted",
        createdAt: "2026-01-31T12:00:00.000Z",
      })
      expect(await refused(opened, { ...asked, roomId: newRoomId() })).toBe("ERR_ROOM_NOT_FOUND")
    })

    test("[MEM5] a private room does not exist for whoever is no member; an administrator may join it", async () => {
      await using opened = await open()
      const roomId = newRoomId()
      const room = { name: "Secret", visibility: "private", creator: founder } as const
      await granted(opened, { kind: "createRoom", id: roomId, ...room, at: noon })
      const asked = { kind: "getRoom", roomId, userId: bob, isAdmin: false } as const
      expect(await refused(opened, asked)).toBe("ERR_ROOM_NOT_FOUND")
      expect(await refused(opened, { ...joining(roomId), userId: bob })).toBe("ERR_ROOM_NOT_FOUND")
      expect(await granted(opened, { ...asked, userId: ann })).toMatchObject({ name: "Secret", visibility: "private" })
      expect((await enter(opened, roomId, ann)).isNewMember).toBe(false)
      expect((await granted(opened, { ...joining(roomId), userId: bob, isAdmin: true })).isNewMember).toBe(true)
      expect(await granted(opened, asked)).toMatchObject({ name: "Secret" })
    })

    test("[OPEN1] whoever was not seen since a time is no member any more, and may become one again", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      const day = 24 * 3_600_000
      const joined = (userId: UserId, at: number) =>
        granted(opened, { ...joining(roomId), userId, username: userId, isKnown: false, at })
      for (const userId of [bob, cleo]) await joined(userId, noon)
      await joined(cleo, noon + 29 * day)
      const [unseen, expire] = ["findUnseen", "expireMembers"] as const
      expect(await granted(opened, { kind: unseen, before: noon })).toBe(false)
      expect(await granted(opened, { kind: unseen, before: noon + 1 })).toBe(true)
      expect(await granted(opened, { kind: expire, before: noon + 1 })).toBe(false)
      expect(await members(opened, roomId, cleo)).toEqual([["cleo", "member", noon]])
      expect(await refused(opened, { ...sending(roomId, "hi"), userId: bob })).toBe("ERR_NOT_IN_ROOM")
      expect((await joined(bob, noon + 30 * day)).isNewMember).toBe(true)
      expect(await members(opened, roomId, cleo)).toEqual([
        ["cleo", "member", noon],
        ["bob", "member", noon + 30 * day],
      ])
    })

    test("where nobody is known, a member who comes again is seen once a day", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      for (const at of [noon, noon + 23 * 3_600_000, noon + 25 * 3_600_000])
        expect((await granted(opened, { ...joining(roomId), isKnown: false, at })).isNewMember).toBe(false)
    })
  })
}

export function enter(opened: OpenStore, roomId: RoomId, userId: UserId) {
  return granted(opened, { ...joining(roomId), userId, username: userId } satisfies Command)
}

function leave(opened: OpenStore, roomId: RoomId, userId: UserId) {
  return granted(opened, { kind: "leaveForGood", roomId, userId })
}

/** Each order that they can be in. */
function ordersOf<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]]
  return all.flatMap((first) => ordersOf(all.filter((one) => one !== first)).map((rest) => [first, ...rest]))
}

function list(opened: OpenStore, roomId: RoomId, userId: UserId = ann) {
  return granted(opened, { kind: "listMembers", roomId, userId, isPublicOnly: false })
}

/** In the order of becoming a member. */
async function members(opened: OpenStore, roomId: RoomId, userId?: UserId): Promise<unknown[]> {
  const found = await list(opened, roomId, userId)
  return found.toSorted((a, b) => a.pk - b.pk).map(({ userId, role, joinedAt }) => [userId, role, joinedAt])
}

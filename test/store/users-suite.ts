import { describe, expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import type { UserId } from "../../src/contract/values.ts"
import { user } from "../support/ids.ts"
import { enter } from "./members-suite.ts"
import { granted, joining, newRoom, type OpenStore, refused } from "./store-suite.ts"

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const [ann, bob, cleo] = [user("ann"), user("bob"), user("cleo")]

/** What every store promises of users. */
export function usersSuite(name: string, open: () => Promise<OpenStore>) {
  describe(name, () => {
    test("[USER1] users come in the order they became known, in pages, and by what their names contain", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      for (const name of ["Zoé", "Bo", "zoe"]) {
        await granted(opened, { ...joining(roomId), userId: user(`id of ${name}`), username: name })
      }
      const page = async (after: number, limit: number, query?: string) => {
        const { users, next } = await granted(opened, { ...listing(ann), after, limit, query })
        return { names: users.map(({ username }) => username), next }
      }
      const first = await page(0, 3)
      expect(first.names).toEqual(["ann", "Zoé", "Bo"])
      expect(await page(first.next ?? 0, 3)).toEqual({ names: ["zoe"], next: undefined })
      const found = await page(0, 1, "ZOE")
      expect(found.names).toEqual(["Zoé"])
      expect(await page(found.next ?? 0, 1, "ZOE")).toEqual({ names: ["zoe"], next: undefined })
      expect(await page(0, 10, "nobody")).toEqual({ names: [], next: undefined })
    })

    test("[USER1] where users are not listed, only those are shown with whom one shares a room", async () => {
      await using opened = await open()
      const [one, other] = [await newRoom(opened), await newRoom(opened)]
      await enter(opened, one, bob)
      await enter(opened, other, cleo)
      const ids = async (userId: UserId) =>
        (await granted(opened, { ...listing(userId), isShared: true })).users.map((one) => one.userId)
      expect([await ids(ann), await ids(bob), await ids(cleo), await ids(user("nobody"))]).toEqual([
        [ann, bob, cleo],
        [ann, bob],
        [ann, cleo],
        [],
      ])
      const get = (userId: UserId, targetId: UserId, isShared = true) =>
        ({ kind: "getUser", userId, targetId, isShared }) as const
      const bobs = { userId: bob, username: "bob", avatar: null }
      expect(await granted(opened, get(ann, bob))).toEqual(bobs)
      expect(await granted(opened, get(bob, bob))).toEqual(bobs)
      expect(await granted(opened, get(cleo, bob, false))).toEqual(bobs)
      expect(await refused(opened, get(cleo, bob))).toBe("ERR_NOT_FOUND")
      expect(await refused(opened, get(ann, user("nobody"), false))).toBe("ERR_NOT_FOUND")
      const rooms = (userId: UserId) => granted(opened, { kind: "roomIds", userId })
      expect([await rooms(bob), await rooms(user("nobody"))]).toEqual([[one], []])
    })

    test("[USER1] who has just come into a shared room is found at once, also in one go with coming", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await enter(opened, await newRoom(opened), bob)
      const [, found] = await Promise.all([
        enter(opened, roomId, cleo),
        granted(opened, { kind: "getUser", userId: ann, targetId: cleo, isShared: true }),
      ])
      expect(found).toEqual({ userId: cleo, username: "cleo", avatar: null })
    })

    test("[USER2] a profile is changed as far as it is said, and the same again changes nothing", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await enter(opened, roomId, bob)
      const update = (username?: string, avatar?: string | null) =>
        granted(opened, { kind: "updateProfile", userId: bob, username, avatar, at: noon + 1 })
      const picture = "https://a.example/1.png"
      const told = (username: string, avatar: string | null, isUnchanged = false) => ({
        member: { userId: bob, username, avatar },
        isUnchanged,
        roomIds: [roomId],
      })
      expect(await update("Bobby")).toEqual(told("Bobby", null))
      expect(await update(undefined, picture)).toEqual(told("Bobby", picture))
      expect(await update("Bobby", picture)).toEqual(told("Bobby", picture, true))
      expect(await update(undefined, null)).toEqual(told("Bobby", null))
      const nobody = { kind: "updateProfile", userId: cleo, username: "X", avatar: undefined, at: noon } as const
      expect(await refused(opened, nobody)).toBe("ERR_NOT_FOUND")
    })
  })
}

function listing(userId: UserId) {
  const page = { query: undefined, after: 0, limit: limits.usersPageDefault, isShared: false }
  return { kind: "listUsers", userId, ...page } as const
}

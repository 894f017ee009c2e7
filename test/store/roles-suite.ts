import { describe, expect, test } from "bun:test"
import type { Command } from "../../src/chat/rules/rules.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { Role, RoomId, UserId } from "../../src/contract/values.ts"
import { newRoomId, user } from "../support/ids.ts"
import { enter } from "./members-suite.ts"
import { founder, granted, joining, newRoom, type OpenStore, refused, sending, submit } from "./store-suite.ts"

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const [ann, bob, cleo, dan, eve] = [user("ann"), user("bob"), user("cleo"), user("dan"), user("eve")]

/** What every store promises of what members may do to members and to their room. */
export function rolesSuite(name: string, open: () => Promise<OpenStore>) {
  describe(name, () => {
    test("[MEM4] who may remove whom, by what they are", async () => {
      await using opened = await open()
      const ranks: readonly Role[] = ["member", "moderator", "owner"]
      for (const actor of ranks) {
        for (const target of ranks) {
          const roomId = await roomWithRoles(opened, { [bob]: actor, [cleo]: target })
          const allowed = ranks.indexOf(actor) > ranks.indexOf(target)
          expect(await removing(opened, { roomId, userId: bob, targetId: cleo }), `${actor} removes ${target}`).toBe(
            allowed ? "changed" : "ERR_FORBIDDEN",
          )
          expect(await rolesIn(opened, roomId)).toEqual({ ann: "owner", bob: actor, ...(!allowed && { cleo: target }) })
        }
      }
    })

    test("[MEM4] an administrator who is a member has a moderator's rights there", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "member", [cleo]: "member", [dan]: "moderator" })
      const asAdmin = { roomId, userId: bob, isAdmin: true }
      expect(await removing(opened, { ...asAdmin, targetId: dan })).toBe("ERR_FORBIDDEN")
      expect(await removing(opened, { ...asAdmin, targetId: cleo })).toBe("changed")
      expect(await removing(opened, { ...asAdmin, userId: eve, targetId: dan })).toBe("ERR_NOT_IN_ROOM")
    })

    test("[MEM4] whoever is no member is refused as if the room did not exist, and nobody there is found first", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "member" })
      await enter(opened, await newRoom(opened), dan)
      for (const id of [roomId, newRoomId()]) {
        for (const command of everyDeed({ roomId: id, userId: dan, targetId: bob }))
          expect(await refused(opened, command), command.kind).toBe("ERR_NOT_IN_ROOM")
      }
      for (const command of everyDeed({ roomId, userId: bob, targetId: user("nobody") }).slice(0, 4))
        expect(await refused(opened, command), command.kind).toBe("ERR_NOT_FOUND")
    })

    test("[MEM4] what a plain member may not do", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "member", [cleo]: "member" })
      const outcomes: Record<string, string> = {}
      for (const command of everyDeed({ roomId, userId: bob, targetId: cleo }))
        outcomes[command.kind] = await outcome(opened, command)
      expect(outcomes).toEqual({
        addMember: "granted",
        setRole: "ERR_FORBIDDEN",
        removeMember: "ERR_FORBIDDEN",
        unbanMember: "ERR_FORBIDDEN",
        listBanned: "ERR_FORBIDDEN",
        updateRoom: "ERR_FORBIDDEN",
        deleteRoom: "ERR_FORBIDDEN",
      })
    })

    test("[DEL1] a moderator deletes what others wrote, where it is known who people are, and nobody does once removed", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "moderator", [cleo]: "member" })
      const { message } = await granted(opened, { ...sending(roomId, "rude"), userId: cleo })
      const deleting = { kind: "delete", roomId, id: message.id, at: noon } as const
      expect(await submit(opened, { ...deleting, userId: bob })).toMatchObject({
        code: "ERR_FORBIDDEN",
        message: "To delete what others wrote needs AUTH=accounts or token.",
      })
      expect(await refused(opened, { ...deleting, userId: dan, rights: { isKnown: true, isAdmin: false } })).toBe(
        "ERR_NOT_IN_ROOM",
      )
      await enter(opened, roomId, dan)
      expect(await refused(opened, { ...deleting, userId: dan, rights: { isKnown: true, isAdmin: false } })).toBe(
        "ERR_FORBIDDEN",
      )
      await removing(opened, { roomId, userId: ann, targetId: cleo })
      expect(await refused(opened, { ...deleting, userId: cleo, rights: { isKnown: true, isAdmin: false } })).toBe(
        "ERR_NOT_IN_ROOM",
      )
      expect(
        (await granted(opened, { ...deleting, userId: bob, rights: { isKnown: true, isAdmin: false } })).message
          .content,
      ).toBe("")
      const own = (await granted(opened, sending(roomId, "mine"))).message
      expect(
        await outcome(opened, { ...deleting, id: own.id, userId: dan, rights: { isKnown: true, isAdmin: true } }),
      ).toBe("granted")
    })

    test("[MEM4] a ban keeps out until it is lifted, also whoever is added; who was removed only may return", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "member", [cleo]: "member" })
      const asAnn = { roomId, userId: ann, isAdmin: false }
      await granted(opened, { kind: "removeMember", ...asAnn, targetId: cleo, ban: false, at: noon })
      expect((await enter(opened, roomId, cleo)).isNewMember).toBe(true)
      const ban = { kind: "removeMember", ...asAnn, targetId: bob, ban: true, at: noon } as const
      expect((await granted(opened, ban)).isUnchanged).toBe(false)
      expect((await granted(opened, ban)).isUnchanged).toBe(true)
      expect(await refused(opened, { ...joining(roomId), userId: bob })).toBe("ERR_FORBIDDEN")
      expect(await refused(opened, { kind: "getRoom", roomId, userId: bob, isAdmin: false })).toBe("ERR_FORBIDDEN")
      expect(await refused(opened, { kind: "addMember", ...asAnn, targetId: bob, at: noon })).toBe("ERR_FORBIDDEN")
      const banned = () => granted(opened, { kind: "listBanned", ...asAnn, after: 0, limit: 10 })
      expect(await banned()).toMatchObject([{ userId: bob, username: "bob", bannedAt: noon }])
      const unban = { kind: "unbanMember", ...asAnn, targetId: bob } as const
      expect((await granted(opened, unban)).isUnchanged).toBe(false)
      expect((await granted(opened, unban)).isUnchanged).toBe(true)
      expect(await banned()).toEqual([])
      expect((await enter(opened, roomId, bob)).isNewMember).toBe(true)
    })

    test("[ACC5] [MEM4] [MEM5] no invite leads past a ban, nor into a direct room; once it is lifted it does, once", async () => {
      await using opened = await open()
      for (const roomId of [await newRoom(opened), await privateRoom(opened)]) {
        const isPrivate =
          (await granted(opened, { kind: "roomOfMember", roomId, userId: ann })).room?.visibility === "private"
        const asAnn = { roomId, userId: ann, isAdmin: false, targetId: bob, at: noon } as const
        await granted(opened, { kind: "welcome", userId: bob, username: "bob", roomIds: [], at: noon })
        await granted(opened, { kind: "addMember", ...asAnn })
        await granted(opened, { kind: "removeMember", ...asAnn, ban: true })
        const enroll = { kind: "enroll", roomId, userId: bob, at: noon } as const
        expect(await refused(opened, enroll)).toBe(isPrivate ? "ERR_NOT_FOUND" : "ERR_FORBIDDEN")
        const welcome = { kind: "welcome", userId: bob, username: "bob", roomIds: [roomId], at: noon } as const
        expect((await granted(opened, welcome)).roomIds).toEqual([])
        expect(await rolesIn(opened, roomId)).toEqual({ ann: "owner" })
        await granted(opened, { kind: "unbanMember", ...asAnn })
        expect([await granted(opened, enroll), await granted(opened, enroll)]).toEqual([
          { isNew: true },
          { isNew: false },
        ])
        expect(await rolesIn(opened, roomId)).toEqual({ ann: "owner", bob: "member" })
      }
      const place = { roomId: (await direct(opened, ann, [bob])).roomId, userId: dan }
      await granted(opened, { kind: "welcome", userId: dan, username: "dan", roomIds: [place.roomId], at: noon })
      expect(await refused(opened, { kind: "enroll", ...place, at: noon })).toBe("ERR_NOT_FOUND")
      expect(await refused(opened, { kind: "checkInvite", ...place, userId: ann })).toBe("ERR_FORBIDDEN")
      expect(await refused(opened, { kind: "checkInvite", ...place })).toBe("ERR_NOT_IN_ROOM")
    })

    test("[ACC6] [MEM1] a room of whoever was deactivated is handed over once, from its owner to a member of it", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "moderator", [cleo]: "member" })
      await enter(opened, await newRoom(opened), dan)
      const handOver = (userId: UserId, heirId: UserId) => granted(opened, { kind: "handOver", roomId, userId, heirId })
      for (const [userId, heirId] of [
        [cleo, bob],
        [bob, cleo],
        [ann, dan],
        [dan, bob],
      ] as const)
        expect(await handOver(userId, heirId)).toEqual({ isUnchanged: true })
      expect(await rolesIn(opened, roomId)).toEqual({ ann: "owner", bob: "moderator", cleo: "member" })
      expect([await handOver(ann, bob), await handOver(ann, bob)]).toEqual([
        { isUnchanged: false },
        { isUnchanged: true },
      ])
      expect(await rolesIn(opened, roomId)).toEqual({ ann: "member", bob: "owner", cleo: "member" })
    })

    test("[ACC6] an administrator enters by their right where nobody else would be let in, and there alone", async () => {
      await using opened = await open()
      const byAdmin = async (roomId: RoomId) =>
        (await granted(opened, { ...joining(roomId), userId: bob, isAdmin: true })).isByRight
      const [secret, unlisted, banning] = [await privateRoom(opened), await newRoom(opened), await newRoom(opened)]
      expect([await byAdmin(unlisted), await byAdmin(secret), await byAdmin(secret)]).toEqual([false, true, false])
      await byAdmin(banning)
      const asAnn = { roomId: banning, userId: ann, isAdmin: false, targetId: bob, at: noon } as const
      await granted(opened, { kind: "removeMember", ...asAnn, ban: true })
      expect(await byAdmin(banning)).toBe(true)
      expect((await granted(opened, { ...joining(secret), userId: ann })).isByRight).toBe(false)
    })

    test("[MEM4] in one batch, a ban and what follows it are in the order they were asked for", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "member" })
      const asAnn = { roomId, userId: ann, isAdmin: false, targetId: bob, at: noon }
      const outcomes = await Promise.all([
        outcome(opened, { kind: "removeMember", ...asAnn, ban: true }),
        outcome(opened, { ...joining(roomId), userId: bob }),
        outcome(opened, { kind: "unbanMember", ...asAnn }),
        outcome(opened, { ...joining(roomId), userId: bob, username: "bob" }),
        outcome(opened, { kind: "removeMember", ...asAnn, ban: true }),
        outcome(opened, { ...sending(roomId, "hi"), userId: bob }),
        outcome(opened, { kind: "pageBefore", roomId, userId: bob, before: undefined, limit: 1 }),
      ])
      expect(outcomes).toEqual([
        "granted",
        "ERR_FORBIDDEN",
        "granted",
        "granted",
        "granted",
        "ERR_NOT_IN_ROOM",
        "ERR_NOT_IN_ROOM",
      ])
      expect(await rolesIn(opened, roomId)).toEqual({ ann: "owner" })
    })

    test("[MEM1] [MEM4] owners say who does what, and the last of them stays one", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "member" })
      const set = (targetId: UserId, role: Role, userId = ann) =>
        outcome(opened, { kind: "setRole", roomId, userId, isAdmin: false, targetId, role })
      expect(await set(ann, "member")).toBe("ERR_FORBIDDEN")
      expect(await set(bob, "owner")).toBe("granted")
      expect(await set(ann, "moderator", bob)).toBe("granted")
      expect(await set(bob, "member", bob)).toBe("ERR_FORBIDDEN")
      expect(await set(bob, "owner", ann)).toBe("ERR_FORBIDDEN")
      expect(await set(cleo, "owner", bob)).toBe("ERR_NOT_FOUND")
      expect(await rolesIn(opened, roomId)).toEqual({ ann: "moderator", bob: "owner" })
    })

    test("[MEM1] two owners who lower each other at once leave one", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "owner" })
      const lower = (userId: UserId, targetId: UserId) =>
        outcome(opened, { kind: "setRole", roomId, userId, isAdmin: false, targetId, role: "member" })
      expect(await Promise.all([lower(ann, bob), lower(bob, ann)])).toEqual(["granted", "ERR_FORBIDDEN"])
      expect(await rolesIn(opened, roomId)).toEqual({ ann: "owner", bob: "member" })
    })

    test("[ACC5] whoever comes under another name than the chat knows is renamed, and nobody else", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      const come = (username: string) =>
        granted(opened, { kind: "welcome", userId: dan, username, roomIds: [roomId], at: noon })
      expect(await come("dan")).toEqual({ roomIds: [roomId], renamed: undefined })
      expect(await come("dan")).toEqual({ roomIds: [], renamed: undefined })
      expect((await come("Daniel")).renamed).toEqual({ userId: dan, username: "Daniel", avatar: null })
    })

    test("[ROOM4] moderators change name and topic, owners who finds it; what is already so changes nothing", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "moderator" })
      const nothing = { name: undefined, topic: undefined, visibility: undefined }
      const update = (userId: UserId, change: object) =>
        granted(opened, { kind: "updateRoom", roomId, userId, isAdmin: false, ...nothing, ...change })
      const code = (userId: UserId, change: object) => update(userId, change).then(String, ({ code }) => code)
      expect(await update(bob, { name: "Garden", topic: "Roses" })).toMatchObject({
        room: { name: "Garden", topic: "Roses", visibility: "unlisted" },
        isUnchanged: false,
      })
      expect((await update(bob, { name: "Garden" })).isUnchanged).toBe(true)
      expect(await code(bob, { visibility: "public" })).toBe("ERR_FORBIDDEN")
      expect((await update(ann, { visibility: "public" })).room.visibility).toBe("public")
      const listed = await granted(opened, { kind: "listRooms", query: undefined, after: undefined, limit: 10 })
      expect(listed.rooms).toMatchObject([{ id: roomId, name: "Garden", topic: "Roses" }])
      expect((await enter(opened, roomId, cleo)).room).toMatchObject({ name: "Garden", topic: "Roses" })
      const hidden = await privateRoom(opened)
      const opening = { kind: "updateRoom", roomId: hidden, userId: ann, isAdmin: false, ...nothing } as const
      expect(await refused(opened, { ...opening, visibility: "public" })).toBe("ERR_FORBIDDEN")
    })

    test("[ROOM8] how long messages are kept is said by owners, stays while it is left out, and is taken back by 0", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "moderator" })
      const left = { name: undefined, topic: undefined, visibility: undefined }
      const asking = (userId: UserId, change: object) =>
        ({ kind: "updateRoom", roomId, userId, isAdmin: false, ...left, ...change }) as const
      const steps = [
        [{ keepDays: 0 }, true, undefined],
        [{ keepDays: 30 }, false, 30],
        [{ keepDays: 30 }, true, 30],
        [{ topic: "Roses" }, false, 30],
        [{ keepDays: 7 }, false, 7],
        [{ keepDays: 0 }, false, undefined],
      ] as const
      for (const [change, isUnchanged, keepDays] of steps) {
        const updated = await granted(opened, asking(ann, change))
        expect([updated.isUnchanged, updated.room.keepDays], JSON.stringify(change)).toEqual([isUnchanged, keepDays])
      }
      expect(await refused(opened, asking(bob, { keepDays: 1 }))).toBe("ERR_FORBIDDEN")
      expect((await granted(opened, asking(bob, { keepDays: 0, topic: "Tulips" }))).room.topic).toBe("Tulips")
      const { roomId: ours } = await direct(opened, ann, [bob])
      expect(await submit(opened, { ...asking(ann, { name: "Us" }), roomId: ours })).toMatchObject({
        code: "ERR_FORBIDDEN",
        message: "A direct room is called by its people.",
      })
    })

    test("[ROOM4] the same requestId of the same user is the same room, also twice at once", async () => {
      await using opened = await open()
      const create = (requestId: string, creator = founder) =>
        granted(opened, {
          kind: "createRoom",
          id: newRoomId(),
          name: "Once",
          visibility: "private",
          requestId,
          creator,
          at: noon,
        })
      const requestId = crypto.randomUUID()
      const rooms = await Promise.all([create(requestId), create(requestId)])
      expect(rooms[1]).toEqual(rooms[0]!)
      expect(await create(requestId)).toEqual(rooms[0]!)
      expect((await create(crypto.randomUUID())).id).not.toBe(rooms[0]!.id)
      expect((await create(requestId, { ...founder, userId: bob })).id).not.toBe(rooms[0]!.id)
      expect((await opened.store.counts()).rooms).toBe(3)
    })

    test("[MEM5] [ROOM4] the same requestId tells whoever left a private room nothing of it", async () => {
      await using opened = await open()
      for (const visibility of ["private", "public"] as const) {
        const about = { visibility, requestId: crypto.randomUUID(), creator: founder, at: noon }
        const create = () => granted(opened, { kind: "createRoom", id: newRoomId(), name: "Once", ...about })
        const { id: roomId } = await create()
        await granted(opened, { kind: "leaveForGood", roomId, userId: founder.userId })
        const isSame = visibility === "public"
        expect((await create()).id === roomId, visibility).toBe(isSame)
        expect((await create()).id === roomId, visibility).toBe(isSame)
      }
    })

    test("[ROOM5] a deleted room is gone, for its deleter too, and its ids are free for nobody", async () => {
      await using opened = await open()
      const roomId = await roomWithRoles(opened, { [bob]: "member" })
      const { message } = await granted(opened, { ...sending(roomId, "secret"), chosen: true })
      const other = await newRoom(opened)
      const deleting = { kind: "deleteRoom", roomId, userId: ann, at: noon } as const
      expect(await refused(opened, { ...deleting, userId: bob })).toBe("ERR_FORBIDDEN")
      const outcomes = await Promise.all([
        outcome(opened, sending(roomId, "before")),
        outcome(opened, deleting),
        outcome(opened, sending(roomId, "after")),
        outcome(opened, joining(roomId)),
      ])
      expect(outcomes).toEqual(["granted", "granted", "ERR_NOT_IN_ROOM", "ERR_ROOM_NOT_FOUND"])
      expect(await granted(opened, deleting)).toEqual({ isUnchanged: true })
      expect(await refused(opened, { ...deleting, userId: bob })).toBe("ERR_NOT_IN_ROOM")
      expect(await refused(opened, { kind: "getRoom", roomId, userId: ann, isAdmin: true })).toBe("ERR_ROOM_NOT_FOUND")
      expect(await refused(opened, { ...sending(other, "again"), id: message.id, chosen: true })).toBe("ERR_CONFLICT")
      expect((await granted(opened, sending(other, "fresh"))).message.seq).toBe(1)
      expect(await granted(opened, { ...deleting, roomId: await newRoom(opened) })).toEqual({ isUnchanged: false })
      const { roomId: ours } = await direct(opened, ann, [bob])
      expect(await submit(opened, { ...deleting, roomId: ours })).toMatchObject({
        code: "ERR_FORBIDDEN",
        message: "A direct room is not deleted: leave it for good.",
      })
      while (await granted(opened, { kind: "purge", at: noon })) {}
      expect(await refused(opened, { ...sending(other, "again"), id: message.id, chosen: true })).toBe("ERR_CONFLICT")
    })

    test("[ROOM6] there is one direct room of the same people, whoever asks, and however many at once", async () => {
      await using opened = await open()
      for (const userId of [bob, cleo, dan]) await enter(opened, await newRoom(opened), userId)
      const [one, two] = await Promise.all([direct(opened, bob, [cleo]), direct(opened, cleo, [bob])])
      expect([one, two]).toMatchObject([
        { isNew: true, isShown: false },
        { isNew: false, isShown: false },
      ])
      expect(two.roomId).toEqual(one.roomId)
      const own = { kind: "ownRoom", roomId: one.roomId, userId: bob, marks: new Map() } as const
      expect(await granted(opened, own)).toMatchObject({
        room: { name: "Direct", visibility: "direct" },
        role: "member",
        peers: [{ userId: cleo, username: "cleo" }],
      })
      expect((await granted(opened, { ...own, userId: cleo })).peers).toMatchObject([{ userId: bob }])
      expect((await direct(opened, bob, [cleo, dan])).roomId).not.toBe(one.roomId)
      expect((await direct(opened, dan, [bob, cleo])).isNew).toBe(false)
      const unknown = { ...openingDirect(bob, [user("nobody")]) }
      expect(await refused(opened, unknown)).toBe("ERR_NOT_FOUND")
      expect(await refused(opened, { ...openingDirect(bob, [ann]), newRoomWaitMs: 1 })).toBe("ERR_RATE_LIMITED")
      expect((await granted(opened, { ...openingDirect(bob, [cleo]), newRoomWaitMs: 1 })).isNew).toBe(false)
    })

    test("[ROOM6] [MEM5] a direct room is its people's alone, an administrator's neither, and they never change", async () => {
      await using opened = await open()
      for (const userId of [bob, cleo, dan]) await enter(opened, await newRoom(opened), userId)
      const roomId = (await direct(opened, bob, [cleo])).roomId
      expect(await refused(opened, { ...joining(roomId), userId: dan, isAdmin: true })).toBe("ERR_ROOM_NOT_FOUND")
      for (const command of everyDeed({ roomId, userId: bob, targetId: cleo }))
        expect(await refused(opened, command), command.kind).toBe("ERR_FORBIDDEN")
      await granted(opened, { kind: "leaveForGood", roomId, userId: bob })
      expect(await direct(opened, cleo, [bob])).toMatchObject({ isNew: false, isShown: false })
      expect(await direct(opened, bob, [cleo])).toMatchObject({ roomId, isShown: true })
    })

    test("[ROOM6] a direct room that somebody was not seen in for long is opened again with all its people, and none beside it", async () => {
      await using opened = await open()
      for (const userId of [bob, cleo, dan]) await enter(opened, await newRoom(opened), userId)
      const { roomId } = await direct(opened, bob, [cleo, dan])
      await granted(opened, { kind: "expireMembers", before: noon + 1 })
      const [one, other] = await Promise.all([
        direct(opened, bob, [cleo, dan]),
        granted(opened, { ...openingDirect(dan, [cleo, bob]), newRoomWaitMs: 1 }),
      ])
      expect([one, other]).toEqual([
        { roomId, isNew: false, isShown: true },
        { roomId, isNew: false, isShown: false },
      ])
      const members = await granted(opened, { kind: "listMembers", roomId, userId: dan, isPublicOnly: false })
      expect(members.map(({ userId }) => userId).sort()).toEqual([bob, cleo, dan])
    })

    test("[ROOM6] a direct room that was put away is nobody's but its next message's to bring back, to all who did so", async () => {
      await using opened = await open()
      for (const userId of [bob, cleo, dan]) await enter(opened, await newRoom(opened), userId)
      const { roomId } = await direct(opened, bob, [cleo, dan])
      const away = (userId: UserId) => granted(opened, { kind: "leaveForGood", roomId, userId } as const)
      const say = async (content: string) => granted(opened, { ...sending(roomId, content), userId: cleo })
      const isShown = async (userId: UserId) =>
        (await outcome(opened, { kind: "ownRoom", roomId, userId, marks: new Map() })) === "granted"
      const { message, shownTo } = await say("before")
      expect([message.seq, shownTo]).toEqual([1, []])
      await Promise.all([away(bob), away(cleo), away(bob)])
      const change = { roomId, userId: cleo, id: message.id, at: noon } as const
      await granted(opened, { kind: "edit", ...change, content: "edited" })
      await granted(opened, { kind: "react", ...change, userId: dan, emoji: "👍", isOn: true })
      expect([await isShown(bob), await isShown(cleo), await isShown(dan)]).toEqual([false, false, true])
      expect((await granted(opened, { ...joining(roomId), userId: bob })).page.messages).toHaveLength(1)
      const [back, next] = await Promise.all([say("back"), say("and more")])
      expect([[...back.shownTo].sort(), next.shownTo]).toEqual([[bob, cleo], []])
      expect([await isShown(bob), await isShown(cleo)]).toEqual([true, true])
      const [, during] = await Promise.all([away(bob), say("at once")])
      expect([during.shownTo, await isShown(bob)]).toEqual([[bob], true])
      expect((await say("at last")).shownTo).toEqual([])
    })
  })
}

async function privateRoom(opened: OpenStore): Promise<RoomId> {
  const id = newRoomId()
  const room = { name: "Secret", visibility: "private", creator: founder } as const
  await granted(opened, { kind: "createRoom", id, ...room, at: noon })
  return id
}

async function roomWithRoles(opened: OpenStore, roles: Readonly<Record<string, Role>>): Promise<RoomId> {
  const roomId = await newRoom(opened)
  for (const [id, role] of Object.entries(roles)) {
    await enter(opened, roomId, user(id))
    await granted(opened, { kind: "setRole", roomId, userId: ann, isAdmin: false, targetId: user(id), role })
  }
  return roomId
}

async function rolesIn(opened: OpenStore, roomId: RoomId): Promise<Record<string, string>> {
  const listing = { kind: "listMembers", roomId, userId: ann, isPublicOnly: false } as const
  const members = await granted(opened, listing)
  return Object.fromEntries(members.map(({ userId, role }) => [userId, role]))
}

async function removing(
  opened: OpenStore,
  deed: { readonly roomId: RoomId; readonly userId: UserId; readonly targetId: UserId; readonly isAdmin?: boolean },
): Promise<string> {
  const command = { kind: "removeMember", isAdmin: false, ...deed, ban: false, at: noon } as const
  return granted(opened, command).then(
    ({ isUnchanged }) => (isUnchanged ? "unchanged" : "changed"),
    ({ code }) => code,
  )
}

async function outcome(opened: OpenStore, command: Command): Promise<string> {
  return granted(opened, command).then(
    () => "granted",
    (error) => (error instanceof ChatError ? error.code : String(error)),
  )
}

/** Those that name a target first. */
function everyDeed(who: { readonly roomId: RoomId; readonly userId: UserId; readonly targetId: UserId }) {
  const { targetId, ...rest } = who
  const acting = { ...rest, isAdmin: false }
  return [
    { kind: "addMember", ...acting, targetId, at: noon },
    { kind: "setRole", ...acting, targetId, role: "owner" },
    { kind: "removeMember", ...acting, targetId, ban: true, at: noon },
    { kind: "unbanMember", ...acting, targetId },
    { kind: "listBanned", ...acting, after: 0, limit: 10 },
    { kind: "updateRoom", ...acting, name: "Other", topic: undefined, visibility: undefined },
    { kind: "deleteRoom", roomId: who.roomId, userId: who.userId, at: noon },
  ] as const satisfies readonly Command[]
}

function openingDirect(userId: UserId, targetIds: readonly UserId[]) {
  const wanted = { userId, username: userId, targetIds, newId: newRoomId(), newRoomWaitMs: 0, at: noon }
  return { kind: "openDirect", ...wanted } as const
}

function direct(opened: OpenStore, userId: UserId, targetIds: readonly UserId[]) {
  return granted(opened, openingDirect(userId, targetIds))
}

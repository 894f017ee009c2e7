import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import type { ListMyRooms } from "../../src/chat/rules/my-rooms.ts"
import { limits } from "../../src/contract/limits.ts"
import type { RoomId, UserId } from "../../src/contract/values.ts"
import { newRoomId, user } from "../support/ids.ts"
import { enter } from "./members-suite.ts"
import { founder, granted, newRoom, type OpenStore, refused, sending } from "./store-suite.ts"
import { readers, readings, UnreadModel, writer } from "./unread-model.ts"

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const noonText = "2026-01-31T12:00:00.000Z"
const [ann, bob, cleo] = [user("ann"), user("bob"), user("cleo")]

/** WARREN_SEQUENCES asks for more. */
const sequences = Number(process.env["WARREN_SEQUENCES"] ?? 100)

/** What every store promises of one's own rooms. */
export function myRoomsSuite(name: string, open: () => Promise<OpenStore>, { numRuns = sequences } = {}) {
  describe(name, () => {
    test("[MEM2] one's own rooms come in the order of becoming a member, each as one finds it", async () => {
      await using opened = await open()
      const [first, second, third] = [await newRoom(opened), await newRoom(opened), await newRoom(opened)]
      for (const roomId of [second, first]) await enter(opened, roomId, bob)
      await enter(opened, third, cleo)
      await granted(opened, sending(first, " Hello\n\nBob "))

      const { me, rooms, isNewUser } = await list(opened, bob)
      expect([me, isNewUser]).toEqual([{ userId: bob, username: "bob", avatar: null }, false])
      const room = { name: "General", topic: "", visibility: "unlisted", createdAt: noonText }
      const nothing = { rev: 0, readSeq: 0, unread: 0, mentions: 0, lastMessage: null, lastMessageAt: null }
      const lastMessage = { userId: ann, username: "ann", excerpt: "Hello Bob" }
      const said = { rev: 1, readSeq: 0, unread: 1, mentions: 0, lastMessage, lastMessageAt: noonText }
      const own = { role: "member", notify: null, peers: undefined } as const
      expect(rooms.map(({ pk, ...rest }) => rest)).toMatchObject([
        { room: { id: second, ...room }, ...own, standing: nothing },
        { room: { id: first, ...room }, ...own, standing: said },
      ])
      const [one] = (await list(opened, bob, { limit: 1 })).rooms
      expect((await list(opened, bob, { after: one?.pk ?? 0 })).rooms.map(({ room: { id } }) => id)).toEqual([first])
      expect((await list(opened, ann)).rooms.map(({ role }) => role)).toEqual(["owner", "owner", "owner"])
    })

    test("[MEM2] whoever asks for the first time is known from then on, as far as there may be new users", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      expect(await refused(opened, { ...listing(cleo), newUserWaitMs: 1 })).toBe("ERR_RATE_LIMITED")
      const first = await granted(opened, { ...listing(cleo), username: "Cleo" })
      expect(first).toEqual({ me: { userId: cleo, username: "Cleo", avatar: null }, isNewUser: true, rooms: [] })
      expect(await list(opened, cleo, { newUserWaitMs: 1 })).toMatchObject({
        isNewUser: false,
        me: { username: "Cleo" },
      })
      await enter(opened, roomId, cleo)
      expect((await list(opened, cleo)).rooms).toHaveLength(1)
    })

    test("[OPEN1] where nobody is known, only public rooms are shown, and those that the socket is in", async () => {
      await using opened = await open()
      const [unlisted, shown, open1] = [await newRoom(opened), await newRoom(opened), newRoomId()]
      const room = { name: "Open", visibility: "public", creator: founder } as const
      await granted(opened, { kind: "createRoom", id: open1, ...room, at: noon })
      const ids = async (onlyOf: RoomId[] | undefined) =>
        (await list(opened, ann, { onlyOf })).rooms.map(({ room: { id } }) => id)
      expect(await ids(undefined)).toEqual([unlisted, shown, open1])
      expect(await ids([shown])).toEqual([shown, open1])
      expect(await ids([])).toEqual([open1])
    })

    test("[READ1] what is read goes forward only, and no further than the room", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, 5)
      const marks: [number, number, number, boolean][] = []
      for (const [seq, marked] of [
        [2, 0],
        [1, 2],
        [99, 2],
        [99, 5],
      ] as const) {
        const { standing, isUnchanged } = await mark(opened, roomId, bob, seq, marked)
        marks.push([standing.readSeq, standing.unread, standing.rev, isUnchanged])
      }
      expect(marks).toEqual([
        [2, 3, 5, false],
        [2, 3, 5, true],
        [5, 0, 5, false],
        [5, 0, 5, true],
      ])
      expect(await refused(opened, { kind: "markRead", roomId, userId: cleo, seq: 1, marked: 0 })).toBe(
        "ERR_NOT_IN_ROOM",
      )
      const nowhere = newRoomId()
      expect(await refused(opened, { kind: "markRead", roomId: nowhere, userId: bob, seq: 1, marked: 0 })).toBe(
        "ERR_NOT_IN_ROOM",
      )
    })

    test("[READ1] marks are kept together, never back, and those of who is no member are left out", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, 5)
      const keep = (seq: number, userId = bob) => ({ roomId, userId, seq })
      const unread = async (marks: [RoomId, number][] = []) =>
        (await list(opened, bob, { marks: new Map(marks) })).rooms[0]?.standing.unread
      expect([await unread(), await unread([[roomId, 2]]), await unread([[newRoomId(), 2]])]).toEqual([5, 3, 5])
      await granted(opened, { kind: "keepMarks", marks: [keep(3), keep(9, cleo), { ...keep(1), roomId: newRoomId() }] })
      expect([await unread(), await unread([[roomId, 2]]), await unread([[roomId, 4]])]).toEqual([2, 2, 1])
      await granted(opened, { kind: "keepMarks", marks: [keep(1)] })
      expect(await unread()).toBe(2)
    })

    test("[READ1] a new member begins at the end", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, 3)
      await enter(opened, roomId, cleo)
      await granted(opened, sending(roomId, "welcome"))
      expect((await list(opened, cleo)).rooms[0]?.standing).toMatchObject({ readSeq: 3, unread: 1, rev: 4 })
    })

    test("[READ1] [MEM1] whoever left for good and comes back begins at the end too", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, 2)
      await granted(opened, { kind: "keepMarks", marks: [{ roomId, userId: bob, seq: 1 }] })
      await granted(opened, { kind: "leaveForGood", roomId, userId: bob })
      await granted(opened, { ...sending(roomId, "while away"), mentionsRoom: true })
      await enter(opened, roomId, bob)
      expect((await list(opened, bob)).rooms[0]?.standing).toMatchObject({ readSeq: 3, unread: 0, mentions: 0 })
      await granted(opened, sending(roomId, "welcome back"))
      expect((await list(opened, bob)).rooms[0]?.standing).toMatchObject({ readSeq: 3, unread: 1 })
    })

    test("[READ1] sending marks what came before as read, also among what comes at once, and never back", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, 2)
      const standing = async (userId: UserId) => (await list(opened, userId)).rooms[0]?.standing
      expect(await standing(bob)).toMatchObject({ readSeq: 0, unread: 2 })
      const bobs = (content: string) => granted(opened, { ...sending(roomId, content), userId: bob })
      const [, , , during] = await Promise.all([
        bobs("mine"),
        granted(opened, sending(roomId, "hers")),
        bobs("mine again"),
        list(opened, bob),
        granted(opened, sending(roomId, "hers again")),
      ])
      // As of its place, or of a moment later: it says of which.
      const { rev = 0, ...counted } = during.rooms[0]?.standing ?? {}
      expect(counted).toMatchObject({ readSeq: 5, unread: rev - 5 })
      expect(await standing(bob)).toMatchObject({ readSeq: 5, unread: 1, rev: 6 })
      expect(await standing(ann)).toMatchObject({ readSeq: 6, unread: 0 })
      await granted(opened, { kind: "keepMarks", marks: [{ roomId, userId: bob, seq: 3 }] })
      expect(await standing(bob)).toMatchObject({ readSeq: 5, unread: 1 })
    })

    test("[READ2] deleted messages are not unread, and the last message is one that is there", async () => {
      await using opened = await open()
      const { roomId, ids } = await talk(opened, 3)
      await enter(opened, roomId, cleo)
      await granted(opened, { ...sending(roomId, "mine"), userId: cleo })
      const standing = async () => (await list(opened, bob)).rooms[0]?.standing
      expect(await standing()).toMatchObject({ unread: 4, rev: 4, lastMessage: { userId: cleo, excerpt: "mine" } })
      const remove = (id: (typeof ids)[number]) =>
        granted(opened, { kind: "delete", roomId, userId: ann, id, at: noon })
      await remove(ids[1]!)
      expect(await standing()).toMatchObject({ unread: 3, rev: 5 })
      expect((await mark(opened, roomId, bob, 1)).standing).toMatchObject({ unread: 2 })
      await Promise.all([remove(ids[0]!), remove(ids[2]!)])
      expect(await standing()).toMatchObject({ unread: 1, rev: 7, lastMessage: { excerpt: "mine" } })
    })

    test("[READ2] where all messages are deleted, none is the last, but when it came is known", async () => {
      await using opened = await open()
      const { roomId, ids } = await talk(opened, 1)
      await granted(opened, { kind: "delete", roomId, userId: ann, id: ids[0]!, at: noon })
      const standing = { rev: 2, unread: 0, lastMessage: null, lastMessageAt: noonText }
      expect((await list(opened, bob)).rooms[0]?.standing).toMatchObject(standing)
    })

    test("[READ2] mentions are unread messages that name the user, the whole room, or answer him; each counts once", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, 1)
      const bobs = { ...sending(roomId, "mine"), userId: bob }
      await granted(opened, bobs)
      const say = async (more: object) => (await granted(opened, { ...sending(roomId, "x"), ...more })).message
      const counts = async (userId = bob, seq = 2) => {
        const { unread, mentions } = (await mark(opened, roomId, userId, seq)).standing
        return [unread, mentions]
      }
      expect(await counts()).toEqual([0, 0])
      const named = await say({ mentions: [bob, ann], mentionsRoom: true, replyTo: bobs.id })
      await say({ mentions: [ann] })
      const whole = await say({ mentionsRoom: true })
      const answered = await say({ replyTo: bobs.id })
      expect(await counts()).toEqual([4, 3])
      expect(await counts(bob, named.seq)).toEqual([3, 2])
      const change = { roomId, userId: ann, at: noon } as const
      await granted(opened, { kind: "edit", ...change, id: whole.id, content: "x", mentionsRoom: false })
      expect(await counts()).toEqual([4, 2])
      await granted(opened, { kind: "delete", ...change, id: answered.id })
      expect(await counts()).toEqual([3, 1])
      await granted(opened, { ...sending(roomId, "y"), userId: bob, mentionsRoom: true, mentions: [bob] })
      expect([await counts(), await counts(ann)]).toEqual([
        [0, 0],
        [1, 1],
      ])
    })

    test(
      "[READ1] [READ2] whatever is said, changed and read on two devices, it is counted as a naive count has it",
      async () => {
        await using opened = await open()
        await fc.assert(
          fc.asyncProperty(readings, async (rounds) => {
            const roomId = await newRoom(opened)
            await Promise.all(readers.map((reader) => enter(opened, roomId, reader)))
            const model = new UnreadModel(roomId)
            for (const steps of rounds) {
              const commands = steps.flatMap((step) => model.take(step) ?? [])
              await Promise.all(commands.map((command) => granted(opened, command)))
              for (const reader of readers) {
                const { rooms } = await list(opened, reader, { marks: model.marksOf(reader) })
                const found = rooms.find(({ room: { id } }) => id === roomId)
                expect(found?.standing).toMatchObject(model.standing(reader))
              }
            }
            const leaving = [...readers, writer].map((userId) => ({ kind: "leaveForGood", roomId, userId }) as const)
            await Promise.all(leaving.map((command) => granted(opened, command)))
          }),
          { numRuns },
        )
      },
      timeoutOf(numRuns),
    )

    test("[MEM5] how a room stands is told of its members alone, and of them as far as they have read", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, 3)
      await granted(opened, { kind: "keepMarks", marks: [{ roomId, userId: bob, seq: 1 }] })
      const readers = [cleo, bob, user("nobody"), ann].map((userId) => ({ userId, readSeq: 0 }))
      const found = await granted(opened, { kind: "standings", roomId, readers })
      expect(found.map((standing) => standing && [standing.readSeq, standing.unread])).toEqual([
        undefined,
        [1, 2],
        undefined,
        [3, 0],
      ])
    })

    test("[READ2] it is counted no further than 100", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, limits.unreadMax + 5)
      const unread = async (seq: number) => (await mark(opened, roomId, bob, seq)).standing.unread
      expect([await unread(0), await unread(4), await unread(5), await unread(6)]).toEqual([100, 100, 100, 99])
    })

    test("[READ2] nor is what is for one, however many name them, answer them and mention everybody", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, 0)
      const bobs = { ...sending(roomId, "mine"), userId: bob }
      await granted(opened, bobs)
      const kinds = [{ mentions: [bob] }, { mentionsRoom: true }, { replyTo: bobs.id }, { mentions: [bob, ann] }]
      const more = Array.from({ length: limits.unreadMax + 4 }, (_, i) => kinds[i % kinds.length])
      await Promise.all(more.map((one) => granted(opened, { ...sending(roomId, "you"), ...one })))
      const mentions = async (seq: number) => (await mark(opened, roomId, bob, seq)).standing.mentions
      expect([await mentions(0), await mentions(5), await mentions(6), await mentions(104)]).toEqual([100, 100, 99, 1])
    })

    test("[NOTIFY1] what may disturb is each member's own, and the same again changes nothing", async () => {
      await using opened = await open()
      const { roomId } = await talk(opened, 1)
      const set = (level: "all" | "mentions" | "none", userId = bob) =>
        granted(opened, { kind: "setNotifications", roomId, userId, level })
      const level = async (userId: UserId) => (await list(opened, userId)).rooms[0]?.notify
      expect(await set("mentions")).toEqual({ role: "member", isUnchanged: true })
      expect(await set("none")).toEqual({ role: "member", isUnchanged: false })
      expect(await set("none")).toEqual({ role: "member", isUnchanged: true })
      expect([await level(bob), await level(ann)]).toEqual(["none", null])
      await granted(opened, { kind: "keepMarks", marks: [{ roomId, userId: bob, seq: 1 }] })
      expect((await list(opened, bob)).rooms[0]).toMatchObject({ notify: "none", standing: { readSeq: 1 } })
      // What is unread is counted all the same.
      await granted(opened, { ...sending(roomId, "you?"), mentions: [bob] })
      await granted(opened, { ...sending(roomId, "all?"), mentionsRoom: true })
      for (const notify of ["none", "mentions", "all"] as const) {
        await set(notify)
        expect((await list(opened, bob)).rooms[0]).toMatchObject({ notify, standing: { unread: 2, mentions: 2 } })
      }
      expect(await refused(opened, { kind: "setNotifications", roomId, userId: cleo, level: "all" })).toBe(
        "ERR_NOT_IN_ROOM",
      )
    })

    test("[READ2] the others of a direct room come in the order they came into it", async () => {
      await using opened = await open()
      for (const userId of [bob, cleo]) await enter(opened, await newRoom(opened), userId)
      const who = { userId: cleo, username: "cleo", targetIds: [bob, ann] }
      await granted(opened, { kind: "openDirect", ...who, newId: newRoomId(), newRoomWaitMs: 0, at: noon })
      const peers = (await list(opened, ann)).rooms.flatMap((one) => one.peers ?? [])
      expect(peers.map(({ userId }) => userId)).toEqual([cleo, bob])
    })

    test("[READ2] one's own room is the one that is asked for, also in one go with becoming its member, or none", async () => {
      await using opened = await open()
      await newRoom(opened)
      const at = noon
      const id = newRoomId()
      const [, own] = await Promise.all([
        granted(opened, { kind: "createRoom", id, name: "New", visibility: "public", creator: founder, at }),
        granted(opened, { kind: "ownRoom", roomId: id, userId: ann, marks: new Map() }),
      ])
      expect(own.room).toMatchObject({ id, name: "New" })
      await enter(opened, id, bob)
      const newId = newRoomId()
      const direct = { kind: "openDirect", username: "ann", newRoomWaitMs: 0, at } as const
      await granted(opened, { ...direct, userId: ann, targetIds: [bob], newId })
      await newRoom(opened)
      await granted(opened, { kind: "leaveForGood", roomId: newId, userId: ann })
      const putAway = { kind: "ownRoom", roomId: newId, userId: ann, marks: new Map() } as const
      expect(await refused(opened, putAway)).toBe("ERR_NOT_IN_ROOM")
    })
  })
}

/** On a machine that does much else; each waits for the disk some fifteen times. */
function timeoutOf(numRuns: number): number {
  return 60_000 + numRuns * 300
}

/** A room of Ann's and Bob's, in which she has said so much. */
async function talk(opened: OpenStore, messages: number) {
  const roomId = await newRoom(opened)
  await enter(opened, roomId, bob)
  const commands = Array.from({ length: messages }, (_, index) => sending(roomId, `no. ${index + 1}`))
  await Promise.all(commands.map((command) => granted(opened, command)))
  return { roomId, ids: commands.map(({ id }) => id) }
}

function listing(userId: UserId): ListMyRooms {
  const asked = { marks: new Map(), after: 0, limit: 100, onlyOf: undefined, newUserWaitMs: 0, at: noon }
  return { kind: "myRooms", userId, username: userId, avatar: null, ...asked }
}

function list(opened: OpenStore, userId: UserId, change: Partial<ListMyRooms> = {}) {
  return granted(opened, { ...listing(userId), ...change })
}

function mark(opened: OpenStore, roomId: RoomId, userId: UserId, seq: number, marked = 0) {
  return granted(opened, { kind: "markRead", roomId, userId, seq, marked })
}

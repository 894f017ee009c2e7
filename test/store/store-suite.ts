import { describe, expect, test } from "bun:test"
import type { Page } from "../../src/chat/rules/found.ts"
import type { Command, Outcomes } from "../../src/chat/rules/rules.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"

export interface OpenStore extends AsyncDisposable {
  readonly store: ChatStore
}

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const [ann, bob] = [user("ann"), user("bob")]
/** As whom rooms are created here. */
export const founder = { userId: ann, username: "ann", isKnown: true }

/** What every store promises the domain. */
export function storeSuite(name: string, open: () => Promise<OpenStore>) {
  describe(name, () => {
    test("[ROOM1] a room is kept as it was created", async () => {
      await using opened = await open()
      const id = newRoomId()

      const room = await granted(opened, {
        kind: "createRoom",
        id,
        name: "General",
        visibility: "unlisted",
        creator: founder,
        at: noon,
      })
      expect(room).toEqual({
        id,
        name: "General",
        topic: "",
        visibility: "unlisted",
        createdAt: "2026-01-31T12:00:00.000Z",
      })
      expect((await join(opened, id)).room).toEqual(room)
    })

    test("[ROOM1] [SEQ1] a room that is created, joined and written to in one go has its first message", async () => {
      await using opened = await open()
      const id = newRoomId()
      const create = { kind: "createRoom", id, name: "General", visibility: "unlisted", creator: founder } as const
      const [, joined, sent] = await Promise.all([
        granted(opened, { ...create, at: noon }),
        granted(opened, joining(id)),
        granted(opened, sending(id, "first")),
      ])
      expect([joined.isNewMember, joined.page.rev, joined.page.messages]).toEqual([false, 0, []])
      expect(sent.message).toMatchObject({ seq: 1, rev: 1, createdAt: "2026-01-31T12:00:00.000Z" })
      expect((await join(opened, id)).page.messages).toEqual([sent.message])
    })

    test("[JOIN2] joining a room that does not exist is refused and creates none", async () => {
      await using opened = await open()
      expect(await refused(opened, joining(newRoomId()))).toBe("ERR_ROOM_NOT_FOUND")
      expect(await opened.store.counts()).toEqual({ rooms: 0, messages: 0 })
    })

    test("[LIM1] while no new user may come, one who is known joins, and one who is not changes nothing", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      const known = { ...joining(roomId), userId: bob, newUserWaitMs: 1 }
      expect((await granted(opened, { ...known, newUserWaitMs: 0 })).isNewUser).toBe(true)
      expect((await granted(opened, known)).isNewUser).toBe(false)
      const stranger = { ...known, userId: user("stranger") }
      expect(await refused(opened, stranger)).toBe("ERR_RATE_LIMITED")
      expect((await granted(opened, { ...stranger, newUserWaitMs: 0 })).isNewUser).toBe(true)
    })

    test("[JOIN1] an avatar left out stays, null clears it, and the username given wins", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      const profileAfter = async (change: Partial<Command & { kind: "join" }>) =>
        (await granted(opened, { ...joining(roomId), ...change })).profile

      expect(await profileAfter({ avatar: "https://a.example/1.png" })).toEqual({
        username: "Ann",
        avatar: "https://a.example/1.png",
      })
      expect(await profileAfter({ username: "Annie" })).toEqual({
        username: "Annie",
        avatar: "https://a.example/1.png",
      })
      expect(await profileAfter({ avatar: null })).toEqual({ username: "Ann", avatar: null })
    })

    test("[MSG1] a message is what was sent, with its number, its author's profile and the server's time", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await join(opened, roomId)
      const command = { ...sending(roomId, "Hi\n<b>there</b> 👋"), type: "image" as const }

      const { message, duplicate } = await granted(opened, command)
      expect(duplicate).toBe(false)
      expect(message).toEqual({
        id: command.id,
        roomId,
        seq: 1,
        rev: 1,
        type: "image",
        content: "Hi\n<b>there</b> 👋",
        userId: ann,
        user: { username: "Ann", avatar: null },
        createdAt: "2026-01-31T12:00:00.000Z",
      })
      expect((await join(opened, roomId)).page.messages).toEqual([message])
    })

    test("[MSG1] a rename shows in messages that were sent before, and takes no number", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await join(opened, roomId)
      await granted(opened, sending(roomId, "hi"))

      const { page } = await granted(opened, { ...joining(roomId), username: "Annie" })
      expect(page.messages.map(({ user }) => user.username)).toEqual(["Annie"])
      expect(page.rev).toBe(1)
    })

    test("[MSG1] times stand still while the clock is behind by a minute, and follow it back where it is more", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await join(opened, roomId)
      const times: string[] = []
      for (const at of [noon, noon + 5, noon + 4, noon - 59_995, noon + 6, noon - 59_995, noon - 59_994]) {
        times.push((await granted(opened, { ...sending(roomId, "tick"), at })).message.createdAt)
      }

      expect(times.map((time) => Date.parse(time) - noon)).toEqual([0, 5, 5, 5, 6, -59_995, -59_994])
    })

    test("[SEQ1] each room counts for itself, from 1 and without gaps, in the order of the queue", async () => {
      await using opened = await open()
      const [one, two] = [await newRoom(opened), await newRoom(opened)]
      await join(opened, one)
      const order = [one, two, one, one, two]

      const sent = await Promise.all(order.map((roomId) => granted(opened, sending(roomId, "x"))))
      expect(sent.map(({ message }) => message.seq)).toEqual([1, 1, 2, 3, 2])
      expect(await opened.store.counts()).toEqual({ rooms: 2, messages: 5 })
    })

    test("[SEND3] an id chosen twice by one user in one room is one message", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await join(opened, roomId)
      const command = { ...sending(roomId, "once"), chosen: true }

      const [first, second] = await Promise.all([granted(opened, command), granted(opened, command)])
      const third = await granted(opened, { ...command, content: "changed", at: noon + 1 })
      expect([first, second, third].map(({ duplicate }) => duplicate)).toEqual([false, true, true])
      expect(second?.message).toEqual(first.message)
      expect(third.message).toEqual(first.message)
      expect((await granted(opened, sending(roomId, "next"))).message.seq).toBe(2)
    })

    test("[SEND3] an id that belongs to somebody else or somewhere else is a conflict, and harms no neighbour", async () => {
      await using opened = await open()
      const [here, there] = [await newRoom(opened), await newRoom(opened)]
      await join(opened, here)
      await granted(opened, { ...joining(here), userId: bob, username: "Bob" })
      const { id } = (await granted(opened, { ...sending(here, "mine"), chosen: true })).message

      const outcomes = await Promise.all([
        submit(opened, { ...sending(here, "taken"), id, chosen: true, userId: bob }),
        submit(opened, { ...sending(there, "taken"), id, chosen: true }),
        submit(opened, sending(here, "free")),
      ])
      expect(outcomes.map((outcome) => (outcome instanceof ChatError ? outcome.code : outcome.message.seq))).toEqual([
        "ERR_CONFLICT",
        "ERR_CONFLICT",
        2,
      ])
    })

    test("[JOIN6] a snapshot holds what was queued before it, and nothing that was queued after it", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await join(opened, roomId)

      const [, snapshot, after] = await Promise.all([
        granted(opened, sending(roomId, "before")),
        join(opened, roomId),
        granted(opened, sending(roomId, "after")),
      ])
      expect(contents(snapshot.page)).toEqual(["before"])
      expect(snapshot.page.rev).toBe(1)
      expect(after.message.rev).toBe(snapshot.page.rev + 1)
    })

    test("[HIST1] [HIST4] pages before a seq are oldest first, and say whether there is more", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 7)
      const page = (before: number | undefined, limit: number) =>
        granted(opened, { kind: "pageBefore", roomId, before, limit })

      expect(summary(await page(undefined, 3))).toEqual({ seqs: [5, 6, 7], rev: 7, hasMore: true, reset: false })
      expect(summary(await page(5, 3))).toEqual({ seqs: [2, 3, 4], rev: 7, hasMore: true, reset: false })
      expect(summary(await page(2, 3))).toEqual({ seqs: [1], rev: 7, hasMore: false, reset: false })
      expect(summary(await page(1, 3))).toEqual({ seqs: [], rev: 7, hasMore: false, reset: false })
      expect(summary(await page(undefined, 7))).toEqual({
        seqs: [1, 2, 3, 4, 5, 6, 7],
        rev: 7,
        hasMore: false,
        reset: false,
      })
    })

    test("[HIST2] [HIST3] pages since a rev go on from it, and say whether there is more", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 5)
      const page = (since: number, limit: number) =>
        granted(opened, { kind: "pageSince", roomId, epoch: undefined, since, limit })

      expect(summary(await page(0, 2))).toEqual({ seqs: [1, 2], rev: 5, hasMore: true, reset: false })
      expect(summary(await page(2, 3))).toEqual({ seqs: [3, 4, 5], rev: 5, hasMore: false, reset: false })
      expect(summary(await page(5, 3))).toEqual({ seqs: [], rev: 5, hasMore: false, reset: false })
    })

    test("[HIST2] [HIST3] a since that the room never issued brings the latest page and says so", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 60)
      const { page } = await granted(opened, { ...joining(roomId), since: 61 })

      expect(page.reset).toBe(true)
      expect(page.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, i) => i + 11))
      const few = await granted(opened, { kind: "pageSince", roomId, epoch: undefined, since: 61, limit: 2 })
      expect(summary(few)).toEqual({ seqs: [59, 60], rev: 60, hasMore: true, reset: true })
    })

    test("[HIST2] a join without since brings 50 messages, one with since 200", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 210)

      const latest = (await join(opened, roomId)).page
      expect([latest.messages[0]?.seq, latest.messages.length, latest.hasMore]).toEqual([161, 50, true])
      const since = (await granted(opened, { ...joining(roomId), since: 0 })).page
      expect([since.messages[0]?.seq, since.messages.length, since.hasMore]).toEqual([1, 200, true])
    })

    test("[HIST5] a page too large for its bytes holds what is nearest: the latest before, the earliest since", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 30, "\u{1f600}".repeat(4_000))
      const bytesOf = ({ messages }: Page) => Buffer.byteLength(JSON.stringify(messages))
      const pages = {
        joined: (await join(opened, roomId)).page,
        before: await granted(opened, { kind: "pageBefore", roomId, before: 31, limit: 200 }),
        reset: await granted(opened, { kind: "pageSince", roomId, epoch: undefined, since: 31, limit: 200 }),
        joinedAnew: (await granted(opened, { ...joining(roomId), since: 31 })).page,
        since: await granted(opened, { kind: "pageSince", roomId, epoch: undefined, since: 3, limit: 200 }),
      }
      for (const page of Object.values(pages)) {
        expect(bytesOf(page)).toBeLessThanOrEqual(limits.pageBytesMax)
        expect(page.messages.length).toBe(16)
        expect(page.hasMore).toBe(true)
        expect(page.bytes).toBeGreaterThanOrEqual(bytesOf(page) - 1)
      }
      const latest = Array.from({ length: 16 }, (_, i) => 15 + i)
      expect(summary(pages.joined)).toMatchObject({ seqs: latest, reset: false })
      expect(summary(pages.before)).toMatchObject({ seqs: latest, reset: false })
      expect(summary(pages.reset)).toMatchObject({ seqs: latest, reset: true })
      expect(summary(pages.joinedAnew)).toMatchObject({ seqs: latest, reset: true })
      expect(summary(pages.since)).toMatchObject({ seqs: latest.map((seq) => seq - 11), reset: false })
    })

    test("[HIST7] an epoch of another life brings the latest page; this one's, or none, the page that was asked for", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 3)
      const { epoch } = (await join(opened, roomId)).page
      const since = async (named: string | undefined) =>
        summary(await granted(opened, { kind: "pageSince", roomId, epoch: named, since: 2, limit: 200 }))
      for (const same of [epoch, undefined]) expect(await since(same)).toMatchObject({ seqs: [3], reset: false })
      expect(await since("another")).toMatchObject({ seqs: [1, 2, 3], reset: true })
    })

    test("[JOIN1] a picture alone that changes is stored, and shown with the messages that were sent before", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 1)
      const avatar = "https://a.example/2.png"
      await granted(opened, { ...joining(roomId), avatar })
      const { profile, page } = await join(opened, roomId)
      expect(profile).toEqual({ username: "Ann", avatar })
      expect(page.messages.map(({ user }) => user)).toEqual([{ username: "Ann", avatar }])
    })

    test("[MSG1] a clock that is ahead of the room is told of by nobody, nor one that is a minute behind it", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await join(opened, roomId)
      const backMs = async (at: number) => (await granted(opened, { ...sending(roomId, "tick"), at })).clockBackMs
      expect(await backMs(noon + 90_000)).toBe(0)
      expect(await backMs(noon + 90_000)).toBe(0)
      expect(await backMs(noon + 30_000)).toBe(0)
      expect(await backMs(noon + 29_999)).toBe(60_001)
      expect(await backMs(noon + 29_999)).toBe(0)
    })

    test("[SEND1] a message of a user or to a room that there is not is refused", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      expect(await refused(opened, sending(newRoomId(), "hi"))).toBe("ERR_NOT_IN_ROOM")
      expect(await refused(opened, { ...sending(roomId, "hi"), userId: user("nobody") })).toBe("ERR_NOT_IN_ROOM")
      expect(await opened.store.counts()).toEqual({ rooms: 1, messages: 0 })
    })

    test("[ERR3] a page of a room that does not exist is refused", async () => {
      await using opened = await open()
      const roomId = newRoomId()
      expect(await refused(opened, { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 1 })).toBe(
        "ERR_NOT_IN_ROOM",
      )
      expect(await refused(opened, { kind: "pageBefore", roomId, before: 1, limit: 1 })).toBe("ERR_NOT_IN_ROOM")
    })

    test("a probe that writes is granted", async () => {
      await using opened = await open()
      expect(await granted(opened, { kind: "probe", at: noon })).toBe(true)
    })

    test("a closed store has settled what it accepted, and refuses the rest", async () => {
      await using opened = await open()
      const room = { name: "Last", visibility: "unlisted", creator: founder } as const
      const accepted = granted(opened, { kind: "createRoom", id: newRoomId(), ...room, at: noon })
      await opened.store.close()

      expect(await accepted).toMatchObject({ name: "Last" })
      const late = () => opened.store.submit({ kind: "probe", at: noon }, () => {})
      expect(late).toThrow(expect.objectContaining({ code: "ERR_BUSY" }))
    })
  })
}

export function submit<C extends Command>({ store }: OpenStore, command: C): Promise<Outcomes[C["kind"]] | ChatError> {
  return new Promise((resolve) => store.submit(command, resolve))
}

export async function granted<C extends Command>(opened: OpenStore, command: C): Promise<Outcomes[C["kind"]]> {
  const outcome = await submit(opened, command)
  if (outcome instanceof ChatError) throw outcome
  return outcome
}

export async function refused(opened: OpenStore, command: Command): Promise<string> {
  const outcome = await submit(opened, command)
  if (outcome instanceof ChatError) return outcome.code
  throw new Error("granted")
}

export function joining(roomId: RoomId): Command & { kind: "join" } {
  return {
    kind: "join",
    roomId,
    userId: ann,
    username: "Ann",
    avatar: undefined,
    since: undefined,
    epoch: undefined,
    newUserWaitMs: 0,
    isKnown: true,
    isAdmin: false,
    at: noon,
  }
}

export function sending(roomId: RoomId, content: string): Command & { kind: "send" } {
  return { kind: "send", roomId, userId: ann, id: newMessageId(), chosen: false, type: "text", content, at: noon }
}

const join = (opened: OpenStore, roomId: RoomId) => granted(opened, joining(roomId))

export async function newRoom(opened: OpenStore): Promise<RoomId> {
  const id = newRoomId()
  await granted(opened, { kind: "createRoom", id, name: "General", visibility: "unlisted", creator: founder, at: noon })
  return id
}

export async function roomWith(opened: OpenStore, messages: number, content?: string): Promise<RoomId> {
  const roomId = await newRoom(opened)
  await join(opened, roomId)
  const send = (_: unknown, i: number) => granted(opened, sending(roomId, content ?? `message ${i + 1}`))
  await Promise.all(Array.from({ length: messages }, send))
  return roomId
}

const contents = ({ messages }: Page) => messages.map(({ content }) => content)

function summary({ messages, rev, hasMore, reset }: Page) {
  return { seqs: messages.map(({ seq }) => seq), rev, hasMore, reset }
}

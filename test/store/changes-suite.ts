import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import type { Rights } from "../../src/chat/rules/mentions.ts"
import { pageSeenBy } from "../../src/chat/rules/message-view.ts"
import type { Command } from "../../src/chat/rules/rules.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"
import type { Message } from "../../src/contract/messages.ts"
import type { MessageId, RoomId, UserId } from "../../src/contract/values.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"
import { lives, Model, people, seen, seenMessage } from "./life-of-a-room.ts"
import {
  founder,
  granted,
  joining,
  newRoom,
  type OpenStore,
  refused,
  roomWith,
  sending,
  submit,
} from "./store-suite.ts"

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const [ann, bob, cleo] = [user("ann"), user("bob"), user("cleo")]
const later = "2026-01-31T12:00:01.000Z"
const at = noon + 1_000

interface OpenChanges extends OpenStore {
  /** Who is written to be mentioned by which message; "*" is everybody. None where nothing counts them. */
  readonly mentioned?: () => Promise<readonly (readonly [who: string, seq: number])[]>
}

/** What every store promises of messages that change. */
export function changesSuite(name: string, open: () => Promise<OpenChanges>, { numRuns = 100 } = {}) {
  describe(name, () => {
    test("[EDIT1] [MSG3] an edit takes the room's next number, and keeps the message's place and time", async () => {
      await using opened = await open()
      const { roomId, id, message } = await said(opened, "helo")
      await granted(opened, sending(roomId, "next"))

      const edited = await granted(opened, editing(roomId, id, "hello"))
      expect(edited.message).toEqual({ ...message, rev: 3, content: "hello", editedAt: later })
      expect(edited.change).toEqual({ change: "edit", userId: ann })
      expect(await latest(opened, roomId)).toMatchObject([edited.message, { content: "next" }])
      expect((await since(opened, roomId, 1)).map(({ rev, content }) => [rev, content])).toEqual([
        [2, "next"],
        [3, "hello"],
      ])
    })

    test("[EDIT1] the same text again changes nothing and takes no number", async () => {
      await using opened = await open()
      const { roomId, id, message } = await said(opened, "hello")
      const same = await granted(opened, editing(roomId, id, "hello"))
      expect([same.message, same.change]).toEqual([message, undefined])
      const twice = [editing(roomId, id, "other"), editing(roomId, id, "other")]
      const [first, second] = await Promise.all(twice.map((edit) => granted(opened, edit)))
      expect(first?.change).toEqual({ change: "edit", userId: ann })
      expect([second?.message, second?.change]).toEqual([first?.message, undefined])
      expect((await granted(opened, sending(roomId, "next"))).message.seq).toBe(3)
    })

    test("[EDIT1] [DEL1] only the author may; what is not there comes before what may not be done", async () => {
      await using opened = await open()
      const { roomId, id } = await said(opened, "mine")
      const elsewhere = await newRoom(opened)
      await entered(opened, roomId, bob)
      const picture = { ...sending(roomId, "https://a.example/1.png"), type: "image" as const }
      await granted(opened, picture)
      await granted(opened, { ...joining(roomId), userId: bob, username: "Bob" })

      for (const kind of ["edit", "delete"] as const) {
        const change = (roomId: RoomId, id: MessageId, userId: UserId) =>
          refused(opened, { ...editing(roomId, id, "x"), kind, userId })
        expect(await change(roomId, id, bob)).toBe("ERR_FORBIDDEN")
        expect(await change(roomId, newMessageId(), bob)).toBe("ERR_NOT_FOUND")
        expect(await change(elsewhere, id, ann)).toBe("ERR_NOT_FOUND")
      }
      expect(await refused(opened, editing(roomId, picture.id, "x"))).toBe("ERR_FORBIDDEN")
      // Whoever is no member learns no more than that.
      const asking = { ...editing(roomId, id, "x"), userId: cleo }
      for (const kind of ["edit", "delete"] as const)
        expect(await refused(opened, { ...asking, kind })).toBe("ERR_NOT_IN_ROOM")
      expect(await refused(opened, { ...asking, kind: "react", emoji: "👍", isOn: true })).toBe("ERR_NOT_IN_ROOM")
    })

    test("[MSG3] [LIST1] [MEM2] a change moves no room in any list, and its time is no later than the last message's", async () => {
      await using opened = await open()
      const [older, newer] = [await publicRoom(opened, noon), await publicRoom(opened, noon + 10)]
      const one = sending(older, "one")
      for (const command of [one, sending(older, "two"), sending(newer, "three")]) await granted(opened, command)
      const lists = async () => {
        const list = { query: undefined, after: undefined, limit: 10 } as const
        const { rooms } = await granted(opened, { kind: "listRooms", ...list })
        const own = { username: "Ann", avatar: null, newUserWaitMs: 0, marks: new Map(), after: 0, limit: 10, at }
        const mine = await granted(opened, { kind: "myRooms", userId: ann, ...own, onlyOf: undefined })
        const asOwn = mine.rooms.map(({ room: { id }, standing: { lastMessageAt } }) => ({ id, lastMessageAt }))
        return [rooms.map(({ id, lastMessageAt }) => ({ id, lastMessageAt })), asOwn]
      }
      const before = await lists()
      expect(before[0]?.map(({ id }) => id)).toEqual([newer, older])
      await granted(opened, editing(older, one.id, "edited"))
      await granted(opened, reacting(older, one.id, "👍"))
      expect(await lists()).toEqual(before)
      const { message } = await granted(opened, deleting(older, one.id))
      expect(message.rev).toBe(5)
      expect(await lists()).toEqual(before)
    })

    test("[EDIT1] [DEL1] where the clock is behind, a message is not changed before it was sent", async () => {
      await using opened = await open()
      const { roomId, id, message } = await said(opened, "helo")
      const behind = { at: noon - 5_000 }
      const edited = await granted(opened, { ...editing(roomId, id, "hello"), ...behind })
      const deleted = await granted(opened, { ...deleting(roomId, id), ...behind })
      expect(edited.message).toMatchObject({ createdAt: message.createdAt, editedAt: message.createdAt })
      expect(deleted.message).toMatchObject({ createdAt: message.createdAt, deletedAt: message.createdAt })
    })

    test("[DEL1] what is left of a deleted message has no text, no reactions, and a time", async () => {
      await using opened = await open()
      const { roomId, id, message } = await said(opened, "secret")
      await granted(opened, reacting(roomId, id, "👍"))

      const deleted = await granted(opened, deleting(roomId, id))
      expect(deleted.message).toEqual({ ...message, rev: 3, content: "", deletedAt: later })
      expect(deleted.change).toEqual({ change: "delete", userId: ann })
      const again = await granted(opened, deleting(roomId, id))
      expect([again.message, again.change]).toEqual([deleted.message, undefined])
      expect(await refused(opened, editing(roomId, id, "back"))).toBe("ERR_NOT_FOUND")
      expect(await refused(opened, reacting(roomId, id, "👍"))).toBe("ERR_NOT_FOUND")
    })

    test("[DEL2] pages by since have what was deleted, all others leave it out, and a retry finds it", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 2)
      const sent = { ...sending(roomId, "secret"), chosen: true }
      await granted(opened, sent)
      await granted(opened, sending(roomId, "last"))
      await granted(opened, deleting(roomId, sent.id))

      const numbers = (messages: readonly Message[]) => messages.map(({ seq, rev }) => [seq, rev])
      const left = [
        [1, 1],
        [2, 2],
        [4, 4],
      ]
      expect(numbers(await latest(opened, roomId))).toEqual(left)
      const before = await granted(opened, { kind: "pageBefore", roomId, before: 4, limit: 2 })
      expect([numbers(before.messages), before.hasMore]).toEqual([left.slice(0, 2), false])
      expect(numbers(await since(opened, roomId, 0))).toEqual([...left, [3, 5]])
      const retried = await granted(opened, sent)
      expect(retried).toMatchObject({ duplicate: true, message: { seq: 3, rev: 5, content: "", deletedAt: later } })
    })

    test("[DEL2] a deleted message does not take the place of one that is there", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 6)
      const all = await latest(opened, roomId)
      await Promise.all(all.slice(2, 5).map(({ id }) => granted(opened, deleting(roomId, id))))
      const page = await granted(opened, { kind: "pageBefore", roomId, before: undefined, limit: 2 })
      expect([page.messages.map(({ seq }) => seq), page.hasMore]).toEqual([[2, 6], true])
    })

    test("[REACT1] a reaction is each user's own: on when on, and off when off, changes nothing", async () => {
      await using opened = await open()
      const { roomId, id } = await said(opened, "hello")
      await granted(opened, { ...joining(roomId), userId: bob, username: "Bob" })
      const outcomes = await Promise.all(
        [
          reacting(roomId, id, "👍"),
          reacting(roomId, id, "👍"),
          { ...reacting(roomId, id, "👍"), userId: bob },
          reacting(roomId, id, "🎉"),
          reacting(roomId, id, "👍", false),
          reacting(roomId, id, "👍", false),
        ].map((one) => granted(opened, one)),
      )
      expect(outcomes.map(({ change, message }) => [change?.isOn, message.rev, shown(message)])).toEqual([
        [true, 2, "👍 1 ann"],
        [undefined, 2, "👍 1 ann"],
        [true, 3, "👍 2 ann bob"],
        [true, 4, "👍 2 ann bob, 🎉 1 ann"],
        [false, 5, "👍 1 bob, 🎉 1 ann"],
        [undefined, 5, "👍 1 bob, 🎉 1 ann"],
      ])
      expect((await latest(opened, roomId)).map(shown)).toEqual(["👍 1 bob, 🎉 1 ann"])
      const [last] = await Promise.all([
        granted(opened, reacting(roomId, id, "🎉", false)),
        granted(opened, { ...reacting(roomId, id, "👍", false), userId: bob }),
      ])
      expect(shown(last.message)).toBe("👍 1 bob")
      expect((await latest(opened, roomId)).map((message) => "reactions" in message)).toEqual([false])
      // What was off at the end of its batch is off, and the last one counts.
      const isOn = [true, false, true, false]
      const inOneGo = await Promise.all(isOn.map((on) => granted(opened, reacting(roomId, id, "👍", on))))
      expect(inOneGo.map(({ change }) => change?.isOn)).toEqual(isOn)
      const again = await granted(opened, reacting(roomId, id, "👍"))
      expect([again.change?.isOn, shown(again.message)]).toEqual([true, "👍 1 ann"])
    })

    test("[REACT1] [MSG3] what is taken back is told with its emoji, and nothing keeps it", async () => {
      await using opened = await open()
      const { roomId, id } = await said(opened, "hello")
      const change = { change: "react", userId: ann, emoji: "👍" } as const
      const kept = async () => {
        const page = await granted(opened, { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 50 })
        return JSON.stringify([page.messages, [...(page.changes ?? [])]])
      }
      const on = await granted(opened, reacting(roomId, id, "👍"))
      expect([on.change, (await kept()).includes("👍")]).toEqual([{ ...change, isOn: true }, true])
      const off = await granted(opened, reacting(roomId, id, "👍", false))
      expect([off.change, (await kept()).includes("👍")]).toEqual([{ ...change, isOn: false }, false])
    })

    test("[MSG2] of many who react the first ten are named, and the next takes the place of one who leaves", async () => {
      await using opened = await open()
      const { roomId, id } = await said(opened, "hello")
      const crowd = Array.from({ length: 13 }, (_, i) => user(`u${i}`))
      await Promise.all(crowd.map((userId) => granted(opened, { ...joining(roomId), userId })))
      await Promise.all(crowd.map((userId) => granted(opened, { ...reacting(roomId, id, "👍"), userId })))
      const off = (i: number) => granted(opened, { ...reacting(roomId, id, "👍", false), userId: user(`u${i}`) })
      const named = async () => shown((await latest(opened, roomId))[0])

      expect(await named()).toBe("👍 13 u0 u1 u2 u3 u4 u5 u6 u7 u8 u9")
      await off(11)
      expect(await named()).toBe("👍 12 u0 u1 u2 u3 u4 u5 u6 u7 u8 u9")
      await Promise.all([off(0), off(4)])
      expect(await named()).toBe("👍 10 u1 u2 u3 u5 u6 u7 u8 u9 u10 u12")
      await granted(opened, { ...reacting(roomId, id, "👍"), userId: user("u0") })
      expect(await named()).toBe("👍 11 u1 u2 u3 u5 u6 u7 u8 u9 u10 u12")
    })

    test("[MSG2] a message takes 20 different reactions, and not one more", async () => {
      await using opened = await open()
      const { roomId, id } = await said(opened, "hello")
      const emoji = Array.from({ length: limits.reactionsMax + 1 }, (_, i) => String.fromCodePoint(0x1f600 + i))
      const outcomes = await Promise.all(emoji.map((one) => submit(opened, reacting(roomId, id, one))))
      expect(outcomes.map((outcome) => (outcome instanceof ChatError ? outcome.code : "on"))).toEqual([
        ...Array.from({ length: limits.reactionsMax }, () => "on" as const),
        "ERR_FORBIDDEN",
      ])
      const [message] = await latest(opened, roomId)
      expect(message?.reactions?.map(({ emoji }) => emoji)).toEqual(emoji.slice(0, -1))
    })

    test("[MSG2] whoever asks sees which reactions are theirs; what is told is the same for all", async () => {
      await using opened = await open()
      const { roomId, id } = await said(opened, "hello")
      const { message, seen } = await granted(opened, reacting(roomId, id, "👍"))
      expect(message.reactions).toEqual([{ emoji: "👍", count: 1, userIds: [ann] }])
      expect(seen.reactions).toEqual([{ emoji: "👍", count: 1, userIds: [ann], isMine: true }])
    })

    test("[MSG2] who is not among the ten that are named is told in pages what is theirs", async () => {
      await using opened = await open()
      const { roomId, id } = await said(opened, "hello")
      const crowd = Array.from({ length: 12 }, (_, i) => user(`u${i}`))
      await Promise.all(crowd.map((userId) => granted(opened, { ...joining(roomId), userId })))
      for (const userId of crowd) await granted(opened, { ...reacting(roomId, id, "👍"), userId })
      const page = { roomId, limit: 10 }
      const mineOf = async (userId: UserId) => {
        const pages = [
          await granted(opened, { kind: "pageBefore", ...page, before: undefined, userId }),
          await granted(opened, { kind: "pageSince", ...page, since: 0, epoch: undefined, userId }),
          await granted(opened, { kind: "pageAround", ...page, around: 1, userId }),
          (await granted(opened, { ...joining(roomId), userId })).page,
        ]
        return pages.map((one) => pageSeenBy(one, userId)[0]?.reactions?.map(({ isMine = false }) => isMine))
      }
      expect(await mineOf(user("u0"))).toEqual(Array.from({ length: 4 }, () => [true]))
      expect(await mineOf(user("u11"))).toEqual(Array.from({ length: 4 }, () => [true]))
      expect(await mineOf(ann)).toEqual(Array.from({ length: 4 }, () => [false]))
    })

    test("[HIST6] pages after and around a seq are oldest first, and tell of what is beyond them", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 9)
      const [, second] = await latest(opened, roomId)
      await granted(opened, deleting(roomId, second?.id ?? newMessageId()))
      const after = async (after: number, limit: number) => {
        const { messages, hasMore } = await granted(opened, { kind: "pageAfter", roomId, after, limit })
        return [messages.map(({ seq }) => seq), hasMore]
      }
      expect(await after(0, 3)).toEqual([[1, 3, 4], true])
      expect(await after(6, 3)).toEqual([[7, 8, 9], false])
      expect(await after(9, 3)).toEqual([[], false])
      const around = async (around: number, limit: number) => {
        const page = await granted(opened, { kind: "pageAround", roomId, around, limit })
        return [page.messages.map(({ seq }) => seq), page.hasBefore, page.hasAfter]
      }
      expect(await around(5, 4)).toEqual([[4, 5, 6, 7], true, true])
      expect(await around(5, 1)).toEqual([[5], true, true])
      expect(await around(1, 4)).toEqual([[1, 3, 4, 5], false, true])
      expect(await around(2, 4)).toEqual([[1, 3, 4, 5], false, true])
      expect(await around(9, 4)).toEqual([[8, 9], true, false])
      expect(await around(5, 50)).toEqual([[1, 3, 4, 5, 6, 7, 8, 9], false, false])
    })

    test("[HIST6] beyond either end of a room there is what is next to it, or nothing", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 3)
      const far = Number.MAX_SAFE_INTEGER
      const seqsOf = ({ messages }: { readonly messages: readonly Message[] }) => messages.map(({ seq }) => seq)
      const around = async (around: number) => {
        const page = await granted(opened, { kind: "pageAround", roomId, around, limit: 2 })
        return [seqsOf(page), page.hasBefore, page.hasAfter]
      }
      expect(await around(0)).toEqual([[1, 2], false, true])
      expect(await around(4)).toEqual([[3], true, false])
      expect(await around(far)).toEqual([[3], true, false])
      const after = async (after: number) => {
        const page = await granted(opened, { kind: "pageAfter", roomId, after, limit: 2 })
        return [seqsOf(page), page.hasMore]
      }
      expect([await after(0), await after(3), await after(far)]).toEqual([
        [[1, 2], true],
        [[], false],
        [[], false],
      ])
      const before = async (before: number) => {
        const page = await granted(opened, { kind: "pageBefore", roomId, before, limit: 2 })
        return [seqsOf(page), page.hasMore]
      }
      expect([await before(0), await before(1), await before(far)]).toEqual([
        [[], false],
        [[], false],
        [[2, 3], true],
      ])
    })

    test("[HIST6] [DEL2] pages that are read while messages change leave out and double none, and show each as it is then", async () => {
      await using opened = await open()
      const pages = async (kind: "pageAfter" | "pageBefore") => {
        const roomId = await roomWith(opened, 12)
        const all = await latest(opened, roomId)
        const id = (seq: number) => all[seq - 1]?.id ?? newMessageId()
        // Between the pages: changes of what was read, of what comes next, of what is far; and new messages.
        const edit = (seq: number) => editing(roomId, id(seq), "edited")
        const changes: Command[][] = [
          [edit(2), edit(11), deleting(roomId, id(6)), reacting(roomId, id(9), "👍")],
          [deleting(roomId, id(1)), deleting(roomId, id(12)), sending(roomId, "new"), edit(7)],
          [reacting(roomId, id(4), "👍")],
        ]
        const read: Message[] = []
        for (let hasMore = true; hasMore; ) {
          const isForward = kind === "pageAfter"
          const place = { roomId, after: read.at(-1)?.seq ?? 0, before: read[0]?.seq, limit: 3 }
          const page = await granted(opened, isForward ? { kind, ...place } : { kind, ...place })
          if (isForward) read.push(...page.messages)
          else read.unshift(...page.messages)
          hasMore = page.hasMore
          await Promise.all((changes.shift() ?? []).map((change) => granted(opened, change)))
        }
        return read.map(({ seq, content, reactions }) => `${seq}${content[0]}${reactions ? "👍" : ""}`).join(" ")
      }
      expect(await pages("pageAfter")).toBe("1m 2m 3m 4m 5m 7m 8m 9m👍 10m 11e 19n")
      expect(await pages("pageBefore")).toBe("2e 3m 4m 5m 7m 8m 9m👍 10m 11m 12m")
    })

    test("[HIST5] [HIST6] a page around a seq of long messages has both sides, within its bytes", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 40, "\u{1f600}".repeat(4_000))
      const page = await granted(opened, { kind: "pageAround", roomId, around: 20, limit: 40 })
      expect(Buffer.byteLength(JSON.stringify(page.messages))).toBeLessThanOrEqual(limits.pageBytesMax)
      expect(page.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 16 }, (_, i) => 13 + i))
      expect([page.hasBefore, page.hasAfter]).toEqual([true, true])
    })

    test("[REPLY1] a reply shows its original as it is when it is read", async () => {
      await using opened = await open()
      const { roomId, id } = await said(opened, `one\n\n two ${"x".repeat(200)}`)
      const reply = { ...sending(roomId, "yes"), replyTo: id }
      const quote = { id, seq: 1, userId: ann, username: "Ann" }
      const excerpt = `one two ${"x".repeat(132)}`
      expect((await granted(opened, reply)).message.replyTo).toEqual({ ...quote, excerpt })

      const quoted = async () => (await latest(opened, roomId)).at(-1)?.replyTo
      expect(await quoted()).toEqual({ ...quote, excerpt })
      await granted(opened, editing(roomId, id, "three"))
      expect(await quoted()).toEqual({ ...quote, excerpt: "three" })
      await granted(opened, { ...joining(roomId), username: "Annie" })
      expect(await quoted()).toEqual({ ...quote, username: "Annie", excerpt: "three" })
      const [, edited] = await Promise.all([
        granted(opened, deleting(roomId, id)),
        granted(opened, editing(roomId, reply.id, "no")),
      ])
      const gone = { ...quote, username: "Annie", excerpt: "", isDeleted: true as const }
      expect(edited.message.replyTo).toEqual(gone)
      expect(await quoted()).toEqual(gone)
      expect((await granted(opened, deleting(roomId, reply.id))).message.replyTo).toEqual(gone)
    })

    test("[REPLY1] what is deleted, unknown or elsewhere cannot be answered; a retry of what was, can", async () => {
      await using opened = await open()
      const { roomId, id } = await said(opened, "hello")
      const elsewhere = await said(opened, "there")
      const reply = { ...sending(roomId, "yes"), chosen: true, replyTo: id }
      await granted(opened, reply)
      const [, late] = await Promise.all([
        granted(opened, deleting(roomId, id)),
        refused(opened, { ...sending(roomId, "late"), replyTo: id }),
      ])
      expect(late).toBe("ERR_NOT_FOUND")
      expect(await refused(opened, { ...sending(roomId, "?"), replyTo: newMessageId() })).toBe("ERR_NOT_FOUND")
      expect(await refused(opened, { ...sending(roomId, "?"), replyTo: elsewhere.id })).toBe("ERR_NOT_FOUND")
      expect((await granted(opened, reply)).duplicate).toBe(true)
      expect((await granted(opened, sending(roomId, "next"))).message.seq).toBe(4)
    })

    test("[DEL1] a moderator deletes what others wrote, where it is known who that is", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      await entered(opened, roomId, bob)
      await entered(opened, roomId, cleo)
      const mine = () => granted(opened, { ...sending(roomId, "of bob"), userId: bob })
      const deletes = async (userId: UserId, rights: Rights) => {
        const { message } = await mine()
        const outcome = await submit(opened, { ...deleting(roomId, message.id), userId, rights })
        return outcome instanceof ChatError ? outcome.code : outcome.change
      }
      const known = { isKnown: true, isAdmin: false }
      expect(await deletes(ann, known)).toEqual({ change: "delete", userId: ann })
      expect(await deletes(ann, { ...known, isKnown: false })).toBe("ERR_FORBIDDEN")
      expect(await deletes(cleo, known)).toBe("ERR_FORBIDDEN")
      expect(await deletes(cleo, { ...known, isAdmin: true })).toEqual({ change: "delete", userId: cleo })
      expect(await deletes(user("dan"), { ...known, isAdmin: true })).toBe("ERR_NOT_IN_ROOM")
    })

    test("[MENT1] members who are named are mentioned, each once; an edit changes them, or leaves them as they are", async () => {
      await using opened = await open()
      const { mentioned = async () => undefined } = opened
      const roomId = await roomWith(opened, 0)
      await entered(opened, roomId, bob)
      await entered(opened, roomId, cleo)
      const named = { mentions: [bob, user("nobody"), cleo, bob, ann] }
      const sent = await granted(opened, { ...sending(roomId, "you!"), ...named })
      expect(sent.message.mentions).toEqual([bob, cleo, ann])
      expectRows(await mentioned(), [
        ["bob", 1],
        ["cleo", 1],
      ])

      const { id } = sent.message
      const edit = (change: object) => granted(opened, { ...editing(roomId, id, "you there!"), ...change })
      expect((await edit({})).message.mentions).toEqual([bob, cleo, ann])
      expect((await edit({ mentions: [bob, cleo, ann] })).change).toBeUndefined()
      expect((await edit({ mentions: [cleo] })).message.mentions).toEqual([cleo])
      expectRows(await mentioned(), [["cleo", 1]])
      expect("mentions" in (await edit({ mentions: [] })).message).toBe(false)
      expect((await edit({ mentionsRoom: true })).message.mentionsRoom).toBe(true)
      expectRows(await mentioned(), [["*", 1]])
      expect((await latest(opened, roomId))[0]).toMatchObject({ content: "you there!", mentionsRoom: true })
      const left = await granted(opened, deleting(roomId, id))
      expect([left.message.mentions, left.message.mentionsRoom]).toEqual([undefined, undefined])
      expectRows(await mentioned(), [])
    })

    test("[MENT1] a reply mentions whom it answers, but nobody mentions themselves, until it is deleted", async () => {
      await using opened = await open()
      const { mentioned = async () => undefined } = opened
      const { roomId, id } = await said(opened, "hello")
      await entered(opened, roomId, bob)
      const [own, reply] = [
        { ...sending(roomId, "me again"), replyTo: id },
        { ...sending(roomId, "hello ann"), replyTo: id, userId: bob, mentions: [bob] },
      ]
      await Promise.all([granted(opened, own), granted(opened, reply)])
      expectRows(await mentioned(), [["ann", 3]])
      await granted(opened, { ...editing(roomId, reply.id, "hi ann"), userId: bob })
      expectRows(await mentioned(), [["ann", 3]])
      await granted(opened, { ...deleting(roomId, reply.id), userId: bob })
      expectRows(await mentioned(), [])
      // One that names nobody, too.
      const plain = { ...sending(roomId, "ann again"), replyTo: id, userId: bob }
      await granted(opened, plain)
      expectRows(await mentioned(), [["ann", 6]])
      await granted(opened, { ...deleting(roomId, plain.id), userId: bob })
      expectRows(await mentioned(), [])
    })

    test("[MENT1] in a room of more than 50, only moderators mention all of it", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      for (let i = 0; i < limits.mentionsRoomMembersMax - 1; i++) await entered(opened, roomId, user(`m${i}`))
      const all = async (userId: UserId, rights?: Rights) => {
        const command = { ...sending(roomId, "all!"), userId, mentionsRoom: true, ...(rights && { rights }) }
        const outcome = await submit(opened, command)
        return outcome instanceof ChatError ? outcome.code : outcome.message.mentionsRoom
      }
      expect(await all(user("m0"))).toBe(true)
      await entered(opened, roomId, bob)
      const known = { isKnown: true, isAdmin: false }
      expect(await all(user("m0"), known)).toBe("ERR_FORBIDDEN")
      expect(await all(ann)).toBe("ERR_FORBIDDEN")
      expect(await all(ann, known)).toBe(true)
      expect(await all(user("m0"), { ...known, isAdmin: true })).toBe(true)
      expect((await granted(opened, sending(roomId, "next"))).message.seq).toBe(4)
    })

    test("[MENT1] [DEL2] what mentions a room keeps that when the room has grown; what does not, comes to it by no edit", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const members = Array.from({ length: limits.mentionsRoomMembersMax }, (_, i) => user(`m${i}`))
      for (const userId of members.slice(1)) await entered(opened, roomId, userId)
      const [m1 = bob] = members.slice(1)
      const called = { ...sending(roomId, "all!"), userId: m1, chosen: true, mentionsRoom: true }
      const plain = { ...sending(roomId, "nobody"), userId: m1 }
      await granted(opened, called)
      await granted(opened, plain)
      await entered(opened, roomId, bob)

      expect(await granted(opened, called)).toMatchObject({ duplicate: true, message: { seq: 1, mentionsRoom: true } })
      const edit = (id: MessageId, content: string, mentionsRoom?: boolean) =>
        submit(opened, { ...editing(roomId, id, content), userId: m1, mentionsRoom })
      expect(await edit(called.id, "all?", true)).toMatchObject({ message: { rev: 3, mentionsRoom: true } })
      expect(await edit(plain.id, "all?", true)).toMatchObject({ code: "ERR_FORBIDDEN" })
      expect(await edit(called.id, "all?", false)).toMatchObject({ message: { rev: 4 } })
      expect(await edit(called.id, "all?", true)).toMatchObject({ code: "ERR_FORBIDDEN" })
      const each = [ann, ...members.slice(1)]
      const { message } = await granted(opened, { ...sending(roomId, "you"), userId: m1, mentions: each })
      expect(message.mentions).toEqual(each)
    })

    test("[SEQ1] [MSG3] what is sent, answered, edited and deleted in one go is told as it was at each step", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 1)
      const [one, two] = [sending(roomId, "a"), { ...sending(roomId, "b"), replyTo: undefined }]
      const steps = await Promise.all([
        granted(opened, one),
        granted(opened, editing(roomId, one.id, "a1")),
        granted(opened, { ...two, replyTo: one.id }),
        granted(opened, editing(roomId, one.id, "a2")),
        granted(opened, reacting(roomId, two.id, "👍")),
        granted(opened, deleting(roomId, one.id)),
      ])
      expect(steps.map(({ message }) => [message.rev, message.seq, message.content, message.replyTo?.excerpt])).toEqual(
        [
          [2, 2, "a", undefined],
          [3, 2, "a1", undefined],
          [4, 4, "b", "a1"],
          [5, 2, "a2", undefined],
          [6, 4, "b", "a2"],
          [7, 2, "", undefined],
        ],
      )
      expect((await since(opened, roomId, 1)).map(({ rev, replyTo }) => [rev, replyTo?.isDeleted])).toEqual([
        [6, true],
        [7, undefined],
      ])
    })

    test("[SEQ1] [MSG3] a room's life is as a short model of it has it, whatever is done in one go", async () => {
      await using opened = await open()
      await fc.assert(
        fc.asyncProperty(lives, async (life) => {
          const roomId = await newRoom(opened)
          for (const userId of people) await entered(opened, roomId, userId)
          const model = new Model(roomId)
          for (const steps of life) {
            const taken = steps.map((step) => model.take(step))
            const outcomes = await Promise.all(taken.map(({ command }) => submit(opened, command)))
            expect(outcomes.map((outcome) => seen(outcome as { message: Message }))).toEqual(
              taken.map(({ expected }) => expected),
            )
            expect((await latest(opened, roomId)).map(seenMessage)).toEqual(model.present())
          }
          expect((await since(opened, roomId, 0)).map(seenMessage)).toEqual(model.changes())
          expect((await granted(opened, joining(roomId))).page.rev).toBe(model.rev)
        }),
        { numRuns },
      )
    })

    test("[HIST5] reactions and quotes count towards the bytes of a page", async () => {
      await using opened = await open()
      const long = "\u{1f600}".repeat(limits.userIdLengthMax)
      const crowd = Array.from({ length: limits.reactorsTold }, (_, i) => user(`${i}${long.slice(2)}`))
      const roomId = await roomWith(opened, 3)
      await Promise.all(crowd.map((userId) => granted(opened, { ...joining(roomId), userId })))
      const emoji = Array.from({ length: limits.reactionsMax }, (_, i) => String.fromCodePoint(0x1f600 + i))
      const messages = await latest(opened, roomId)
      for (const { id } of messages)
        for (const userId of crowd)
          await Promise.all(emoji.map((one) => granted(opened, { ...reacting(roomId, id, one), userId })))
      const { page } = await granted(opened, joining(roomId))
      expect(Buffer.byteLength(JSON.stringify(page.messages))).toBeLessThanOrEqual(limits.pageBytesMax)
      expect([page.messages.map(({ seq }) => seq), page.hasMore]).toEqual([[2, 3], true])
    })
  })
}

function expectRows(
  found: Awaited<ReturnType<NonNullable<OpenChanges["mentioned"]>>> | undefined,
  rows: unknown,
): void {
  if (found !== undefined) expect(found).toEqual(rows as never)
}

function entered(opened: OpenStore, roomId: RoomId, userId: UserId) {
  return granted(opened, { ...joining(roomId), userId, username: `${userId}` })
}

async function publicRoom(opened: OpenStore, at: number): Promise<RoomId> {
  const id = newRoomId()
  await granted(opened, { kind: "createRoom", id, name: "Open", visibility: "public", creator: founder, at })
  await granted(opened, joining(id))
  return id
}

async function said(opened: OpenStore, content: string) {
  const roomId = await roomWith(opened, 0)
  const { message } = await granted(opened, sending(roomId, content))
  return { roomId, id: message.id, message }
}

const editing = (roomId: RoomId, id: MessageId, content: string): Command & { kind: "edit" } => {
  return { kind: "edit", roomId, userId: ann, id, content, at }
}

const deleting = (roomId: RoomId, id: MessageId): Command & { kind: "delete" } => {
  return { kind: "delete", roomId, userId: ann, id, at }
}

const reacting = (roomId: RoomId, id: MessageId, emoji: string, isOn = true): Command & { kind: "react" } => {
  return { kind: "react", roomId, userId: ann, id, emoji, isOn, at }
}

async function latest(opened: OpenStore, roomId: RoomId): Promise<readonly Message[]> {
  return (await granted(opened, { kind: "pageBefore", roomId, before: undefined, limit: 50 })).messages
}

async function since(opened: OpenStore, roomId: RoomId, rev: number): Promise<readonly Message[]> {
  return (await granted(opened, { kind: "pageSince", roomId, epoch: undefined, since: rev, limit: 50 })).messages
}

function shown(message: Message | undefined): string {
  return (message?.reactions ?? []).map(({ emoji, count, userIds }) => [emoji, count, ...userIds].join(" ")).join(", ")
}

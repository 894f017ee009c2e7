import { describe, expect, test } from "bun:test"
import type { Page } from "../../src/chat/rules/found.ts"
import { upToDate } from "../../src/cluster/up-to-date.ts"
import { limits } from "../../src/contract/limits.ts"
import type { Message } from "../../src/contract/messages.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"

const roomId = newRoomId()
const join = {
  kind: "join",
  roomId,
  userId: user("u"),
  username: "U",
  avatar: undefined,
  epoch: undefined,
  at: 0,
  newUserWaitMs: 0,
  isKnown: false,
  isAdmin: false,
} as const

describe("[JOIN6] a page ends where live events go on", () => {
  test("what was told after it was read is added, and nothing that it holds already", () => {
    const found = upToDate({ ...join, since: undefined }, page(1, 2), told(2, 3, 4), 4)
    expect([revs(found), found.rev, found.hasMore]).toEqual([[1, 2, 3, 4], 4, false])
  })

  test("the latest page drops its oldest beyond what a page holds", () => {
    const first = page(...upTo(limits.historyPageDefault))
    const found = upToDate({ ...join, since: undefined }, first, told(51, 52), 52)
    expect([revs(found)[0], found.messages.length, found.rev, found.hasMore]).toEqual([3, 50, 52, true])
  })

  test("a page has as many as its kind has: those by since more, but not where their since was never issued", () => {
    const { historyPageDefault } = limits
    const full = page(...upTo(historyPageDefault))
    const last = historyPageDefault + 1
    const lengthOf = (command: Parameters<typeof upToDate>[0], more: Partial<Page> = {}) =>
      upToDate(command, { ...full, ...more }, told(last), last).messages.length
    const since = { kind: "pageSince", roomId, since: 0, epoch: undefined, limit: 200 } as const
    expect([lengthOf({ ...join, since: 0 }), lengthOf(since)]).toEqual([last, last])
    expect(lengthOf(since, { reset: true })).toBe(historyPageDefault)
    const before = { kind: "pageBefore", roomId, before: undefined, limit: 200 } as const
    expect(lengthOf(before)).toBe(last)
  })

  test("a page by since is filled up, and then ends there with more to come", () => {
    const command = { kind: "pageSince", roomId, since: 1, epoch: undefined, limit: 3 } as const
    const found = upToDate(command, page(2, 3), told(4, 5), 5)
    expect([revs(found), found.rev, found.hasMore]).toEqual([[2, 3, 4], 5, true])
  })

  test("a page by since that has more ends where it ended, and says how far the room is", () => {
    const command = { ...join, since: 1 }
    const found = upToDate(command, { ...page(2, 3), rev: 9, hasMore: true }, told(10), 10)
    expect([revs(found), found.rev, found.hasMore]).toEqual([[2, 3], 10, true])
  })

  test("a page by since that ends among changes of others is filled up with what was told: nothing is left out", () => {
    const asked = { kind: "pageSince", roomId, since: 1, epoch: undefined } as const
    const [changed] = told(2).map((message) => ({ ...message, rev: 7 })) as [Message]
    const meanwhile = [...told(5, 6), changed, ...told(8)]
    const read = (...messages: Message[]): Page => ({
      ...page(),
      messages: [...messages, changed],
      rev: 4,
      hasMore: true,
    })
    const cut = upToDate({ ...asked, limit: 3 }, read(...told(3)), meanwhile, 8)
    expect([revs(cut), cut.rev, cut.hasMore]).toEqual([[3, 5, 6], 8, true])
    const whole = upToDate({ ...asked, limit: 4 }, read(), meanwhile, 8)
    expect([revs(whole), whole.rev, whole.hasMore]).toEqual([[5, 6, 7, 8], 8, false])
  })

  test("a since that was never issued is answered with the latest page", () => {
    const command = { kind: "pageSince", roomId, since: 99, epoch: undefined, limit: 200 } as const
    const found = upToDate(command, { ...page(1, 2), reset: true }, told(3), 3)
    expect([revs(found), found.reset]).toEqual([[1, 2, 3], true])
  })

  test("an older page takes in nothing from behind its end", () => {
    const command = { kind: "pageBefore", roomId, before: 3, limit: 50 } as const
    expect(revs(upToDate(command, page(1, 2), told(3, 4), 4))).toEqual([1, 2])
  })

  test("it stays within the bytes of a page, and counts them", () => {
    const large = "x".repeat(limits.pageBytesMax / 4)
    const meanwhile = told(1, 2, 3, 4, 5).map((message) => ({ ...message, content: large }))
    const found = upToDate({ ...join, since: undefined }, page(), meanwhile, 5)
    expect([revs(found), found.hasMore]).toEqual([[3, 4, 5], true])
    expect(found.bytes).toBeGreaterThan(3 * large.length)
  })
})

describe("[JOIN6] [MSG3] what changed after a page was read is in it as it is now", () => {
  const read = { ...page(1, 2, 3), hasMore: true }
  const [first, second, third] = read.messages as [Message, Message, Message]
  const edited = { ...second, rev: 4, content: "edited" }
  const gone = { ...second, rev: 4, content: "", deletedAt: new Date(1).toISOString() }

  test("in a page of the latest it takes its place, or is gone", () => {
    const command = { ...join, since: undefined }
    expect(upToDate(command, read, [edited], 4).messages).toEqual([first, edited, third])
    expect(upToDate(command, read, [gone], 4).messages).toEqual([first, third])
    const last = { ...third, rev: 4, content: "edited" }
    expect(upToDate(command, read, [last], 4).messages).toEqual([first, second, last])
    const older = { ...first, id: newMessageId(), seq: 0, rev: 4 }
    expect(upToDate(command, read, [older], 4).messages).toEqual([first, second, third])
  })

  test("what is new is in the order in which it was written, whatever changed since", () => {
    const [fourth, fifth] = told(4, 5) as [Message, Message]
    const changed = { ...fourth, rev: 6, content: "edited" }
    const found = upToDate({ ...join, since: undefined }, read, [fourth, fifth, changed], 6)
    expect(found.messages).toEqual([first, second, third, changed, fifth])
  })

  test("in a page by since it comes once, in the order of changes, deleted or not", () => {
    const command = { ...join, since: 0 }
    const whole = { ...read, hasMore: false }
    expect(upToDate(command, whole, [edited], 4).messages).toEqual([first, third, edited])
    expect(upToDate(command, whole, [edited, { ...gone, rev: 5 }], 5).messages).toEqual([
      first,
      third,
      { ...gone, rev: 5 },
    ])
  })

  test("in a page by since what changed twice comes by its last change", () => {
    const [fresh] = told(5) as [Message]
    const again = { ...edited, rev: 6, content: "again" }
    const found = upToDate({ ...join, since: 0 }, { ...read, hasMore: false }, [edited, fresh, again], 6)
    expect(found.messages).toEqual([first, third, fresh, again])
  })

  test("a reply's quote follows its original, in every kind of page", () => {
    const quote = { id: second.id, seq: 2, userId: second.userId, username: "U", excerpt: "2" }
    const reply = { ...third, replyTo: quote }
    const withReply = { ...read, messages: [first, second, reply] }
    for (const since of [undefined, 0]) {
      const quoted = (meanwhile: Message) =>
        upToDate({ ...join, since }, withReply, [meanwhile], 4).messages.find(({ id }) => id === reply.id)?.replyTo
      expect(quoted(edited)).toEqual({ ...quote, excerpt: "edited" })
      expect(quoted(gone)).toEqual({ ...quote, excerpt: "", isDeleted: true })
    }
  })

  test("pages after and around a seq take in what is new only where they reach the end", () => {
    const fresh = told(4)
    const seqs = ({ messages }: Page) => messages.map(({ seq }) => seq)
    const after = { kind: "pageAfter", roomId, after: 0, limit: 3 } as const
    const more = upToDate({ ...after, limit: 9 }, read, fresh, 4)
    expect([seqs(more), more.hasMore]).toEqual([[1, 2, 3], true])
    expect(seqs(upToDate({ ...after, limit: 9 }, { ...read, hasMore: false }, fresh, 4))).toEqual([1, 2, 3, 4])
    const full = upToDate(after, { ...read, hasMore: false }, fresh, 4)
    expect([seqs(full), full.hasMore]).toEqual([[1, 2, 3], true])
    const around = { kind: "pageAround", roomId, around: 2, limit: 9 } as const
    expect(seqs(upToDate(around, { ...read, hasBefore: true, hasAfter: true }, fresh, 4))).toEqual([1, 2, 3])
    const reaching = upToDate(around, { ...read, hasBefore: true, hasAfter: false }, fresh, 4)
    expect([seqs(reaching), reaching.hasBefore, reaching.hasAfter]).toEqual([[1, 2, 3, 4], true, false])
    expect(reaching.hasMore).toBe(true)
    const cut = upToDate({ ...around, limit: 3 }, { ...read, hasAfter: false }, fresh, 4)
    expect([seqs(cut), cut.hasMore, cut.hasAfter]).toEqual([[1, 2, 3], true, true])
  })
})

const revs = ({ messages }: Page) => messages.map(({ rev }) => rev)
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

function page(...numbers: number[]): Page {
  const messages = told(...numbers)
  return { messages, rev: numbers.at(-1) ?? 0, epoch: "one", hasMore: false, reset: false, bytes: 0 }
}

function told(...numbers: number[]): Message[] {
  return numbers.map((rev) => ({
    id: newMessageId(),
    roomId,
    seq: rev,
    rev,
    type: "text",
    content: `${rev}`,
    userId: user("u"),
    user: { username: "U", avatar: null },
    createdAt: new Date(0).toISOString(),
  }))
}

import { expect, test } from "bun:test"
import fc from "fast-check"
import { Timeline } from "../../src/web/core/timeline.ts"
import type { Message } from "../../src/web/core/wire.ts"

test("a page before the first message goes in front, whatever it overlaps", () => {
  const timeline = new Timeline()
  expect([timeline.isLoaded, timeline.isBehind, timeline.complete]).toEqual([false, false, 0])
  timeline.reset({ messages: [message(5), message(6)], rev: 6, hasMore: true })
  expect([timeline.isLoaded, timeline.isBehind, timeline.complete]).toEqual([true, false, 6])
  timeline.fill({ messages: [message(3), message(4), message(5)], before: 6, hasMore: false })
  expect(seqs(timeline)).toEqual([3, 4, 5, 6])
  expect(timeline.gaps).toEqual([])
})

test("a page from the middle leaves a gap on both sides, and pages close them from either end", () => {
  const timeline = new Timeline()
  timeline.reset({ messages: [message(90), message(91)], rev: 91, hasMore: true })
  timeline.fill({ messages: [message(40), message(41)], before: 42, hasMore: true })
  expect(timeline.gaps).toEqual([
    { after: 0, before: 40 },
    { after: 41, before: 90 },
  ])
  expect([timeline.gapAt(39), timeline.gapAt(41), timeline.gapAt(90)]).toEqual([
    { after: 0, before: 40 },
    undefined,
    undefined,
  ])
  expect([timeline.unknownAfter(0), timeline.unknownAfter(50), timeline.unknownAfter(90)]).toEqual([87, 39, 0])
  timeline.fill({ messages: [message(42), message(43)], before: 44, hasMore: true })
  expect(timeline.gaps.at(-1)).toEqual({ after: 43, before: 90 })
  // Only some numbers are messages: the others are changes of some.
  timeline.fill({ messages: [message(43), message(70), message(80)], before: 90, hasMore: true })
  timeline.fill({ messages: [], before: 40, hasMore: false })
  expect(timeline.gaps).toEqual([])
  expect(seqs(timeline)).toEqual([40, 41, 42, 43, 70, 80, 90, 91])
})

test("whatever pages are fetched and in whatever order, what is known is in order and the rest is in gaps", () => {
  const room = Array.from({ length: 60 }, (_, i) => message(2 * i + 1))
  fc.assert(
    fc.property(
      fc.array(fc.record({ before: fc.integer({ min: 2, max: 119 }), limit: fc.integer({ min: 1, max: 9 }) })),
      (pages) => {
        const timeline = new Timeline()
        timeline.reset({ messages: room.slice(-2), rev: 119, hasMore: true })
        for (const { before, limit } of pages) {
          const older = room.filter(({ seq }) => seq < before)
          timeline.fill({ messages: older.slice(-limit), before, hasMore: older.length > limit })
        }
        const known = seqs(timeline)
        expect(known).toEqual(known.toSorted((a, b) => a - b))
        expect(room.filter(({ seq }) => !timeline.gapAt(seq)).map(({ seq }) => seq)).toEqual(known)
        for (const seq of known) expect(timeline.messages[timeline.indexAfter(seq - 1)]?.seq).toBe(seq)
      },
    ),
  )
})

test("[SEQ1] a jump between live events leaves it behind, from where the hole begins", () => {
  const timeline = loaded(message(1))
  timeline.receive(message(2))
  expect([timeline.isBehind, timeline.complete]).toEqual([false, 2])
  timeline.receive(message(5))
  timeline.receive(message(6))
  expect([timeline.isBehind, timeline.complete]).toEqual([true, 2])
})

test("[MSG3] [DEL2] a change takes the message's place, an older one does not, and what is deleted is gone", () => {
  const timeline = loaded(message(1), message(2), message(3))
  const edited = { ...message(2), rev: 4, content: "edited" }
  timeline.receive(edited)
  timeline.receive({ ...message(2), rev: 2 })
  expect([seqs(timeline), timeline.find(edited.id)?.content, timeline.complete]).toEqual([[1, 2, 3], "edited", 4])
  timeline.receive({ ...edited, rev: 5, content: "", deletedAt: edited.createdAt })
  expect([seqs(timeline), timeline.find(edited.id), timeline.isBehind]).toEqual([[1, 3], undefined, false])
  const gone = { ...message(3), rev: 6, content: "", deletedAt: edited.createdAt }
  timeline.catchUp({ messages: [gone], rev: 6, hasMore: false })
  expect([seqs(timeline), timeline.complete]).toEqual([[1], 6])
})

test("[DEL2] what is to be deleted is not shown, and is back as it is by then when it could not be", () => {
  const timeline = loaded(message(1), message(2), message(3))
  const [first, second, third] = timeline.messages.map(({ id }) => id) as [string, string, string]
  const { value } = timeline.version
  timeline.hideOnly(new Set())
  expect(timeline.version.value).toBe(value)
  timeline.hideOnly(new Set([second, third]))
  expect([seqs(timeline), timeline.find(second), timeline.isDeleted(second)]).toEqual([[1], undefined, true])
  expect(timeline.version.value).toBeGreaterThan(value)
  timeline.receive({ ...message(2), rev: 4, content: "edited" })
  timeline.receive(message(2))
  timeline.hideOnly(new Set([first, third]))
  expect(timeline.messages).toMatchObject([{ seq: 2, content: "edited" }])
  timeline.receive({ ...message(3), rev: 5, content: "", deletedAt: message(3).createdAt })
  timeline.hideOnly(new Set())
  expect(seqs(timeline)).toEqual([1, 2])
  expect([first, second, third].map((id) => timeline.isDeleted(id))).toEqual([false, false, true])
})

test("what is hidden while it begins anew is back as the new page has it, or not at all", () => {
  const timeline = loaded(message(1), message(2))
  timeline.hideOnly(new Set(timeline.messages.map(({ id }) => id)))
  timeline.reset({ messages: [{ ...message(2), rev: 3, content: "edited" }], rev: 3, hasMore: false })
  expect(seqs(timeline)).toEqual([])
  timeline.hideOnly(new Set())
  expect(timeline.messages).toMatchObject([{ seq: 2, content: "edited" }])
})

test("what was deleted is there again in another life of the data that knows nothing of it", () => {
  const timeline = loaded(message(1), message(2))
  const { beginnings } = timeline
  timeline.receive({ ...message(2), rev: 3, content: "", deletedAt: message(2).createdAt })
  timeline.reset({ messages: [message(2)], rev: 2, hasMore: true })
  expect([seqs(timeline), timeline.isDeleted(message(2).id)]).toEqual([[2], false])
  expect(timeline.beginnings).toBeGreaterThan(beginnings)
  expect(timeline.gaps).toEqual([{ after: 0, before: 2 }])
  // The server says when there is nothing before, whatever the numbers are.
  expect(loaded(message(5)).gaps).toEqual([])
})

test("whoever shows it hears of each change, and knows each message and who wrote it", () => {
  const timeline = new Timeline()
  const by = (seq: number) => ({ ...message(seq), userId: `${seq}`, user: { username: `User ${seq}`, avatar: null } })
  const changes = [
    () => timeline.reset({ messages: [by(3)], rev: 3, hasMore: true }),
    () => timeline.fill({ messages: [by(2)], before: 3, hasMore: true }),
    () => timeline.receive(by(4)),
    () => timeline.catchUp({ messages: [by(5)], rev: 5, hasMore: false }),
  ]
  for (const change of changes) {
    const { value } = timeline.version
    change()
    expect(timeline.version.value).toBeGreaterThan(value)
  }
  for (const seq of [2, 3, 4, 5]) {
    expect(timeline.find(message(seq).id)?.seq).toBe(seq)
    expect(timeline.authors.get(`${seq}`)).toBe(`User ${seq}`)
  }
  expect(timeline.last?.seq).toBe(5)
})

test("in another life of the data what both know is known, and else what is before its page", () => {
  const timeline = loaded(message(1), message(2), message(3))
  expect(timeline.lastKnownIn([message(2), message(3), { ...message(4), id: message(3).id }])).toBe(3)
  expect(timeline.lastKnownIn([message(5), message(6)])).toBe(4)
  expect(timeline.lastKnownIn([])).toBe(0)
})

test("[HIST2] pages that come while more is missed do not close the later hole", () => {
  const timeline = loaded(message(1))
  timeline.receive(message(3))
  timeline.receive(message(6))
  timeline.catchUp({ messages: [message(2), message(3)], rev: 3, hasMore: false })
  expect([timeline.isBehind, timeline.complete]).toEqual([true, 3])
  timeline.catchUp({ messages: [message(4), message(5), message(6)], rev: 6, hasMore: false })
  expect([timeline.isBehind, seqs(timeline)]).toEqual([false, [1, 2, 3, 4, 5, 6]])
})

test("[HIST2] a page that fills the hole joins on to what was heard meanwhile, also where nothing is left of it", () => {
  for (const messages of [[message(2), message(3)], []]) {
    const timeline = loaded(message(1))
    timeline.receive(message(4))
    timeline.receive(message(5))
    timeline.catchUp({ messages, rev: 3, hasMore: false })
    expect([timeline.isBehind, timeline.complete]).toEqual([false, 5])
  }
  const timeline = loaded(message(1))
  timeline.receive(message(6))
  timeline.catchUp({ messages: [message(2), message(3)], rev: 6, hasMore: true })
  expect([timeline.isBehind, timeline.complete]).toEqual([true, 3])
})

test("a changed message takes the place of what it was; one that was not fetched is left to its page", () => {
  const timeline = new Timeline()
  timeline.reset({ messages: [message(8), message(9)], rev: 9, hasMore: true })
  timeline.receive({ ...message(8), rev: 10, content: "changed" })
  timeline.receive({ ...message(2), rev: 11, content: "changed" })
  expect(timeline.messages.map(({ seq, content }) => [seq, content])).toEqual([
    [8, "changed"],
    [9, "9"],
  ])
  expect(timeline.complete).toBe(11)
})

test("whatever is lost, and however pages interleave with events, it ends up whole and in order", () => {
  // Each event is lost or heard; a page is read at one moment and arrives some events later.
  const step = fc.oneof(
    fc.record({ kind: fc.constant("event" as const), isLost: fc.boolean() }),
    fc.record({ kind: fc.constant("page" as const), limit: fc.integer({ min: 1, max: 4 }), delay: fc.nat(3) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const room: Message[] = []
      const timeline = loaded()
      const arriving: { inEvents: number; page: Parameters<Timeline["catchUp"]>[0] }[] = []
      const deliver = () => {
        for (const reply of arriving.splice(0)) {
          if (reply.inEvents-- > 0) arriving.push(reply)
          else timeline.catchUp(reply.page)
        }
      }
      for (const step of steps) {
        if (step.kind === "event") {
          room.push(message(room.length + 1))
          if (!step.isLost) timeline.receive(room.at(-1)!)
          deliver()
        } else if (timeline.isBehind && arriving.length === 0) {
          arriving.push({ inEvents: step.delay, page: pageSince(room, timeline.complete, step.limit) })
        }
      }
      for (const { page } of arriving) timeline.catchUp(page)
      // The next event is heard, and tells of all that was lost before it.
      room.push(message(room.length + 1))
      timeline.receive(room.at(-1)!)
      for (let pages = 0; timeline.isBehind; pages++) {
        expect(pages).toBeLessThanOrEqual(room.length)
        timeline.catchUp(pageSince(room, timeline.complete, 3))
      }
      expect(seqs(timeline)).toEqual(room.map(({ seq }) => seq))
    }),
  )
})

function loaded(...messages: Message[]): Timeline {
  const timeline = new Timeline()
  timeline.reset({ messages, rev: messages.at(-1)?.rev ?? 0, hasMore: false })
  return timeline
}

function pageSince(room: readonly Message[], since: number, limit: number) {
  const after = room.filter(({ rev }) => rev > since)
  return { messages: after.slice(0, limit), rev: room.length, hasMore: after.length > limit }
}

function seqs(timeline: Timeline): number[] {
  return timeline.messages.map(({ seq }) => seq)
}

function message(seq: number): Message {
  const user = { username: "Ann", avatar: null }
  const base = {
    id: `message-${seq}`,
    roomId: "room",
    type: "text" as const,
    content: String(seq),
    userId: "ann",
    user,
  }
  return { ...base, seq, rev: seq, createdAt: "2026-01-31T12:00:00.000Z" }
}

import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { type Change, Feed } from "../../src/cluster/feed.ts"

const change = (rev: number, seq = rev) => ({ rev, seq })

function feedOf() {
  const told: number[] = []
  return { told, feed: new Feed<Change>(({ rev }) => told.push(rev)) }
}

describe("[NODE1] a room's changes as the members of one server hear them", () => {
  test("hints that are shuffled, doubled and dropped: each change once, in order, and as soon as it may be", () => {
    const run = fc.property(
      fc.integer({ min: 0, max: 20 }),
      fc.array(fc.oneof(hint, sent, head, read, page, rest), { maxLength: 60 }),
      (begin, steps) => {
        const { feed, told } = feedOf()
        const last = 40
        const committed = new Set<number>()
        const offered = new Set([begin + 1])
        const asked: { readonly rev: number; isAnswered: boolean }[] = []
        const ask = (rev: number) => {
          const one = { rev, isAnswered: false }
          asked.push(one)
          return () => {
            one.isAnswered = true
          }
        }
        let due = begin
        const goOn = () => {
          while (offered.has(due + 1)) due++
        }
        feed.offer(change(begin + 1), 0)
        feed.begin(begin, 0)
        goOn()
        for (const step of steps) {
          if (step.kind === "hint") feed.offer(change(step.rev), 0)
          else if (step.kind === "sent" && !committed.has(step.rev)) {
            committed.add(step.rev)
            feed.offer(change(step.rev), 0, ask(step.rev))
          } else if (step.kind === "head") feed.knows(step.rev, 0)
          else if (step.kind === "page") feed.after(step.rev, 0, ask(step.rev))
          else if (step.kind === "rest") step.isOver ? feed.wake(0) : feed.rest(1)
          else if (step.kind === "read") {
            due = readOn(feed, step.length)
            goOn()
          }
          if (step.kind === "hint" || step.kind === "sent") offered.add(step.rev)
          if (!feed.isResting(0)) goOn()
          expect([feed.told, asked.filter(({ rev, isAnswered }) => isAnswered !== rev <= due)]).toEqual([due, []])
        }
        feed.knows(last, 0)
        while (feed.isBehind) readOn(feed, 7)
        expect(told).toEqual(Array.from({ length: last - begin }, (_, index) => begin + 1 + index))
        expect(asked.filter(({ isAnswered }) => !isAnswered)).toEqual([])
      },
    )
    fc.assert(run, { numRuns: 300 })
  })

  test("[JOIN6] a page holds all that was created up to its end, however late it and its changes come", () => {
    const run = fc.property(
      fc.array(step, { minLength: 60, maxLength: 120 }),
      fc.infiniteStream(fc.nat(999)),
      (steps, random) => {
        const chance = (below: number) => random.next().value % below
        const room = new RoomOfChanges()
        const pages: AskedPage[] = []
        const told = new Map<number, number>()
        const feed = new Feed<Change>(({ seq, rev }) => {
          told.set(seq, rev)
          for (const { heard } of pages) heard.add(seq)
        })
        /** Each goes on at some time: a store is asked for the room's number, then for its messages, and then answers. */
        const underWay: (() => void)[] = []
        const goOn = () => underWay.splice(chance(underWay.length), 1)[0]?.()
        let isReading = false
        const read = () => {
          if (isReading) return
          isReading = true
          const [since, rev, limit] = [feed.told ?? 0, room.rev, 1 + chance(4)]
          underWay.push(() => {
            const found = room.changedSince(since, rev)
            const changes = found.slice(0, limit)
            underWay.push(() => {
              isReading = false
              const hasMore = found.length > limit
              feed.read(since, changes, hasMore ? Math.min(changes.at(-1)!.rev, rev) : rev, 0, hasMore)
              if (hasMore) read()
            })
          })
        }
        const ask = () => {
          const page: AskedPage = { heard: new Set(), rev: room.rev, isGiven: false }
          pages.push(page)
          const give = () => {
            const created = room.createdIn(page.rev, feed.told ?? 0)
            expect(created.filter((seq) => !page.heard.has(seq))).toEqual([])
            page.isGiven = true
          }
          underWay.push(() => {
            const shown = room.changedSince(0, page.rev).slice(-1 - chance(4))
            underWay.push(() => {
              for (const one of shown) feed.offer(one, 0)
              feed.afterAll(Math.max(page.rev, ...shown.map(({ rev }) => rev)), 0, give, () => {})
            })
          })
        }
        const acts = {
          create: () => room.add(room.rev + 1),
          change: () => room.add(1 + chance(room.rev)),
          hint: () => feed.offer(room.at(1 + chance(room.rev)), 0),
          read,
          ask,
          rest: () => feed.rest(1),
          wake: () => feed.wake(0),
          goOn,
        }
        feed.begin(0, 0)
        acts.create()
        for (const one of steps) acts[one]()
        for (let n = 0; n < 2; n++) {
          while (underWay.length > 0) goOn()
          read()
        }
        while (underWay.length > 0) goOn()
        expect([feed.told, pages.filter(({ isGiven }) => !isGiven)]).toEqual([room.rev, []])
        expect(room.changedSince(0, room.rev).filter(({ seq, rev }) => told.get(seq) !== rev)).toEqual([])
      },
    )
    fc.assert(run, { numRuns: 300 })
  })

  test("what is missing is late once it had its time, and counts anew with each change that came", () => {
    const { feed } = feedOf()
    feed.begin(1, 0)
    feed.offer(change(3), 100)
    expect([feed.isLate(129, 30), feed.isLate(130, 30)]).toEqual([false, true])
    feed.offer(change(5), 120)
    feed.offer(change(2), 125)
    expect([feed.told, feed.isLate(154, 30), feed.isLate(155, 30)]).toEqual([3, false, true])
    feed.offer(change(4), 160)
    expect([feed.told, feed.isLate(10_000, 30)]).toEqual([5, false])
  })

  test("what came before it is known where to begin is answered at once, and told if it is behind that", () => {
    const { feed, told } = feedOf()
    const answered: number[] = []
    for (const rev of [2, 4]) feed.offer(change(rev), 0, () => answered.push(rev))
    expect([answered, told]).toEqual([[2, 4], []])
    feed.begin(2, 100)
    expect([feed.told, feed.isBehind, feed.isLate(129, 30), feed.isLate(130, 30)]).toEqual([2, true, false, true])
    feed.begin(9, 100)
    feed.offer(change(3), 100)
    feed.read(4, [], 6, 100)
    expect([told, feed.told]).toEqual([[3, 4], 6])

    const next = feedOf()
    next.feed.offer(change(4), 0)
    next.feed.begin(3, 0)
    expect(next.told).toEqual([4])
  })

  test("what waits before it is known where to begin has its place there", () => {
    const log: string[] = []
    const feed = new Feed<Change>(({ rev }) => log.push(`told ${rev}`))
    feed.afterAll(
      2,
      0,
      () => log.push("page"),
      () => {},
    )
    feed.after(2, 0, () => log.push("said behind 2"))
    feed.offer(change(3), 0)
    feed.begin(2, 0)
    expect(log).toEqual(["said behind 2", "told 3", "page"])
  })

  test("a feed is behind from when it knows of a number, until it was told", () => {
    const { feed } = feedOf()
    feed.begin(0, 0)
    expect(feed.isBehind).toBe(false)
    feed.knows(2, 100)
    feed.knows(3, 120)
    feed.offer(change(4), 125)
    expect([feed.isLate(129, 30), feed.isLate(130, 30)]).toEqual([false, true])
    for (const rev of [1, 2, 3]) feed.offer(change(rev), 140)
    expect(feed.isBehind).toBe(false)
    feed.after(5, 1_000, () => {})
    expect([feed.isBehind, feed.isLate(1_029, 30), feed.isLate(1_030, 30)]).toEqual([true, false, true])
  })

  test("while it rests, what is offered waits, and is told together once the rest is over", () => {
    const { feed, told } = feedOf()
    const answered: number[] = []
    const offer = (rev: number, nowMs: number) => feed.offer(change(rev), nowMs, () => answered.push(rev))
    feed.begin(0, 0)
    feed.rest(25)
    for (const rev of [2, 1]) offer(rev, 10)
    expect([told, answered, feed.isBehind, feed.isResting(24), feed.isResting(25)]).toEqual([[], [], true, true, false])
    feed.wake(25)
    expect([told, answered, feed.isBehind]).toEqual([[1, 2], [1, 2], false])
    offer(3, 25)
    expect([told, answered]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])

    // What is missing has its time from the end of the rest on, and another look does not give it more.
    feed.rest(50)
    offer(5, 30)
    expect(feed.isLate(1_000, 30)).toBe(false)
    feed.wake(50)
    feed.wake(70)
    expect([told.length, feed.isLate(79, 30), feed.isLate(80, 30)]).toEqual([3, false, true])

    feed.rest(1_000)
    feed.end(new Error("over"))
    feed.begin(8, 100)
    offer(9, 100)
    expect([told.at(-1), answered]).toEqual([9, [1, 2, 3, 5, 9]])
  })

  test("what is read is told even while it rests", () => {
    const { feed, told } = feedOf()
    feed.begin(0, 0)
    feed.rest(25)
    feed.offer(change(2), 10)
    feed.read(0, [change(1)], 1, 10)
    expect(told).toEqual([1, 2])
  })

  test("what is read twice is told once, and what is read behind a gap waits for the gap", () => {
    const { feed, told } = feedOf()
    feed.begin(0, 0)
    for (let i = 0; i < 2; i++) feed.read(0, [change(1)], 1, 0)
    feed.read(1, [], 3, 0)
    expect([told, feed.told]).toEqual([[1], 3])
    feed.read(5, [change(7)], 8, 0)
    expect([told, feed.told, feed.isBehind]).toEqual([[1], 3, true])
    feed.read(3, [], 5, 0)
    feed.read(5, [change(7)], 8, 0)
    expect([told, feed.told]).toEqual([[1, 7], 8])
  })

  test("whoever is answered and sends again comes behind what waited for the answer's place", () => {
    const log: string[] = []
    const feed = new Feed<Change>(({ rev }) => log.push(`told ${rev}`))
    feed.begin(0, 0)
    feed.after(1, 0, () => log.push("said behind 1"))
    feed.offer(change(1), 0, () => feed.offer(change(2), 0))
    expect(log).toEqual(["told 1", "said behind 1", "told 2"])
  })

  test("whoever sends again whenever they are answered does not do so within one another", () => {
    const { feed, told } = feedOf()
    feed.begin(0, 0)
    let depth = 0
    let deepest = 0
    const send = (rev: number) => {
      depth++
      deepest = Math.max(deepest, depth)
      feed.offer(change(rev), 0, () => rev < 100 && send(rev + 1))
      depth--
    }
    send(1)
    expect([told.length, deepest]).toEqual([100, 2])
  })

  test("a change of a message that was told is not new", () => {
    const told: [number, boolean][] = []
    const feed = new Feed<Change>(({ rev }, isNew) => told.push([rev, isNew]))
    feed.begin(0, 0)
    for (const one of [change(1), change(2, 1), change(3, 1), change(4, 2)]) feed.offer(one, 0)
    expect(told).toEqual([
      [1, true],
      [2, false],
      [3, false],
      [4, false],
    ])
  })

  test("of 10,000 numbers that were passed over it is known that nothing was told, and not of older ones", () => {
    for (const steps of [[10_001], [1, 10_001]]) {
      const told: [number, boolean][] = []
      const feed = new Feed<Change>(({ rev }, isNew) => told.push([rev, isNew]))
      feed.begin(0, 0)
      for (const rev of steps) feed.read(feed.told!, [], rev, 0)
      for (const one of [change(10_002, 1), change(10_003, 2)]) feed.offer(one, 0)
      expect(told).toEqual([
        [10_002, false],
        [10_003, true],
      ])
    }
  })

  test("a page comes behind whatever can be told at once", () => {
    const log: string[] = []
    const feed = new Feed<Change>(({ rev }) => log.push(`told ${rev}`))
    feed.begin(0, 0)
    feed.afterAll(
      1,
      0,
      () => log.push("page"),
      () => {},
    )
    feed.offer(change(2), 0)
    feed.offer(change(1), 0)
    expect(log).toEqual(["told 1", "told 2", "page"])
  })

  test("at its end everybody is answered, and it may begin anew with nothing of before", () => {
    const log: string[] = []
    const feed = new Feed<Change>(({ rev }, isNew) => log.push(`told ${rev}${isNew ? ", new" : ""}`))
    feed.begin(0, 0)
    // A change passed 1 over.
    feed.read(0, [], 1, 0)
    feed.offer(change(3), 0, () => log.push("answered"))
    feed.after(3, 0, () => log.push("said"))
    feed.afterAll(
      3,
      0,
      () => log.push("page"),
      () => log.push("refused"),
    )
    feed.end(new Error("over"))
    expect([log, feed.told]).toEqual([["said", "refused", "answered"], undefined])
    feed.begin(2, 0)
    feed.offer(change(3, 1), 0)
    expect(log.slice(3)).toEqual(["told 3"])
  })

  test("a sender is answered after its change was told, in the order of the room", () => {
    const log: string[] = []
    const feed = new Feed<Change>(({ rev }) => log.push(`told ${rev}`))
    feed.begin(0, 0)
    feed.offer(change(2), 0, () => log.push("answered 2"))
    expect(log).toEqual([])
    feed.offer(change(1), 0, () => log.push("answered 1"))
    expect(log).toEqual(["told 1", "answered 1", "told 2", "answered 2"])
  })

  test("what was told before its sender's own commit came back is not told twice", () => {
    const { feed, told } = feedOf()
    feed.begin(0, 0)
    feed.read(0, [change(1)], 1, 0)
    let isAnswered = false
    feed.offer(change(1), 0, () => {
      isAnswered = true
    })
    expect([told, isAnswered]).toEqual([[1], true])
  })

  test("a number that another change took away is passed over once the store was read", () => {
    const { feed, told } = feedOf()
    feed.begin(0, 0)
    feed.offer(change(4), 0)
    feed.read(0, [change(1), change(3)], 5, 0)
    expect([told, feed.told]).toEqual([[1, 3, 4], 5])
  })

  test("what was created and changed at once is new when it is told, whatever was told between", () => {
    const told: [number, boolean][] = []
    const feed = new Feed<Change>(({ rev }, isNew) => told.push([rev, isNew]))
    feed.begin(4, 0)
    // Of an older message, of one that came by 5, and of the same once more.
    feed.read(4, [change(6, 2), change(7, 5)], 8, 0)
    feed.read(8, [change(9, 5), change(10, 8)], 10, 0)
    expect(told).toEqual([
      [6, false],
      [7, true],
      [9, false],
      [10, true],
    ])
  })

  test("a page waits for what was created up to it and is told by a later number", () => {
    const log: string[] = []
    const feed = new Feed<Change>(({ rev }) => log.push(`told ${rev}`))
    feed.begin(4, 0)
    feed.offer(change(6, 2), 0)
    feed.afterAll(
      6,
      0,
      () => log.push("page of 6"),
      () => {},
    )
    feed.read(4, [change(6, 2), change(7, 5)], 7, 0)
    feed.offer(change(8), 0)
    expect(log).toEqual(["told 6", "told 7", "page of 6", "told 8"])
  })

  test("a page waits for it also where it was changed behind the end of what was read", () => {
    const log: string[] = []
    const feed = new Feed<Change>(({ rev }, isNew) => log.push(`told ${rev}${isNew ? ", new" : ""}`))
    feed.begin(4, 0)
    feed.knows(6, 0)
    feed.afterAll(
      4,
      0,
      () => log.push("page at once"),
      () => {},
    )
    feed.afterAll(
      5,
      0,
      () => log.push("page"),
      () => {},
    )
    feed.read(4, [change(6, 2), change(8, 5)], 6, 0)
    expect([log, feed.isBehind]).toEqual([["page at once", "told 6"], true])
    feed.read(6, [change(8, 5)], 8, 0)
    expect(log).toEqual(["page at once", "told 6", "told 8, new", "page"])
  })

  test("numbers that nobody comes by any more are not kept for ever", () => {
    const { feed } = feedOf()
    feed.begin(0, 0)
    feed.read(0, [change(2_000_000_000, 1_999_999_999)], 2_000_000_000, 0)
    expect(feed.told).toBe(2_000_000_000)
  })

  test("where somebody who is told ends it, nothing more is told", () => {
    const told: number[] = []
    const feed = new Feed<Change>(({ rev }) => {
      told.push(rev)
      feed.end(new Error("over"))
    })
    feed.begin(0, 0)
    for (const rev of [2, 1]) feed.offer(change(rev), 0)
    expect([told, feed.told]).toEqual([[1], undefined])
  })

  test("what is said of people comes exactly between what was told before it and after it", () => {
    const log: string[] = []
    const feed = new Feed<Change>(({ rev }) => log.push(`told ${rev}`))
    feed.begin(0, 0)
    feed.after(2, 0, () => log.push("said behind 2"))
    feed.offer(change(3), 0)
    feed.offer(change(2), 0)
    feed.offer(change(1), 0)
    expect(log).toEqual(["told 1", "told 2", "said behind 2", "told 3"])
  })

  test("where the store cannot be read, whoever waits for a page is refused and senders go on waiting", () => {
    const { feed } = feedOf()
    const log: string[] = []
    feed.begin(0, 0)
    feed.offer(change(2), 0, () => log.push("answered"))
    feed.afterAll(
      2,
      0,
      () => log.push("page"),
      () => log.push("refused"),
    )
    feed.after(2, 0, () => log.push("told of somebody"))
    feed.fail(new Error("away"))
    expect(log).toEqual(["refused", "told of somebody"])
    feed.offer(change(1), 0)
    expect(log).toEqual(["refused", "told of somebody", "answered"])
  })
})

interface AskedPage {
  /** The messages that were told since it was asked for. */
  readonly heard: Set<number>
  readonly rev: number
  isGiven: boolean
}

/** By its `rev`, the `seq` of the message that each change is of. */
class RoomOfChanges {
  readonly #seqs: number[] = []

  get rev(): number {
    return this.#seqs.length
  }

  /** A message by this number, or another change of one. */
  add(seq: number): void {
    this.#seqs.push(this.#seqs[seq - 1] ?? seq)
  }

  at(rev: number): Change {
    return change(rev, this.#seqs[rev - 1])
  }

  createdIn(above: number, upto: number): number[] {
    return this.#seqs.slice(above, upto).filter((seq, index) => seq === above + index + 1)
  }

  /** Messages that were created up to `upto` and changed after `since`, by their latest change. */
  changedSince(since: number, upto: number): Change[] {
    const latest = new Map(this.#seqs.map((seq, index) => [seq, index + 1]))
    return [...latest]
      .filter(([seq, rev]) => seq <= upto && rev > since)
      .map(([seq, rev]) => change(rev, seq))
      .sort((a, b) => a.rev - b.rev)
  }
}

const step = fc.constantFrom(
  ...(["create", "create", "change", "change", "hint", "read", "ask", "rest", "wake", "goOn", "goOn", "goOn"] as const),
)

const revs = fc.integer({ min: 1, max: 40 })
const hint = fc.record({ kind: fc.constant("hint" as const), rev: revs })
/** By a sender of this server, whose own commit tells it once. */
const sent = fc.record({ kind: fc.constant("sent" as const), rev: revs })
const head = fc.record({ kind: fc.constant("head" as const), rev: revs })
const page = fc.record({ kind: fc.constant("page" as const), rev: revs })
const rest = fc.record({ kind: fc.constant("rest" as const), isOver: fc.boolean() })
const read = fc.record({ kind: fc.constant("read" as const), length: fc.integer({ min: 1, max: 10 }) })

/** As the store gives it: everything from what was told on, up to so many. Returns where it ends. */
function readOn(feed: Feed<Change>, length: number): number {
  const since = feed.told ?? 0
  const end = Math.min(40, since + length)
  const changes = Array.from({ length: Math.max(0, end - since) }, (_, index) => change(since + 1 + index))
  feed.read(since, changes, end, 0)
  return Math.max(since, end)
}

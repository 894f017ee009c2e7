/** A room that is followed: what is kept of it, and how what its channel lost is read. */
import { expect, test } from "bun:test"
import type { Page } from "../../src/chat/rules/found.ts"
import { CatchUp } from "../../src/cluster/catch-up.ts"
import { FollowedRoom } from "../../src/cluster/followed-room.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"
import type { Message } from "../../src/contract/messages.ts"
import { AskedStore } from "../support/asked-store.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"
import { settled } from "./servers.ts"

const roomId = newRoomId()
const away = new ChatError("ERR_STORAGE")

function message(rev: number, more: Partial<Message> = {}): Message {
  const author = { userId: user("ann"), user: { username: "Ann", avatar: null } }
  const createdAt = new Date(rev).toISOString()
  return { id: newMessageId(), roomId, seq: rev, rev, type: "text", content: `${rev}`, createdAt, ...author, ...more }
}

function page(rev: number, revs: readonly number[], hasMore = false): Page {
  return { messages: revs.map((one) => message(one)), rev, epoch: "one", hasMore, reset: false, bytes: 0 }
}

function setUp(answerFor?: ConstructorParameters<typeof AskedStore>[0]) {
  const store = new AskedStore(answerFor)
  const state = { nowMs: 1_000, isSameLife: true, alarms: 0, here: 0 }
  const told: number[] = []
  const changes: unknown[] = []
  const heard = Promise.withResolvers<void>()
  const options = {
    inner: store,
    elapsedMs: () => state.nowMs,
    onBehind: () => state.alarms++,
    isSameLife: () => state.isSameLife,
    usersIn: () => [],
    countHere: () => state.here,
    evict: () => {},
    tell: (change: { readonly message: Message }) => {
      told.push(change.message.rev)
      changes.push(change)
    },
    follow: () => heard.promise,
  }
  const catchUp = new CatchUp(options)
  const room = new FollowedRoom(roomId, options)
  const hear = (rev: number) => {
    room.offer({ message: message(rev) })
    catchUp.watch(room)
  }
  /** What is asked by looking at that time, and whether anything is missing then. */
  const tickAt = (nowMs: number) => {
    state.nowMs = nowMs
    return [catchUp.tick(), store.takeAsked().length]
  }
  return { store, state, catchUp, room, told, changes, heard, hear, tickAt }
}

test("[NODE1] what is missing is read after its time, a page at a time, on from what was told", () => {
  const { store, state, catchUp, room, told, hear, tickAt } = setUp()
  room.feed.begin(1, 1_000)
  catchUp.watch(room)
  expect([state.alarms, tickAt(1_000)]).toEqual([0, [false, 0]])
  for (const rev of [9, 8]) hear(rev)
  expect([state.alarms, tickAt(1_029)]).toEqual([1, [true, 0]])
  state.nowMs = 1_030
  expect(catchUp.tick()).toBe(true)
  const asked = { kind: "pageSince", roomId, epoch: undefined, limit: limits.pageLengthMax } as const
  expect(store.takeAsked()).toEqual([{ ...asked, since: 1 }])
  expect(tickAt(2_000)).toEqual([true, 0])
  store.answer(page(9, [2, 4], true))
  expect([told, store.takeAsked()]).toEqual([[2, 4], [{ ...asked, since: 4 }]])
  store.answer(page(9, [6, 8, 9]))
  expect([told, tickAt(2_000)]).toEqual([
    [2, 4, 6, 8, 9],
    [false, 0],
  ])
  // From here on it counts anew.
  hear(11)
  expect([state.alarms, tickAt(2_029), tickAt(2_030)]).toEqual([2, [true, 0], [true, 1]])
  // What is not on a page that ends is no change any more.
  store.answer(page(12, [11]))
  expect([room.feed.told, tickAt(2_030)]).toEqual([12, [false, 0]])
})

test("[NODE1] a page that ends among changes of others is read on from where the room stood", () => {
  const { store, room, told, hear, tickAt } = setUp()
  room.feed.begin(1, 1_000)
  hear(9)
  expect(tickAt(1_030)).toEqual([true, 1])
  // 2 was changed by 7 while it was read, and 6 was created meanwhile.
  store.answer({ ...page(5, [3], true), messages: [message(3), message(7, { seq: 2 })] })
  expect([told, room.feed.told]).toEqual([[3], 5])
  expect(store.takeAsked()).toMatchObject([{ kind: "pageSince", since: 5 }])
  store.answer({ ...page(9, [6, 8, 9]), messages: [message(6), message(7, { seq: 2 }), message(8), message(9)] })
  expect(told).toEqual([3, 6, 7, 8, 9])
})

test("a store that failed is left alone for a quarter of a second, and whoever waits for a page is refused", () => {
  const { store, room, hear, tickAt } = setUp()
  const refused: unknown[] = []
  room.feed.begin(1, 1_000)
  room.feed.afterAll(
    3,
    1_000,
    () => {},
    (cause) => refused.push(cause),
  )
  hear(3)
  expect(tickAt(1_030)).toEqual([true, 1])
  store.answer(away)
  expect([refused, tickAt(1_279), tickAt(1_280)]).toEqual([[away], [true, 0], [true, 1]])
  store.answer(away)
  store.isFull = true
  expect(tickAt(1_530)).toEqual([true, 0])
  store.isFull = false
  expect([tickAt(1_779), tickAt(1_780)]).toEqual([
    [true, 0],
    [true, 1],
  ])
})

test("a page of another life of the data is not told, and a room that is let go of is not read", () => {
  const { store, state, catchUp, room, told, hear, tickAt } = setUp()
  room.feed.begin(1, 1_000)
  hear(3)
  expect(tickAt(1_030)).toEqual([true, 1])
  state.isSameLife = false
  store.answer(page(3, [2, 3]))
  expect(told).toEqual([])
  catchUp.forget(room)
  expect(tickAt(9_000)).toEqual([false, 0])
})

test("where a page waits for it, what is missing is read at once", () => {
  const { store, state, catchUp, room } = setUp()
  catchUp.now(room)
  room.feed.begin(1, 1_000)
  catchUp.now(room)
  expect([store.takeAsked(), state.alarms]).toEqual([[], 0])
  room.feed.knows(2, 1_000)
  catchUp.now(room)
  expect([store.takeAsked().length, state.alarms]).toEqual([1, 1])
})

test("a server that stops reads what is missing, five pages at most", async () => {
  const reading = setUp(({ kind }) => (kind === "heads" ? {} : page(3, [2, 3])))
  reading.room.feed.begin(1, 1_000)
  reading.hear(3)
  await reading.catchUp.readAll()
  expect([reading.told, reading.store.takeAsked().map(({ kind }) => kind)]).toEqual([
    [2, 3],
    ["heads", "pageSince", "heads"],
  ])

  const vain = setUp(({ kind }) => (kind === "heads" ? {} : page(1, [])))
  vain.room.feed.begin(1, 1_000)
  vain.hear(3)
  await vain.catchUp.readAll()
  const kinds = vain.store.takeAsked().map(({ kind }) => kind)
  const round = ["heads", "pageSince"] as const
  expect(kinds).toEqual([...round, ...round, ...round, ...round, ...round, "heads"])

  // One that is not reached holds nobody up.
  vain.store.isFull = true
  await vain.catchUp.readAll()
})

test("in a crowded room, what comes soon after several were told at once is told together", async () => {
  const { store, state, catchUp, room, told, hear, tickAt } = setUp()
  state.here = 5_000
  room.feed.begin(1, 1_000)
  // One after the other: nobody waits.
  hear(2)
  state.nowMs = 1_001
  hear(3)
  expect(told).toEqual([2, 3])
  state.nowMs = 1_001.9
  hear(4)
  state.nowMs = 1_010
  for (const rev of [6, 5]) hear(rev)
  expect([told, state.alarms, tickAt(1_026), told.length]).toEqual([[2, 3, 4], 1, [true, 0], 3])
  expect([tickAt(1_027), told]).toEqual([
    [false, 0],
    [2, 3, 4, 5, 6],
  ])
  // A page that waits for it does not wait longer, and after one alone the next is told at once.
  hear(7)
  state.nowMs = 1_040
  catchUp.now(room)
  expect(told.at(-1)).toBe(7)
  state.nowMs = 1_050
  for (const rev of [8, 9]) hear(rev)
  expect(told.at(-1)).toBe(9)
  // A server that stops waits for nobody.
  hear(10)
  const stopping = catchUp.readAll()
  store.answer({})
  await stopping
  expect([told.at(-1), store.takeAsked().map(({ kind }) => kind)]).toEqual([10, ["heads"]])

  // The fewer there are, the shorter, and in a room of less than fifty nobody waits.
  for (const [here, restMs] of [
    [49, 0],
    [50, 10],
    [100, 20],
    [125, 25],
    [126, 25],
  ] as const) {
    const other = setUp()
    other.state.here = here
    other.room.feed.begin(1, 1_000)
    for (const rev of [2, 3]) other.hear(rev)
    expect([other.room.feed.isResting(1_000 + restMs - 1), other.room.feed.isResting(1_000 + restMs)]).toEqual([
      restMs > 0,
      false,
    ])
  }
})

test("a room that nobody is in, and of which no page is under way, is let go of after five seconds", () => {
  const { room, state } = setUp()
  const { end } = room.listen()
  expect(room.isIdle(9_000)).toBe(false)
  end()
  expect([room.isIdle(13_999), room.isIdle(14_000)]).toEqual([false, true])
  state.here = 1
  expect(room.isIdle(20_000)).toBe(false)
  state.here = 0
  expect([room.isIdle(24_999), room.isIdle(25_000)]).toEqual([false, true])
  expect([setUp().room.isIdle(5_999), setUp().room.isIdle(6_000)]).toEqual([false, true])
})

test("a room is followed once it is heard, and over once it is ended: who waits is refused, who sent is answered", async () => {
  const { room, heard } = setUp()
  expect([room.isFollowed, room.isOver, room.access.isOutdated(0)]).toEqual([false, false, false])
  heard.resolve()
  await room.followed
  expect(room.isFollowed).toBe(true)
  const log: unknown[] = []
  room.feed.begin(1, 1_000)
  room.offer({ message: message(3) }, () => log.push("answered"))
  room.feed.afterAll(
    3,
    1_000,
    () => log.push("page"),
    (cause) => log.push((cause as ChatError).code),
  )
  room.end()
  await settled()
  expect([room.isOver, log]).toEqual([true, ["ERR_BUSY", "answered"]])
})

test("[JOIN6] pages under way hear what is told, and what comes is told as new unless it is deleted", () => {
  const { room, changes } = setUp()
  const early = room.listen()
  room.feed.begin(1, 1_000)
  const change = { kind: "edited" } as never
  const [second, third] = [message(2), message(3, { deletedAt: new Date(3).toISOString() })]
  const fourth = message(4, { seq: 1 })
  room.offer({ message: second, change })
  const late = room.listen()
  room.offer({ message: third, change })
  early.end()
  room.offer({ message: fourth, change })
  expect(changes).toEqual([{ message: second }, { message: third, change }, { message: fourth, change }])
  expect([early.messages, late.messages]).toEqual([
    [second, third],
    [third, fourth],
  ])
})

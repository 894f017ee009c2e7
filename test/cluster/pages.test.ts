/** A page on its way: when it is asked for, where it is given, and how whoever asked is refused. */
import { expect, test } from "bun:test"
import type { Page } from "../../src/chat/rules/found.ts"
import type { Join, Joined } from "../../src/chat/rules/rooms.ts"
import { CatchUp } from "../../src/cluster/catch-up.ts"
import { FollowedRoom } from "../../src/cluster/followed-room.ts"
import { Pages } from "../../src/cluster/pages.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { Message } from "../../src/contract/messages.ts"
import { AskedStore } from "../support/asked-store.ts"
import { newMessageId, newRoomId, user } from "../support/ids.ts"

const roomId = newRoomId()
const latest = { kind: "pageBefore", roomId, before: undefined, limit: 50 } as const
const join: Join = {
  kind: "join",
  roomId,
  userId: user("ann"),
  username: "Ann",
  avatar: undefined,
  since: undefined,
  epoch: undefined,
  newUserWaitMs: 0,
  isKnown: false,
  isAdmin: false,
  at: 0,
}
const nothingNew = { isNewUser: false, isNewMember: false, isByRight: false, isRenamed: false }

function message(rev: number, more: Partial<Message> = {}): Message {
  const author = { userId: user("ann"), user: { username: "Ann", avatar: null } }
  const createdAt = new Date(rev).toISOString()
  return { id: newMessageId(), roomId, seq: rev, rev, type: "text", content: `${rev}`, createdAt, ...author, ...more }
}

function page(rev: number, messages: Message[] = []): Page {
  return { messages, rev, epoch: "one", hasMore: false, reset: false, bytes: 0 }
}

function joined(accessRev: number, found: Page, deeds: Partial<Joined> = {}): Joined {
  const [room, profile] = [{} as Joined["room"], { username: "Ann", avatar: null }]
  return { room, ...nothingNew, accessRev, profile, page: found, ...deeds }
}

async function setUp({ isFollowed = true } = {}) {
  const store = new AskedStore()
  const state = { isSameLife: true }
  const given: unknown[] = []
  const told: number[] = []
  const heard = Promise.withResolvers<void>()
  const options = {
    inner: store,
    elapsedMs: () => 1_000,
    onBehind: () => {},
    isSameLife: () => state.isSameLife,
    usersIn: () => [],
    countHere: () => 0,
    evict: () => {},
    tell: (change: { readonly message: Message }) => told.push(change.message.rev),
    follow: () => heard.promise,
  }
  const room = new FollowedRoom(roomId, options)
  const pages = new Pages({ ...options, catchUp: new CatchUp(options) })
  const read = (command: Join | typeof latest = latest) =>
    pages.read(room, command, (outcome) => given.push(outcome instanceof ChatError ? outcome.code : outcome))
  if (isFollowed) heard.resolve()
  if (isFollowed) await room.followed
  return { store, state, room, pages, given, told, heard, read, take: () => given.splice(0) }
}

test("[JOIN6] a page is asked for once its room is heard, and given with what was told meanwhile", async () => {
  const { store, room, told, heard, read, take } = await setUp({ isFollowed: false })
  read()
  expect(store.takeAsked()).toEqual([])
  heard.resolve()
  await room.followed
  expect(store.takeAsked()).toEqual([latest])
  store.answer(page(0))
  expect(take()).toEqual([page(0)])
  read()
  const first = message(1)
  room.offer({ message: first })
  expect(store.takeAsked()).toEqual([latest])
  store.answer(page(0))
  expect([told, take()]).toEqual([[1], [expect.objectContaining({ messages: [first], rev: 1 })]])
})

test("[JOIN6] what a page tells is told to those who are here, before it is given", async () => {
  const { store, room, told, read, take } = await setUp()
  room.feed.begin(1, 1_000)
  const found = page(3, [message(2), message(3)])
  read()
  store.answer(found)
  store.takeAsked()
  expect([told, take()]).toEqual([[2, 3], [found]])
})

test("[JOIN6] a page is held up until those here are told all that is in it, and what is missing is read at once", async () => {
  const { store, room, told, read, take } = await setUp()
  room.feed.begin(1, 1_000)
  const [second, first] = [message(2), message(4, { seq: 1 })]
  // It was edited while the page was read.
  const found = page(1, [first])
  read()
  store.answer(found)
  expect(store.takeAsked()).toEqual([latest, expect.objectContaining({ kind: "pageSince", since: 1 })])
  expect([told, take()]).toEqual([[], []])
  store.answer(page(4, [second, first]))
  expect(told).toEqual([2, 4])
  expect(take()).toEqual([expect.objectContaining({ messages: [first, second], rev: 4 })])
})

test("whoever cannot be answered is refused, and nobody waits any more", async () => {
  const busy = new ChatError("ERR_BUSY")
  const ways: [ChatError["code"], (asked: Awaited<ReturnType<typeof setUp>>) => void][] = [
    ["ERR_FORBIDDEN", ({ store }) => store.answer(new ChatError("ERR_FORBIDDEN"))],
    [
      "ERR_BUSY",
      ({ store, state }) => {
        state.isSameLife = false
        store.answer(page(0))
      },
    ],
    [
      "ERR_BUSY",
      ({ store, room }) => {
        room.end()
        store.answer(page(0))
      },
    ],
    [
      "ERR_STORAGE",
      ({ store, room }) => {
        room.feed.begin(1, 1_000)
        store.answer(page(2))
        store.answer(new ChatError("ERR_STORAGE"))
      },
    ],
  ]
  for (const [code, happen] of ways) {
    const asked = await setUp()
    asked.read()
    happen(asked)
    expect(asked.take()).toEqual([code])
    expect(asked.room.isIdle(6_000)).toBe(true)
  }
  const full = await setUp()
  full.store.isFull = true
  expect(() => full.read()).toThrow(busy)
  expect([full.take(), full.room.isIdle(6_000)]).toEqual([[], true])
  const late = await setUp({ isFollowed: false })
  late.store.isFull = true
  late.read()
  late.heard.resolve()
  await late.room.followed
  expect([late.take(), late.room.isIdle(6_000)]).toEqual([["ERR_BUSY"], true])
})

test("[MEM5] who joined by an access that is over is asked about again, and what the first join did is told", async () => {
  const { store, room, read, take } = await setUp()
  room.access.raise(2)
  for (const deed of Object.keys(nothingNew)) {
    for (const [first, second] of [
      [{ [deed]: true }, {}],
      [{}, { [deed]: true }],
    ]) {
      read(join)
      store.answer(joined(1, page(0), first))
      expect(take()).toEqual([])
      store.answer(joined(2, page(0), second))
      expect(take()).toEqual([joined(2, page(0), { [deed]: true })])
    }
  }
  read(join)
  store.answer(joined(1, page(0), { isNewMember: true }))
  store.answer(new ChatError("ERR_FORBIDDEN"))
  expect(take()).toEqual(["ERR_FORBIDDEN"])
})

test("[MEM5] who is removed while their page waits for its turn is asked about again", async () => {
  const { store, room, read, take } = await setUp()
  room.feed.begin(1, 1_000)
  read(join)
  store.answer(joined(1, page(2)))
  room.access.raise(2)
  store.takeAsked()
  room.offer({ message: message(2) })
  expect([store.takeAsked(), take()]).toEqual([[join], []])
  // What was read of the room for the first has no reader any more.
  store.answer(page(2))
  store.answer(new ChatError("ERR_FORBIDDEN"))
  expect(take()).toEqual(["ERR_FORBIDDEN"])
})

test("[MEM5] whoever is let in is looked at from there on", async () => {
  const { store, room, read } = await setUp()
  read(join)
  store.answer(joined(3, page(0)))
  store.takeAsked()
  room.access.found(3)
  expect(store.takeAsked()).toEqual([])
  room.access.found(4)
  expect(store.takeAsked()).toEqual([{ kind: "strangers", roomId, userIds: [] }])
})

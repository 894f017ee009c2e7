/** Who may be in a room, where removals were not heard of. */
import { expect, test } from "bun:test"
import { Access } from "../../src/cluster/access.ts"
import { ask } from "../../src/cluster/ask.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { AskedStore } from "../support/asked-store.ts"
import { newRoomId, user } from "../support/ids.ts"

const roomId = newRoomId()
const here = [user("ann"), user("bob")]
const look = { kind: "strangers", roomId, userIds: here } as const

function setUp() {
  const store = new AskedStore()
  const evicted: unknown[] = []
  const evict = (eviction: unknown) => evicted.push(eviction)
  return { store, evicted, access: new Access(roomId, { inner: store, usersIn: () => here, evict }) }
}

test("[NODE1] nobody is let in by less than is known", () => {
  const { access } = setUp()
  expect(access.isOutdated(0)).toBe(false)
  access.raise(3)
  access.raise(2)
  expect([access.isOutdated(2), access.isOutdated(3)]).toEqual([true, false])
  access.found(4)
  expect([access.isOutdated(3), access.isOutdated(4)]).toEqual([true, false])
})

test("[NODE1] those here are looked at when the store is beyond what they came by, and until it says who may stay", () => {
  const { store, evicted, access } = setUp()
  access.found(5)
  expect(store.takeAsked()).toEqual([])
  access.begin(5)
  access.begin(1)
  access.found(5)
  expect(store.takeAsked()).toEqual([])
  access.found(6)
  store.answer(new ChatError("ERR_STORAGE"))
  access.found(6)
  expect(store.takeAsked()).toEqual([look, look])
  store.answer({ userIds: [user("bob")], accessRev: 7 })
  expect(evicted).toEqual([{ roomId, userId: user("bob"), accessRev: 7 }])
  for (const accessRev of [6, 7]) access.found(accessRev)
  expect(store.takeAsked()).toEqual([])
  access.found(8)
  expect(store.takeAsked()).toEqual([look])
})

test("an older answer that comes late undoes nothing", () => {
  const { store, access } = setUp()
  access.begin(1)
  access.found(2)
  access.found(3)
  store.answer({ userIds: [], accessRev: 3 })
  store.answer({ userIds: [], accessRev: 2 })
  store.takeAsked()
  access.found(3)
  expect(store.takeAsked()).toEqual([])
})

test("what nobody has submitted is answered with why it was not taken", () => {
  const fault = new Error("A fault of the store")
  const answers: unknown[] = []
  for (const thrown of [new ChatError("ERR_BUSY"), fault]) {
    const submit = () => {
      throw thrown
    }
    ask({ ...new AskedStore(), submit }, look, (answer) => answers.push(answer))
  }
  expect(answers.map((answer) => answer instanceof ChatError && [answer.code, answer.cause])).toEqual([
    ["ERR_BUSY", undefined],
    ["ERR_INTERNAL", fault],
  ])
})

import { expect, test } from "bun:test"
import { Session } from "../../src/chat/session.ts"
import { Typing } from "../../src/chat/typing.ts"
import { newRoomId, user } from "../support/ids.ts"

const roomId = newRoomId()
const userId = user("ann")
const phone = { roomId, userId, sessionId: new Session("phone").id }
const laptop = { ...phone, sessionId: new Session("laptop").id }

test("[TYPE2] a repeated true is passed on at most once a second", () => {
  const typing = new Typing()
  const passedOn = [0, 1, 999, 1_000, 1_001, 1_999, 2_000].filter((nowMs) => typing.start(phone, nowMs))
  expect(passedOn).toEqual([0, 1_000, 2_000])
})

test("[TYPE2] a false does not let the next true through earlier", () => {
  const typing = new Typing()
  expect(typing.start(phone, 0)).toBe(true)
  expect(typing.stop(roomId, userId)).toMatchObject(phone)
  expect(typing.start(phone, 500)).toBe(false)
  expect(typing.start(phone, 1_000)).toBe(true)
})

test("[TYPE2] a false is told only if a true was", () => {
  const typing = new Typing()
  expect(typing.stop(roomId, userId)).toBeUndefined()
  typing.start(phone, 0)
  expect(typing.stop(roomId, userId)).toMatchObject(phone)
  expect(typing.stop(roomId, userId)).toBeUndefined()
  // Held back, so nobody was told.
  typing.start(phone, 500)
  expect(typing.stop(roomId, userId)).toBeUndefined()
})

test("[TYPE2] rooms and users do not throttle one another", () => {
  const typing = new Typing()
  expect(typing.start(phone, 0)).toBe(true)
  expect(typing.start({ ...phone, roomId: newRoomId() }, 0)).toBe(true)
  expect(typing.start({ ...phone, userId: user("bob") }, 0)).toBe(true)
})

test("[TYPE3] typing ends after 6 s of silence, counted from the last true, passed on or not", () => {
  const typing = new Typing()
  typing.start(phone, 0)
  typing.start({ ...phone, userId: user("bob") }, 100)
  typing.start(phone, 900)

  expect(typing.expire(6_099)).toEqual([])
  expect(typing.expire(6_100).map(({ userId }) => userId)).toEqual([user("bob")])
  expect(typing.expire(6_899)).toEqual([])
  expect(typing.expire(6_900)).toHaveLength(1)
  expect(typing.expire(60_000)).toEqual([])
})

test("[TYPE3] only the session that typed last ends typing by leaving", () => {
  const typing = new Typing()
  typing.start(phone, 0)
  typing.start(laptop, 1)
  expect(typing.stop(roomId, userId, phone.sessionId)).toBeUndefined()
  expect(typing.stop(roomId, userId, laptop.sessionId)).toMatchObject(laptop)
})

test("[TYPE1] [JOIN4] the end of typing is for those who were told: all but the one tab that typed, or all after two", () => {
  const typing = new Typing()
  typing.start(phone, 0)
  typing.start(laptop, 1)
  expect(typing.stop(roomId, userId)?.untold).toBe(phone.sessionId)

  typing.start(phone, 1_000)
  typing.start(phone, 2_000)
  expect(typing.stop(roomId, userId)?.untold).toBe(phone.sessionId)

  typing.start(phone, 3_000)
  typing.start(laptop, 4_000)
  expect(typing.stop(roomId, userId)).toMatchObject({ untold: undefined, sessionId: laptop.sessionId })
})

test("[TYPE3] nothing is kept of who has long stopped typing", () => {
  const typing = new Typing()
  typing.start(phone, 0)
  typing.start({ ...phone, userId: user("bob") }, 500)
  typing.stop(roomId, user("bob"))
  expect(typing.size).toBe(3)
  expect(typing.expire(999)).toEqual([])
  expect(typing.size).toBe(3)
  typing.expire(1_000)
  expect(typing.size).toBe(2)
  typing.expire(1_500)
  expect(typing.size).toBe(1)
  expect(typing.expire(6_000)).toHaveLength(1)
  expect(typing.size).toBe(0)
})

test("[TYPE2] a throttle counts from the last that was passed on, whoever typed meanwhile", () => {
  const typing = new Typing()
  const bob = { ...phone, userId: user("bob") }
  typing.start(phone, 0)
  typing.start(bob, 500)
  typing.start(phone, 1_000)
  // The one of bob is the oldest now, and the first that is forgotten.
  typing.expire(1_600)
  expect(typing.start(bob, 1_600)).toBe(true)
  expect(typing.start(phone, 1_999)).toBe(false)
})

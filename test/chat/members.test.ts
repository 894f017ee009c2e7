import { expect, test } from "bun:test"
import { Presence } from "../../src/chat/presence.ts"
import { Session } from "../../src/chat/session.ts"
import { limits } from "../../src/contract/limits.ts"
import type { UserId } from "../../src/contract/values.ts"
import { newRoomId, user } from "../support/ids.ts"

const roomId = newRoomId()
const session = (userId: UserId) => new Session(`session of ${userId}`).id

test("[HERE1] pages join to everybody, in the order of coming, within the bounds of a page", () => {
  const presence = new Presence()
  const everybody = Array.from({ length: 450 }, (_, i) => user(`user ${i}`))
  for (const userId of everybody) enter(presence, userId)

  const pages = everyPage(presence)
  expect(pages.map((page) => page.length)).toEqual([limits.membersLengthMax, limits.membersLengthMax, 50])
  expect(pages.flat()).toEqual(everybody)
})

test("[HERE1] a page is bounded in bytes too", () => {
  const presence = new Presence()
  const everybody = Array.from({ length: 100 }, (_, i) => user(`user ${i}`))
  const avatar = `https://a.example/${"x".repeat(limits.urlLengthMax - 18)}`
  for (const userId of everybody) enter(presence, userId, avatar)

  const { members } = presence.page(roomId, 0)
  expect(members.length).toBeLessThan(100)
  expect(Buffer.byteLength(JSON.stringify(members))).toBeLessThanOrEqual(limits.membersBytesMax)
  expect(everyPage(presence).flat()).toEqual(everybody)
})

test("[HERE1] who stays is given once, whoever comes and goes between the pages", () => {
  const presence = new Presence()
  const everybody = Array.from({ length: 300 }, (_, i) => user(`user ${i}`))
  for (const userId of everybody) enter(presence, userId)

  const first = presence.page(roomId, 0)
  // The cursor's own member leaves, one that was given returns, and one that was not leaves.
  exit(presence, user("user 199"))
  exit(presence, user("user 0"))
  enter(presence, user("user 0"))
  exit(presence, user("user 250"))
  enter(presence, user("late"))
  const second = presence.page(roomId, first.next ?? 0)

  expect(second.next).toBeUndefined()
  const stayed = everybody.slice(200).filter((userId) => userId !== user("user 250"))
  expect(second.members.map(({ userId }) => userId)).toEqual([...stayed, user("user 0"), user("late")])
})

test("[HERE1] a room in which nobody is has one empty page", () => {
  expect(new Presence().page(roomId, 0)).toEqual({ members: [], next: undefined })
})

function enter(presence: Presence, userId: UserId, avatar: string | null = null) {
  presence.enter(roomId, userId, { username: "Somebody", avatar }, session(userId))
}

function exit(presence: Presence, userId: UserId) {
  expect(presence.exit(roomId, userId, session(userId))).toBe(true)
}

function everyPage(presence: Presence, after = 0): UserId[][] {
  const { members, next } = presence.page(roomId, after)
  return [members.map(({ userId }) => userId), ...(next === undefined ? [] : everyPage(presence, next))]
}

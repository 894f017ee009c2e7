import { expect, test } from "bun:test"
import type { RoomMember } from "../../src/web/core/belonging.ts"
import { isHere } from "../../src/web/core/is-here.ts"
import { Presence } from "../../src/web/core/presence.ts"

const profile = { userId: "bob", username: "Bob", avatar: null }
const bob = (isHere: boolean): RoomMember => ({ ...profile, role: "member", joinedAt: "", isHere, isOnline: true })

test("[MEM3] who came or left since the list was asked for is shown as it is now", () => {
  const presence = new Presence()
  presence.reset([], 1)
  expect(isHere(presence, bob(true))).toBe(false)
  presence.enter(profile)
  expect(isHere(presence, bob(false))).toBe(true)
  presence.exit("bob")
  expect(isHere(presence, bob(true))).toBe(false)
})

test("[JOIN8] in a crowd it is as when the list was asked for", () => {
  const presence = new Presence()
  presence.reset([], 501)
  expect([isHere(presence, bob(true)), isHere(presence, bob(false))]).toEqual([true, false])
})

import { expect, test } from "bun:test"
import { signal } from "@preact/signals-core"
import { Belonging, type RoomMember } from "../../src/web/core/belonging.ts"
import type { ConnectionState } from "../../src/web/core/connection.ts"
import { isHere, onlineIn, onlineListed, presenceOf } from "../../src/web/core/is-here.ts"
import { Presence } from "../../src/web/core/presence.ts"
import type { ListedRoom } from "../../src/web/core/wire.ts"

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
  presence.reset([], 500)
  expect(isHere(presence, bob(true))).toBe(false)
})

/** Bob, who was online when the list was asked for, and Cleo, who was not. */
function room(hereNow: number) {
  const presence = new Presence()
  presence.reset([], hereNow)
  const belonging = new Belonging({} as ConstructorParameters<typeof Belonging>[0], () => false)
  belonging.describe([bob(false), { ...bob(false), userId: "cleo", isOnline: false }])
  return { presence, belonging }
}

/** Of whom the server tells. */
const hearing = at("online")

function at(kind: ConnectionState["kind"]) {
  return { connection: { state: signal({ kind } as ConnectionState) } }
}

const online = (...told: [string, boolean][]) => signal<ReadonlyMap<string, boolean>>(new Map(told))

test("[USER3] where people are known a room's members are counted who are online, whichever room they look at", () => {
  const at = (...told: [string, boolean][]) => onlineIn(room(0), { ...hearing, isKnown: true, online: online(...told) })
  expect([at(), at(["bob", false]), at(["cleo", true]), at(["dora", true])]).toEqual([1, 0, 2, 1])
})

test("[MEM3] who belongs to a large room is counted, and who of them is online, also those behind the last that are listed", async () => {
  const pageOf = (n: number) => ({
    members: Array.from({ length: 200 }, (_, index) => ({
      ...bob(false),
      userId: `person ${n} ${index}`,
      isOnline: n === 0,
    })),
    ...{ ok: true as const, total: 4_000, online: 230, cursor: "more" },
  })
  let asked = 0
  const connection = { request: async () => pageOf(asked++) }
  const scope = { roomId: "garden", user: () => ({ userId: "ann" }), connection }
  const belonging = new Belonging(scope as never, () => false)
  await belonging.refresh()
  const [listed, { total }] = [belonging.members.value.length, belonging.unlisted.value]
  expect([asked, listed, listed + total]).toEqual([5, 1_000, 4_000])
  const counted = onlineIn({ presence: new Presence(), belonging }, { ...hearing, isKnown: true, online: online() })
  expect(counted).toBe(230)
})

test("where nobody is known, and in a crowd, it is how many are in the room", () => {
  expect(onlineIn(room(7), { ...hearing, isKnown: false, online: online(["cleo", true]) })).toBe(7)
  expect(onlineIn(room(500), { ...hearing, isKnown: true, online: online(["cleo", true]) })).toBe(2)
  expect(onlineIn(room(501), { ...hearing, isKnown: true, online: online(["cleo", true]) })).toBe(501)
})

test("until its members were asked for, nobody is counted", () => {
  const unasked = room(3)
  unasked.belonging.describe([])
  expect(onlineIn(unasked, { ...hearing, isKnown: true, online: online() })).toBeUndefined()
})

test.each(["offline", "down", "refused"] as const)("nothing is said of others while the connection is %s", (kind) => {
  const [away, here] = [at(kind), at("connecting")]
  const told = { isKnown: true, online: online(["bob", true]) }
  expect([onlineIn(room(7), { ...told, ...here }), onlineIn(room(7), { ...told, ...away })]).toEqual([1, undefined])
  expect([presenceOf(bob(false), { ...told, ...here }), presenceOf(bob(false), { ...told, ...away })]).toEqual([
    true,
    undefined,
  ])
  const listed = { memberCount: 3 } as ListedRoom
  expect(
    [
      { isKnown: false, ...here },
      { isKnown: false, ...away },
    ].map((one) => onlineListed(listed, one)),
  ).toEqual([3, 0])
})

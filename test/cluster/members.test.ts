/** Who is where, as one server says it, hears it and keeps it; the registry is one in memory, and time is moved by hand. */
import { expect, test } from "bun:test"
import { Members } from "../../src/cluster/members.ts"
import type { Said, ServerId } from "../../src/cluster/news.ts"
import { aliveMs } from "../../src/cluster/registry.ts"
import type { Profile } from "../../src/contract/people.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { newRoomId, user } from "../support/ids.ts"
import { MemoryHub } from "../support/memory-bus.ts"
import { settled } from "./servers.ts"

const [garden, kitchen] = [newRoomId(), newRoomId()]
const [ann, bob, cleo] = [user("ann"), user("bob"), user("cleo")]
const [here, there, other] = ["here", "there", "other"] as [ServerId, ServerId, ServerId]
const named = (username: string, avatar: string | null = null): Profile => ({ username, avatar })
const at = (userId: typeof ann, session = `${userId}'s`, roomId = garden) =>
  ({ roomId, userId, sessionId: session }) as never

async function setUp(hub = new MemoryHub()) {
  const { registry } = hub.connect({ onMessage: () => {}, onUp: () => {}, onDown: () => {} })
  const state = { nowMs: 100_000, isHearing: true }
  const said: [RoomId, Said][] = []
  const heard: unknown[] = []
  const unkept: unknown[] = []
  const members = new Members({
    server: here,
    registry,
    elapsedMs: () => state.nowMs,
    isHearing: () => state.isHearing,
    say: (roomId, one) => said.push([roomId, one]),
    hear: (news) => heard.push(news),
    onUnkept: (cause) => unkept.push(cause),
  })
  const beat = async (nowMs = state.nowMs) => {
    state.nowMs = nowMs
    await members.beat()
    await settled()
  }
  const load = async (roomId = garden) => {
    await members.load(roomId)
    await settled()
  }
  /** As that server does it, and with its beat. */
  const enter = async (server: ServerId, roomId: RoomId, ...userIds: (typeof ann)[]) => {
    await registry.beat(server)
    await registry.enter(
      roomId,
      userIds.map((userId) => ({ server, userId, profile: named(userId) })),
    )
  }
  const kept = async (roomId = garden) =>
    (await registry.read(roomId)).map(({ server, userId }) => `${userId} ${server}`).sort()
  const take = <T>(list: T[]) => list.splice(0)
  return { hub, registry, state, members, beat, load, enter, kept, said, heard, unkept, take }
}

const came = (userId: typeof ann, server = there, roomId = garden) => {
  return { kind: "entered", place: { roomId, userId, sessionId: `server ${server}` }, profile: named(userId) }
}
const went = (userId: typeof ann, server = there, reason = "disconnect", roomId = garden) => {
  return { kind: "exited", place: { roomId, userId, sessionId: `server ${server}` }, reason }
}

test("[NODE1] whoever comes is said and kept until the last of their sessions is gone", async () => {
  const { members, said, kept, take } = await setUp()
  members.entered(at(ann, "one"), named("Ann"))
  members.entered(at(ann, "two"), named("Ann"))
  expect(take(said)).toEqual([[garden, { kind: "entered", userId: ann, profile: named("Ann") }]])
  for (const profile of [named("Anna"), named("Anna", "https://a.example/1.png")]) {
    members.entered(at(ann, "two"), profile)
    expect(take(said)).toEqual([[garden, { kind: "entered", userId: ann, profile }]])
  }
  await settled()
  expect([members.usersIn(garden), members.countHere(garden), await kept()]).toEqual([[ann], 1, ["ann here"]])
  for (const session of ["one", "one", "three"]) members.exited(at(ann, session), "leave")
  members.exited(at(bob), "leave")
  members.exited(at(ann, "one", kitchen), "leave")
  expect(take(said)).toEqual([])
  members.entered(at(bob), named("Bob"))
  take(said)
  members.exited(at(ann, "two"), "leave")
  expect(take(said)).toEqual([[garden, { kind: "exited", userId: ann, reason: "leave" }]])
  expect([members.usersIn(garden), members.countHere(garden)]).toEqual([[bob], 1])
  members.exited(at(bob), "disconnect")
  await settled()
  expect([members.usersIn(garden), members.countHere(garden), await kept()]).toEqual([[], 0, []])
})

test("[NODE1] another name or picture is said in the rooms that somebody is in, and once nobody is in a room, nothing of it", async () => {
  const { members, said, kept, take } = await setUp()
  for (const place of [at(ann), at(ann, "kitchen's", kitchen), at(bob, "bob's", kitchen)])
    members.entered(place, named("new"))
  members.entered(at(cleo, "cleo's", "shed" as RoomId), named("new"))
  take(said)
  const profile = named("Ann", "https://a.example/1.png")
  members.described(ann, profile)
  const told = { kind: "entered", userId: ann, profile } as const
  expect(take(said)).toEqual([
    [garden, told],
    [kitchen, told],
  ])
  members.exited(at(ann), "leave")
  members.exited(at(cleo, "cleo's", "shed" as RoomId), "leave")
  take(said)
  members.described(ann, named("Annie"))
  members.appear()
  await settled()
  expect(said.map(([roomId, { kind }]) => [roomId, kind])).toEqual([
    [kitchen, "entered"],
    [kitchen, "here"],
  ])
  expect([await kept(), await kept(kitchen), await kept("shed" as RoomId)]).toEqual([[], ["ann here", "bob here"], []])
})

test("[NODE1] what is said of a room is said to the others as it is", async () => {
  const { members, said } = await setUp()
  members.typed(at(ann), true)
  members.evicted({ roomId: garden, userId: ann, accessRev: 3 }, "removed")
  members.emptied(garden)
  expect(said).toEqual([
    [garden, { kind: "typed", userId: ann, sessionId: "ann's" as never, isTyping: true }],
    [garden, { kind: "evicted", userId: ann, accessRev: 3, reason: "removed" }],
    [garden, { kind: "emptied" }],
  ])
})

test("[LEAVE2] a server that stops says and keeps nothing more", async () => {
  const { members, said, kept, beat, registry, take } = await setUp()
  members.entered(at(ann), named("Ann"))
  await settled()
  take(said)
  members.hush()
  members.typed(at(ann), true)
  members.exited(at(ann), "disconnect")
  await beat()
  expect([said, await kept(), await registry.living([here])]).toEqual([[], ["ann here"], new Set()])
})

test("[NODE1] what others say of a room that is followed is heard, once", async () => {
  const { members, heard, load, take } = await setUp()
  members.heard(garden, there, { kind: "entered", userId: ann, profile: named("ann") })
  members.heard(garden, there, { kind: "emptied" })
  expect(heard).toEqual([])
  await load()
  members.heard(garden, there, { kind: "entered", userId: ann, profile: named("ann") })
  members.heard(garden, there, { kind: "typed", userId: ann, sessionId: "1", isTyping: true })
  members.heard(garden, there, { kind: "evicted", userId: bob, accessRev: 2, reason: "removed" })
  members.heard(garden, there, { kind: "emptied" })
  expect(take(heard)).toEqual([
    came(ann),
    { kind: "typed", indicator: { roomId: garden, userId: ann, sessionId: "there 1" }, isTyping: true },
    { kind: "evicted", eviction: { roomId: garden, userId: bob, accessRev: 2 }, reason: "removed" },
    { kind: "emptied", roomId: garden },
  ])
  const people = [bob, cleo].map((userId) => [userId, named(userId)] as const)
  members.heard(garden, there, { kind: "here", people })
  expect(take(heard)).toEqual([came(bob), came(cleo), went(ann)])
  members.heard(garden, there, { kind: "exited", userId: bob, reason: "leave" })
  members.heard(garden, there, { kind: "exited", userId: bob, reason: "leave" })
  expect(take(heard)).toEqual([went(bob, there, "leave")])
  members.forget(garden)
  expect(take(heard)).toEqual([went(cleo)])
  members.heard(garden, there, { kind: "entered", userId: ann, profile: named("ann") })
  members.forget(garden)
  expect(heard).toEqual([])
})

test("[NODE1] who is in a room is read, and what is said meanwhile is heard after that", async () => {
  const { hub, members, heard, load, enter, kept, take } = await setUp()
  await enter(there, garden, ann, bob)
  await enter(other, garden, cleo)
  hub.expire(other)
  // Of a run of this server that nobody knows of any more.
  await enter(here, garden, cleo)
  members.entered(at(ann), named("Ann"))
  const reading = Promise.withResolvers<void>()
  hub.answering = (what) => (what === "read" ? reading.promise : undefined)
  const loading = load()
  members.heard(garden, there, { kind: "exited", userId: bob, reason: "leave" })
  // It is being read already.
  await load()
  expect(heard).toEqual([])
  reading.resolve()
  hub.answering = undefined
  await loading
  expect(take(heard)).toEqual([came(ann), came(bob), went(bob, there, "leave")])
  expect(await kept()).toEqual(["ann here", "ann there", "bob there"])
  await enter(there, garden, cleo)
  await load()
  expect(take(heard)).toEqual([came(ann), came(bob), came(cleo)])
})

test("[NODE1] a room that is followed again while it is read is read anew", async () => {
  const { hub, members, heard, load, enter } = await setUp()
  await enter(there, garden, bob)
  const reading = Promise.withResolvers<void>()
  hub.answering = (what) => (what === "read" ? reading.promise : undefined)
  const first = load()
  members.forget(garden)
  const second = load()
  members.heard(garden, there, { kind: "exited", userId: bob, reason: "leave" })
  reading.resolve()
  await Promise.all([first, second])
  expect(heard).toEqual([came(bob), went(bob, there, "leave")])
})

test("[NODE3] what could not be read is read with the next beat", async () => {
  const { registry, heard, load, enter, beat } = await setUp()
  await beat()
  await enter(there, garden, bob)
  const { read } = registry
  Object.assign(registry, { read: async () => Promise.reject(new Error("away")) })
  await load()
  Object.assign(registry, { read })
  expect(heard).toEqual([])
  await beat()
  expect(heard).toEqual([came(bob)])
})

test("[NODE1] who is in no registry any more is gone with the next reading", async () => {
  const { registry, heard, load, enter, take } = await setUp()
  await enter(there, garden, ann, bob)
  await load()
  take(heard)
  await registry.exit(garden, [{ server: there, userId: bob }])
  await load()
  expect(take(heard)).toEqual([came(ann), went(bob)])
  await registry.exit(garden, [{ server: there, userId: ann }])
  await load()
  expect(take(heard)).toEqual([went(ann)])
})

test("[NODE2] a server that lives no more is gone from every room, and out of the registry", async () => {
  const { hub, members, registry, heard, load, enter, kept, beat, take } = await setUp()
  await enter(there, garden, ann, bob)
  await enter(there, kitchen, ann)
  await enter(other, garden, cleo)
  for (const roomId of [garden, kitchen]) await load(roomId)
  await beat()
  take(heard)
  await beat()
  expect(heard).toEqual([])
  hub.expire(there)
  await beat()
  expect(take(heard)).toEqual([went(ann), went(bob), went(ann, there, "disconnect", kitchen)])
  expect([await kept(), await kept(kitchen)]).toEqual([["cleo other"], []])
  const { living } = registry
  const asked: (readonly ServerId[])[] = []
  const watched: typeof living = (servers) => {
    asked.push(servers)
    return living(servers)
  }
  Object.assign(registry, { living: watched })
  await beat()
  Object.assign(registry, { living })
  expect(asked).toEqual([[other]])
  // One that says something while it is asked about may live again.
  const asking = Promise.withResolvers<void>()
  hub.answering = (what) => (what === "living" ? asking.promise : undefined)
  hub.expire(other)
  const beating = beat()
  await settled()
  members.heard(garden, other, { kind: "typed", userId: cleo, sessionId: "1", isTyping: true })
  // And it asks once at a time.
  void beat()
  await registry.beat(other)
  asking.resolve()
  hub.answering = undefined
  await beating
  expect(take(heard)).toMatchObject([{ kind: "typed" }])
  hub.expire(other)
  await beat()
  expect(take(heard)).toEqual([went(cleo, other)])
})

test("[NODE2] a server that counted as dead, or was silent for long, says again who is with it", async () => {
  const { hub, members, said, beat, take } = await setUp()
  members.entered(at(ann), named("Ann"))
  members.entered(at(bob, "bob's", kitchen), named("Bob"))
  const saidAgain = [
    [garden, { kind: "here", people: [[ann, named("Ann")]] }],
    [kitchen, { kind: "here", people: [[bob, named("Bob")]] }],
  ]
  take(said)
  await beat(0)
  expect(take(said)).toEqual(saidAgain as never)
  await beat(0.8 * aliveMs)
  expect(take(said)).toEqual([])
  await beat(2 * 0.8 * aliveMs + 1)
  expect(take(said)).toEqual(saidAgain as never)
  hub.expire(here)
  await beat()
  expect(take(said)).toEqual(saidAgain as never)
  members.appear()
  await settled()
  expect(take(said)).toEqual(saidAgain as never)
})

test("[NODE3] while the bus was away nobody is given up before the others had time to say who is there", async () => {
  const { hub, members, registry, said, heard, load, enter, beat, state, take } = await setUp()
  await enter(there, garden, ann)
  members.entered(at(cleo), named("Cleo"))
  await load()
  await beat()
  take(heard)
  // It is back, and empty.
  hub.expire(there)
  await registry.exit(garden, [{ server: there, userId: ann }])
  take(said)
  members.back()
  await settled()
  expect(said).toEqual([[garden, { kind: "here", people: [[cleo, named("Cleo")]] }]])
  const backMs = state.nowMs
  await beat(backMs + aliveMs - 1)
  await load()
  expect(heard).toEqual([])
  // Then what is not said is gone.
  await enter(there, garden)
  await beat(backMs + aliveMs)
  expect(heard).toEqual([])
  await beat(backMs + aliveMs + 499)
  expect(heard).toEqual([])
  await beat(backMs + aliveMs + 500)
  expect(take(heard)).toEqual([went(ann)])
  await enter(there, garden, bob)
  await beat(backMs + aliveMs + 600)
  expect(heard).toEqual([])
})

test("[NODE3] where nobody is heard, who is there is read with each beat", async () => {
  const { heard, load, enter, beat, state, take } = await setUp()
  await load()
  await beat()
  await enter(there, garden, ann)
  await beat()
  expect(heard).toEqual([])
  state.isHearing = false
  await beat()
  expect(take(heard)).toEqual([came(ann)])
  await enter(there, garden, bob)
  await beat()
  expect(take(heard)).toEqual([came(ann), came(bob)])
})

test("[NODE3] a registry that takes nothing is told of once, and told everything once it does", async () => {
  const { hub, members, said, unkept, kept, beat, state, take } = await setUp()
  expect(members.isKept).toBe(true)
  await beat()
  members.entered(at(bob), named("Bob"))
  await settled()
  hub.isKeeping = false
  members.entered(at(ann), named("Ann"))
  await settled()
  for (let i = 0; i < 2; i++) await beat()
  expect([unkept.length, members.isKept]).toEqual([1, false])
  expect(take(said)).toHaveLength(2)
  hub.isKeeping = true
  await beat()
  expect([members.isKept, await kept()]).toEqual([true, ["ann here", "bob here"]])
  const people = [bob, ann].map((userId) => [userId, named(userId === ann ? "Ann" : "Bob")] as const)
  expect(take(said)).toEqual([[garden, { kind: "here", people }]])
  // Where nobody is heard either, that is told already.
  state.isHearing = false
  hub.isKeeping = false
  await beat()
  expect([unkept.length, members.isKept]).toEqual([1, true])
})

test("[NODE3] what is not kept when it is said again is said with the next beat, too", async () => {
  const { members, registry, said, unkept, beat, take } = await setUp()
  members.entered(at(ann), named("Ann"))
  await beat()
  const { enter } = registry
  const cause = new Error("away")
  Object.assign(registry, { enter: () => Promise.reject(cause) })
  members.appear()
  await settled()
  expect([unkept, members.isKept]).toEqual([[cause], false])
  Object.assign(registry, { enter })
  take(said)
  await beat()
  expect([members.isKept, take(said)]).toMatchObject([true, [[garden, { kind: "here" }]]])
  await beat()
  expect(said).toEqual([])
})

test("[NODE3] who left while the registry was away is taken out of it when it is back", async () => {
  const { members, registry, kept, beat, said, take } = await setUp()
  await beat()
  for (const userId of [ann, bob, cleo]) members.entered(at(userId), named(userId))
  await settled()
  const { exit } = registry
  Object.assign(registry, { exit: async () => Promise.reject(new Error("away")) })
  for (const userId of [ann, bob]) members.exited(at(userId), "leave")
  await settled()
  // Who is back before is not.
  members.entered(at(bob), named("bob"))
  await settled()
  take(said)
  await beat()
  // It is still away, and tried again.
  expect(take(said)).toEqual([])
  const erased: unknown[] = []
  const watched: typeof exit = (roomId, places) => {
    erased.push(...places.map(({ userId }) => userId))
    return exit(roomId, places)
  }
  Object.assign(registry, { exit: watched })
  await beat()
  expect([await kept(), take(said)]).toMatchObject([["bob here", "cleo here"], [[garden, { kind: "here" }]]])
  expect(erased).toEqual([ann])
  await beat()
  expect(said).toEqual([])
  // What is out of it is out for good, and what is not is not forgotten for another.
  members.exited(at(cleo), "leave")
  await settled()
  members.appear()
  await settled()
  expect(take(erased)).toEqual([ann, cleo])
  members.entered(at(cleo), named("cleo"))
  Object.assign(registry, { exit: async () => Promise.reject(new Error("away")) })
  members.exited(at(cleo), "leave")
  await settled()
  Object.assign(registry, { exit: watched })
  members.exited(at(bob), "leave")
  await settled()
  await beat()
  expect([take(erased), await kept()]).toEqual([[bob, cleo], []])
})

test("[NODE1] rooms that are not followed are counted: each user once, at servers that live", async () => {
  const { hub, members, enter } = await setUp()
  await enter(there, garden, ann, bob)
  await enter(other, garden, bob)
  await enter("dead" as ServerId, garden, cleo)
  hub.expire("dead" as ServerId)
  expect(await members.count([garden, kitchen])).toEqual(
    new Map([
      [garden, 2],
      [kitchen, 0],
    ]),
  )
  hub.isUp = false
  expect(await members.count([garden])).toEqual(new Map())
})

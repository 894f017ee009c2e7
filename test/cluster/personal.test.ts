/** What people hear on devices at other servers than the one where something happens to them. */
import { expect, test } from "bun:test"
import type { Command, Outcomes } from "../../src/chat/rules/rules.ts"
import type { ChatStore, Settle } from "../../src/chat/store.ts"
import { type ClientEvent, clientEvents } from "../../src/contract/events.ts"
import { limits } from "../../src/contract/limits.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { user } from "../support/ids.ts"
import { MemoryHub, notAtAll } from "../support/memory-bus.ts"
import { Member, Server, settled } from "./servers.ts"

const names = ["room_added", "room_updated", "room_removed", "membership_updated", "user_updated", "read_updated"]

/** Answers a request of a kind, and keeps the answer for a while, as a slow network to the database does. */
class Holding implements ChatStore {
  kind: Command["kind"] | undefined
  readonly #inner: ChatStore
  #held: (() => void)[] = []

  constructor(inner: ChatStore) {
    this.#inner = inner
  }

  submit<C extends Command>(command: C, settle: Settle<Outcomes[C["kind"]]>): void {
    const isHeld = command.kind === this.kind
    this.#inner.submit(command, isHeld ? (result) => this.#held.push(() => settle(result)) : settle)
  }

  release(): void {
    this.kind = undefined
    for (const settle of this.#held.splice(0)) settle()
  }

  readonly counts = () => this.#inner.counts()
  readonly close = () => this.#inner.close()
}

const identity = (name: string) => ({ userId: user(name), username: name, avatar: undefined, keepsProfile: true })

/** Ann and Bob with a phone at one server and a laptop at the other, which hear what concerns them. */
class World {
  readonly hub = new MemoryHub()
  readonly store = new MemoryStore({ pendingMax: 1_000, onFailure: console.error })
  readonly holding = new Holding(this.store)
  readonly servers = [new Server("s0", this.store, this.hub), new Server("s1", this.holding, this.hub)] as const
  readonly ann = this.#device("ann", 0)
  readonly annsLaptop = this.#device("ann", 1)
  readonly bob = this.#device("bob", 0)
  readonly bobsLaptop = this.#device("bob", 1)

  static async open(): Promise<World> {
    const world = new World()
    await world.pass(100)
    for (const device of [world.ann, world.annsLaptop, world.bob, world.bobsLaptop]) await ask(device, "my_rooms")
    return world
  }

  /** A room of Ann's with Bob in it, of which no device is there. */
  async room(payload: object = { visibility: "private" }): Promise<RoomId> {
    const { room } = await ask(this.ann, "create_room", { name: "Garden", ...payload })
    await ask(this.ann, "add_member", { roomId: room.id, targetId: "bob" })
    await this.pass(100)
    return room.id as RoomId
  }

  /** What a device has heard since it was asked last. */
  heard(device: Member): unknown[] {
    const heard = device.eventsOf(...names)
    device.told.length = 0
    return heard
  }

  clear(): void {
    for (const { members } of this.servers) for (const { told } of members.values()) told.length = 0
  }

  async pass(ms: number): Promise<void> {
    await Promise.all(this.servers.map((server) => server.pass(ms)))
    await settled()
  }

  #device(name: string, server: 0 | 1): Member {
    return new Member(this.servers[server], `${name} at ${server}`, identity(name))
  }
}

function ask<E extends ClientEvent>(device: Member, event: E, payload: object = {}) {
  return device.ask(event, parseRequest(event, device.session.claimed(payload, clientEvents[event])))
}

test("[PERS1] [NODE1] a room that becomes somebody's own is told at every server, once, and so is its end", async () => {
  const world = await World.open()
  const roomId = await world.room()
  const added = ["room_added", expect.objectContaining({ id: roomId, visibility: "private" })]
  for (const device of [world.ann, world.annsLaptop, world.bob, world.bobsLaptop])
    expect(world.heard(device)).toEqual([added])
  await ask(world.ann, "remove_member", { roomId, targetId: "bob" })
  await world.pass(100)
  const removed = ["room_removed", { roomId, reason: "removed" }]
  expect([world.heard(world.bob), world.heard(world.bobsLaptop)]).toEqual([[removed], [removed]])
  expect(world.heard(world.annsLaptop)).toEqual([])
  await ask(world.annsLaptop, "delete_room", { roomId })
  await world.pass(100)
  const deleted = ["room_removed", { roomId, reason: "deleted" }]
  expect([world.heard(world.ann), world.heard(world.annsLaptop)]).toEqual([[deleted], [deleted]])
  expect([world.heard(world.bob), world.heard(world.bobsLaptop)]).toEqual([[], []])
})

test("[PERS1] [NODE1] roles, names of rooms and people, and what disturbs are told at every server", async () => {
  const world = await World.open()
  const roomId = await world.room()
  world.clear()
  await ask(world.ann, "set_role", { roomId, targetId: "bob", role: "moderator" })
  await world.pass(100)
  const promoted = ["membership_updated", { roomId, role: "moderator", notify: "mentions" }]
  expect([world.heard(world.bob), world.heard(world.bobsLaptop)]).toEqual([[promoted], [promoted]])
  await ask(world.bob, "set_notifications", { roomId, level: "none" })
  await world.pass(100)
  const silenced = ["membership_updated", { roomId, role: "moderator", notify: "none" }]
  expect([world.heard(world.bob), world.heard(world.bobsLaptop)]).toEqual([[silenced], [silenced]])
  await ask(world.bob, "update_room", { roomId, name: "Orchard" })
  await world.pass(100)
  const renamed = ["room_updated", expect.objectContaining({ id: roomId, name: "Orchard", visibility: "private" })]
  for (const device of [world.ann, world.annsLaptop, world.bob, world.bobsLaptop])
    expect(world.heard(device)).toEqual([renamed])
  await ask(world.bob, "update_profile", { username: "Bobby" })
  await world.pass(100)
  const person = ["user_updated", { userId: "bob", username: "Bobby", avatar: null }]
  for (const device of [world.ann, world.annsLaptop, world.bob, world.bobsLaptop])
    expect(world.heard(device)).toEqual([person])
})

test("[USER2] [NODE1] whoever has another name is here under it at every server, also where nobody was before", async () => {
  const world = await World.open()
  const { room } = await ask(world.ann, "create_room", { name: "Garden", visibility: "public" })
  const roomId = room.id as RoomId
  const others = ["s2", "s3"].map((name) => new Server(name, world.store, world.hub))
  const pass = () => Promise.all([world.pass(100), ...others.map((server) => server.pass(100))])
  await pass()
  // It hears nothing that concerns bob himself.
  const tablet = new Member(others[0] as Server, "bob at 2", identity("bob"))
  for (const device of [world.ann, tablet]) await ask(device, "join_room", { roomId, username: "x" })
  await pass()
  // By a server at which he is in no room.
  await ask(world.bobsLaptop, "update_profile", { username: "Bobby" })
  await pass()
  const bobby = { userId: user("bob"), username: "Bobby", avatar: null }
  for (const device of [world.ann, tablet])
    expect((await ask(device, "get_members", { roomId })).members).toContainEqual(bobby)
  const cleo = new Member(others[1] as Server, "cleo", identity("cleo"))
  expect((await ask(cleo, "join_room", { roomId, username: "cleo" })).members).toContainEqual(bobby)
})

test("[PERS1] [MEM1] [NODE1] whoever joins while somebody else is removed is told that the room is theirs, at every server", async () => {
  const world = await World.open()
  const { room } = await ask(world.ann, "create_room", { name: "Garden", visibility: "public" })
  const roomId = room.id as RoomId
  const cleo = new Member(world.servers[0], "cleo", identity("cleo"))
  await ask(cleo, "join_room", { roomId, username: "cleo" })
  await world.pass(100)
  world.holding.kind = "join"
  const joined = ask(world.bobsLaptop, "join_room", { roomId, username: "bob" })
  await settled()
  await ask(world.ann, "remove_member", { roomId, targetId: "cleo" })
  await settled()
  world.holding.release()
  await joined
  await world.pass(100)
  const added = ["room_added", expect.objectContaining({ id: roomId })]
  expect([world.heard(world.bob), world.heard(world.bobsLaptop)]).toEqual([[added], [added]])
})

test("[PERS1] [NODE1] a room that one device is told with its rooms, before the bus says it, the others are told too", async () => {
  const world = await World.open()
  world.hub.carry = notAtAll
  const { room } = await ask(world.ann, "create_room", { name: "Garden", visibility: "private" })
  await ask(world.ann, "add_member", { roomId: room.id, targetId: "bob" })
  const tablet = new Member(world.servers[1], "bob's tablet", identity("bob"))
  await ask(tablet, "my_rooms")
  const member = { kind: "member", userId: user("bob"), roomId: room.id as RoomId } as const
  const [, server] = world.servers
  server.announce(server.chat.hear({ kind: "personal", personal: member }, server.nowMs))
  await world.pass(100)
  expect(world.heard(world.bobsLaptop)).toEqual([["room_added", expect.objectContaining({ id: room.id })]])
})

test("[PERS2] [NODE1] whoever is back before it is known here that they were removed keeps the room", async () => {
  const world = await World.open()
  const roomId = await world.room()
  world.clear()
  const [, server] = world.servers
  world.hub.carry = notAtAll
  await ask(world.ann, "remove_member", { roomId, targetId: "bob" })
  const place = { userId: user("bob"), roomId }
  world.holding.kind = "ownRoom"
  server.chat.hear({ kind: "personal", personal: { kind: "left", ...place, reason: "removed" } }, 0)
  await settled()
  await ask(world.ann, "add_member", { roomId, targetId: "bob" })
  server.chat.hear({ kind: "personal", personal: { kind: "member", ...place } }, 0)
  await settled()
  world.holding.release()
  await world.pass(100)
  const told = world.heard(world.bobsLaptop) as [string][]
  expect(told.map(([event]) => event)).toEqual(["room_removed", "room_added"])
})

test("[PERS1] [NODE1] what one device is told with its rooms, before the bus says it, the others are told too", async () => {
  const world = await World.open()
  const roomId = await world.room()
  await ask(world.ann, "join_room", { roomId, username: "ann" })
  await world.pass(100)
  world.clear()
  world.hub.carry = notAtAll
  await ask(world.ann, "send_message", { roomId, content: "hello" })
  const tablet = new Member(world.servers[1], "bob's tablet", identity("bob"))
  await ask(tablet, "my_rooms")
  await world.pass(5_000)
  const told = world.bobsLaptop.eventsOf("room_activity")
  expect(told).toEqual([["room_activity", expect.objectContaining({ roomId, rev: 1, unread: 1 })]])
})

test("[ROOM6] [PERS1] [NODE1] a direct room that is put away goes at every server, and comes back with its next message", async () => {
  const world = await World.open()
  const { room } = await ask(world.ann, "open_direct", { targetIds: ["bob"] })
  const roomId = room.id as RoomId
  await ask(world.ann, "join_room", { roomId, username: "ann" })
  await world.pass(100)
  world.clear()
  await ask(world.bob, "leave_room", { roomId, forGood: true })
  await world.pass(100)
  const left = ["room_removed", { roomId, reason: "left" }]
  expect([world.heard(world.bob), world.heard(world.bobsLaptop)]).toEqual([[left], [left]])
  await ask(world.ann, "send_message", { roomId, content: "hello again" })
  await world.pass(100)
  const lastMessage = expect.objectContaining({ excerpt: "hello again" })
  const added = ["room_added", expect.objectContaining({ id: roomId, unread: 1, lastMessage })]
  expect([world.heard(world.bob), world.heard(world.bobsLaptop)]).toEqual([[added], [added]])
  expect([world.heard(world.ann), world.heard(world.annsLaptop)]).toEqual([[], []])
})

test("[READ1] [PERS1] [NODE1] what is read on one device is read on all, before it is stored", async () => {
  const world = await World.open()
  const roomId = await world.room()
  await ask(world.ann, "join_room", { roomId, username: "ann" })
  await ask(world.ann, "send_message", { roomId, content: "one" })
  await ask(world.ann, "send_message", { roomId, content: "two" })
  await world.pass(3_000)
  world.clear()
  await ask(world.bob, "mark_read", { roomId, seq: 2 })
  await settled()
  const read = ["read_updated", expect.objectContaining({ roomId, readSeq: 2, unread: 0 })]
  expect([world.heard(world.bob), world.heard(world.bobsLaptop)]).toEqual([[read], [read]])
  const { rooms } = await ask(world.bobsLaptop, "my_rooms")
  expect(rooms).toMatchObject([{ readSeq: 2, unread: 0 }])
  await world.pass(limits.readsKeptMs + 100)
  expect(world.heard(world.bobsLaptop)).toEqual([])
})

test("[READ1] [MEM2] [NODE1] what was read is so on a device that comes to another server before it is stored", async () => {
  const world = await World.open()
  const roomId = await world.room()
  await ask(world.ann, "join_room", { roomId, username: "ann" })
  await ask(world.ann, "send_message", { roomId, content: "one" })
  await ask(world.ann, "send_message", { roomId, content: "two" })
  // Where nobody hears what concerns Bob.
  const other = new Server("s2", world.store, world.hub)
  await Promise.all([world.pass(3_000), other.pass(3_000)])
  await ask(world.bob, "mark_read", { roomId, seq: 2 })
  await settled()
  const tablet = new Member(other, "bob's tablet", identity("bob"))
  const { rooms } = await ask(tablet, "my_rooms")
  expect(rooms).toMatchObject([{ readSeq: 2, unread: 0 }])
  expect(await ask(tablet, "mark_read", { roomId, seq: 1 })).toMatchObject({ readSeq: 2, unread: 0 })
})

test.each([
  ["another", 0],
  ["the same", 1],
] as const)(
  "[READ1] [MEM2] [NODE1] what is read at %s server while the rooms are being asked for is told behind the answer",
  async (_, at) => {
    const world = await World.open()
    const roomId = await world.room()
    await ask(world.ann, "join_room", { roomId, username: "ann" })
    await ask(world.ann, "send_message", { roomId, content: "one" })
    await world.pass(3_000)
    const late = new Member(world.servers[1], "late", identity("bob"))
    world.holding.kind = "myRooms"
    const asked = ask(late, "my_rooms")
    await settled()
    await ask(at === 0 ? world.bob : world.bobsLaptop, "mark_read", { roomId, seq: 1 })
    await settled()
    world.holding.release()
    expect((await asked).rooms).toMatchObject([{ readSeq: 0, unread: 1 }])
    await world.pass(100)
    expect(world.heard(late)).toEqual([["room_added", expect.objectContaining({ id: roomId, readSeq: 1, unread: 0 })]])
  },
)

test("[PERS2] [MEM5] a word that is overtaken takes no room away: the store says who is a member", async () => {
  const world = await World.open()
  const roomId = await world.room()
  world.clear()
  const left = { kind: "left", userId: user("bob"), roomId, reason: "removed" } as const
  world.servers[1].announce(world.servers[1].chat.hear({ kind: "personal", personal: left }, world.servers[1].nowMs))
  await world.pass(100)
  expect(world.heard(world.bobsLaptop)).toEqual([])
  await ask(world.bob, "set_notifications", { roomId, level: "all" })
  await world.pass(100)
  expect(world.heard(world.bobsLaptop)).toHaveLength(1)
})

test("[PERS2] [NODE1] what another server does while the rooms are being asked for is told behind the answer", async () => {
  const world = await World.open()
  const [kept, lost] = [await world.room(), await world.room()]
  const [, server] = world.servers
  const late = new Member(server, "late", identity("bob"))
  world.holding.kind = "myRooms"
  const asked = ask(late, "my_rooms")
  await settled()
  const { room } = await ask(world.ann, "create_room", { name: "New", visibility: "private" })
  await ask(world.ann, "add_member", { roomId: room.id, targetId: "bob" })
  await ask(world.ann, "remove_member", { roomId: lost, targetId: "bob" })
  await settled()
  world.holding.release()
  const { rooms } = await asked
  // As the store answered, before all of that.
  expect(rooms.map(({ id }) => id)).toEqual([kept, lost])
  await world.pass(100)
  const told = [
    ["room_added", expect.objectContaining({ id: room.id })],
    ["room_removed", { roomId: lost, reason: "removed" }],
  ]
  expect(world.heard(late)).toEqual(expect.arrayContaining(told))
  expect(world.heard(late)).toEqual([])
})

test("[PERS2] [NODE3] whoever was removed while Redis was away hears so at the next message of the room", async () => {
  const world = await World.open()
  const roomId = await world.room()
  await ask(world.ann, "join_room", { roomId, username: "ann" })
  world.clear()
  world.hub.isUp = false
  await ask(world.ann, "remove_member", { roomId, targetId: "bob" })
  await ask(world.ann, "send_message", { roomId, content: "canary" })
  await world.pass(1_000)
  expect(JSON.stringify(world.bobsLaptop.told)).not.toContain("canary")
  expect(world.heard(world.bobsLaptop)).toEqual([["room_removed", { roomId, reason: "removed" }]])
})

test("[USER3] [NODE1] who comes and goes at another server is told here, and so is everybody at one that dies", async () => {
  const world = await World.open()
  await world.room()
  const cleo = new Member(world.servers[1], "cleo", { userId: user("cleo"), username: "cleo", avatar: undefined })
  await ask(cleo, "my_rooms")
  await world.room()
  await ask(world.ann, "open_direct", { targetIds: ["cleo"] })
  await world.pass(12_000)
  const presences = () => world.ann.eventsOf("presence_updated").map((told) => (told as unknown[])[1])
  expect(presences().flatMap((told) => (told as { online: string[] }).online)).toContain("cleo")
  world.clear()
  expect(await isOnline(world.ann, "cleo")).toBe(true)
  cleo.leave()
  await world.pass(12_000)
  expect(presences()).toEqual([{ online: [], offline: ["cleo"] }])
  world.bob.leave()
  await world.pass(12_000)
  expect(presences()).toHaveLength(1)
  world.servers[1].kill()
  await world.servers[0].pass(30_000)
  expect(presences().slice(1)).toEqual([{ online: [], offline: ["bob"] }])
})

test("[USER3] [NODE3] while Redis is away nobody is said to have gone", async () => {
  const world = await World.open()
  await world.room()
  world.bob.leave()
  await world.pass(12_000)
  world.clear()
  world.hub.isUp = false
  await world.pass(30_000)
  world.hub.isUp = true
  // The other server has time to say it again.
  await world.servers[0].pass(4_000)
  expect(await isOnline(world.ann, "bob")).toBe(true)
  await world.pass(10_000)
  expect(world.ann.eventsOf("presence_updated")).toEqual([])
  expect(await isOnline(world.ann, "bob")).toBe(true)
})

async function isOnline(device: Member, targetId: string): Promise<boolean> {
  return (await ask(device, "get_user", { targetId })).user.isOnline
}

/** Memberships over two devices at two servers, against a short model of the rules; and removals that nobody is told of. */
import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { ClientEvent } from "../../src/contract/events.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { user } from "../support/ids.ts"
import { type Carry, faithfully, MemoryHub, notAtAll } from "../support/memory-bus.ts"
import { Member, Server, settled } from "./servers.ts"

type Device = "phone" | "laptop"
type Step =
  | { readonly kind: "join" | "leave" | "leaveForGood" | "send"; readonly device: Device }
  | { readonly kind: "remove" | "ban" | "unban" | "add" }

const device = fc.constantFrom<Device>("phone", "laptop")
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("join", "leave", "leaveForGood", "send"), device }),
  fc.record({ kind: fc.constantFrom("remove", "ban", "unban", "add") }),
)

/** What the rules say of Bob, who has a phone at one server and a laptop at the other. */
class Model {
  isMember = false
  isBanned = false
  readonly here = new Set<Device>()
  readonly #isPrivate: boolean

  constructor(isPrivate: boolean) {
    this.#isPrivate = isPrivate
  }

  /** Takes the step. What it is answered: an error's code, or "ok". */
  take(step: Step): string {
    switch (step.kind) {
      case "join":
        if (!this.isMember && this.#isPrivate) return "ERR_ROOM_NOT_FOUND"
        if (!this.isMember && this.isBanned) return "ERR_FORBIDDEN"
        this.isMember = true
        this.here.add(step.device)
        return "ok"
      case "leave":
        this.here.delete(step.device)
        return "ok"
      case "send":
        return this.here.has(step.device) ? "ok" : "ERR_NOT_IN_ROOM"
      case "add":
        if (this.isBanned && !this.isMember) return "ERR_FORBIDDEN"
        this.isMember = true
        return "ok"
      case "unban":
        this.isBanned = false
        return "ok"
      case "ban":
        this.isBanned = true
        return this.#end()
      case "remove":
      case "leaveForGood":
        return this.#end()
    }
  }

  #end(): string {
    this.isMember = false
    this.here.clear()
    return "ok"
  }
}

describe("[MEM1] [MEM4] memberships over two devices and two servers", () => {
  const ways: [string, Carry, number, number][] = [
    ["told by the bus", faithfully, 10, 150],
    ["found by a look at the store, where the bus carries nothing", notAtAll, 2_300, 25],
  ]
  test.each(ways)("are what the rules say: %s", async (_, carry, passMs, runs) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.boolean(), async (steps, isPrivate) => {
        const world = await World.open(isPrivate, carry)
        const model = new Model(isPrivate)
        for (const step of steps) {
          const answered = await world.take(step)
          await world.pass(passMs)
          expect([step, answered]).toEqual([step, model.take(step)])
          expect(world.here()).toEqual([...model.here].sort())
          expect(await world.isMember()).toBe(model.isMember)
        }
      }),
      { numRuns: runs },
    )
  })
})

describe("[NODE3] [MEM5] whoever was removed at another server", () => {
  test("is out within a look at the store while Redis is away, and hears no message after that", async () => {
    const world = await World.open(true, faithfully)
    await world.take({ kind: "add" })
    await world.take({ kind: "join", device: "laptop" })
    world.hub.isUp = false
    await world.pass(100)
    await world.take({ kind: "remove" })
    await world.pass(300)
    expect(world.here()).toEqual([])
    const laptop = world.device("laptop")
    expect(laptop.eventsOf("user_left").at(-1)).toEqual([
      "user_left",
      { roomId: world.roomId, userId: user("bob"), reason: "removed" },
    ])
    await world.say("canary")
    await world.pass(5_000)
    expect(JSON.stringify(laptop.told)).not.toContain("canary")
  })

  test("is not let in by a join that was decided before, and answered after the removal", async () => {
    const late = new LateStore(newStore())
    const world = await World.open(false, faithfully, late)
    await world.take({ kind: "add" })
    late.isHolding = true
    const joining = world.take({ kind: "join", device: "laptop" })
    await world.pass(50)
    await world.take({ kind: "ban" })
    await world.pass(50)
    late.release()
    expect(await joining).toBe("ERR_FORBIDDEN")
    expect(world.here()).toEqual([])
  })

  test("a deleted room is left at every server", async () => {
    for (const carry of [faithfully, notAtAll]) {
      const world = await World.open(false, carry)
      await world.take({ kind: "join", device: "laptop" })
      expect(await world.byAnn("delete_room", {})).toBe("ok")
      await world.pass(2_300)
      expect([world.here(), world.ann.rooms.size]).toEqual([[], 0])
      expect(await world.take({ kind: "join", device: "laptop" })).toBe("ERR_ROOM_NOT_FOUND")
    }
  })
})

class World {
  readonly hub = new MemoryHub()
  readonly servers: readonly [Server, Server]
  readonly ann: Member
  readonly #devices: Readonly<Record<Device, Member>>
  roomId = "" as RoomId

  private constructor(store: ChatStore) {
    this.servers = [new Server("s0", store, this.hub), new Server("s1", store, this.hub)]
    this.ann = memberOf(this.servers[0], "ann", "ann")
    this.#devices = {
      phone: memberOf(this.servers[0], "phone", "bob"),
      laptop: memberOf(this.servers[1], "laptop", "bob"),
    }
  }

  /** A room of Ann's, and Bob is known. */
  static async open(isPrivate: boolean, carry: Carry, store: ChatStore = newStore()): Promise<World> {
    const world = new World(store)
    world.hub.carry = carry
    await world.pass(50)
    const create = (visibility: string) =>
      world.ann.ask("create_room", parseRequest("create_room", { name: "Room", userId: "ann", visibility }))
    const [other, room] = [await create("public"), await create(isPrivate ? "private" : "unlisted")]
    world.roomId = other.room.id as RoomId
    await world.take({ kind: "join", device: "phone" })
    await world.take({ kind: "leave", device: "phone" })
    world.roomId = room.room.id as RoomId
    await world.#answer(world.ann, "join_room", { userId: "ann", username: "ann" })
    return world
  }

  device(device: Device): Member {
    return this.#devices[device]
  }

  here(): Device[] {
    const devices: Device[] = ["laptop", "phone"]
    return devices.filter((device) => {
      const { session, rooms } = this.#devices[device]
      expect(rooms.has(this.roomId)).toBe(session.rooms.has(this.roomId))
      return rooms.has(this.roomId)
    })
  }

  async isMember(): Promise<boolean> {
    const listing = parseRequest("list_members", { roomId: this.roomId, userId: "ann" })
    const { members } = await this.ann.ask("list_members", listing)
    return members.some(({ userId }) => userId === "bob")
  }

  say(content: string): Promise<string> {
    return this.byAnn("send_message", { content })
  }

  byAnn(event: ClientEvent, payload: object): Promise<string> {
    return this.#answer(this.ann, event, { userId: "ann", ...payload })
  }

  take(step: Step): Promise<string> {
    if (!("device" in step)) {
      const [event, rest] = deeds[step.kind]
      return this.byAnn(event, { targetId: "bob", ...rest })
    }
    const [event, rest] = requests[step.kind]
    return this.#answer(this.#devices[step.device], event, { userId: "bob", ...rest })
  }

  async pass(ms: number): Promise<void> {
    await Promise.all(this.servers.map((server) => server.pass(ms)))
    await settled()
  }

  async #answer(member: Member, event: ClientEvent, payload: object): Promise<string> {
    try {
      await member.ask(event, parseRequest(event, { roomId: this.roomId, ...payload }))
      return "ok"
    } catch (error) {
      if (error instanceof ChatError) return error.code
      throw error
    }
  }
}

const deeds = {
  add: ["add_member", {}],
  remove: ["remove_member", {}],
  ban: ["remove_member", { ban: true }],
  unban: ["unban_member", {}],
} as const

const requests = {
  join: ["join_room", { username: "bob" }],
  leave: ["leave_room", {}],
  leaveForGood: ["leave_room", { forGood: true }],
  send: ["send_message", { content: "hi" }],
} as const

function memberOf(server: Server, id: string, name: string): Member {
  return new Member(server, id, { userId: user(name), username: name, avatar: undefined })
}

function newStore(): ChatStore {
  return new MemoryStore({ pendingMax: 1_000, onFailure: (cause) => console.error(cause) })
}

/** What it answers to joins can be held up on its way, once it is decided. */
class LateStore implements ChatStore {
  isHolding = false
  readonly #inner: ChatStore
  #held: (() => void)[] = []

  constructor(inner: ChatStore) {
    this.#inner = inner
  }

  readonly submit: ChatStore["submit"] = (command, settle) => {
    this.#inner.submit(command, (outcome) => {
      if (this.isHolding && command.kind === "join") this.#held.push(() => settle(outcome))
      else settle(outcome)
    })
  }

  release(): void {
    this.isHolding = false
    for (const settle of this.#held.splice(0)) settle()
  }

  counts() {
    return this.#inner.counts()
  }

  close() {
    return this.#inner.close()
  }
}

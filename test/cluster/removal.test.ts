/** Memberships over two devices at two servers, against a short model of the rules; and removals that nobody is told of. */
import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import type { ChatStore } from "../../src/chat/store.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import { user } from "../support/ids.ts"
import { type Carry, faithfully, notAtAll } from "../support/memory-bus.ts"
import { MembershipModel, MembershipWorld, newStore, step } from "./membership.ts"
import { coming, inheritances, RolesModel, RolesWorld, roleStep } from "./roles.ts"
import { Member } from "./servers.ts"

/** SEQUENCES=20 tries thousands. */
const times = Number(process.env["SEQUENCES"] ?? 1)
const timeoutMs = 20_000 * times

describe("[MEM1] [MEM4] memberships over two devices and two servers", () => {
  const ways: [string, Carry, number, number][] = [
    ["told by the bus", faithfully, 10, 150],
    ["found by a look at the store, where the bus carries nothing", notAtAll, 2_300, 25],
  ]
  test.each(ways)(
    "are what the rules say: %s",
    async (_, carry, passMs, runs) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.boolean(), async (steps, isPrivate) => {
          const world = await MembershipWorld.open(isPrivate, carry)
          const model = new MembershipModel(isPrivate)
          for (const step of steps) {
            const answered = await world.take(step)
            await world.pass(passMs)
            expect([step, answered]).toEqual([step, model.take(step)])
            expect(world.here()).toEqual([...model.here].sort())
            expect(await world.isMember()).toBe(model.isMember)
          }
        }),
        { numRuns: runs * times },
      )
    },
    timeoutMs,
  )
})

describe("[MEM1] [MEM4] owners, moderators and members at two servers", () => {
  const ways: [string, Carry, number, number][] = [
    ["told by the bus", faithfully, 10, 60],
    ["found by a look at the store, where the bus carries nothing", notAtAll, 2_300, 12],
  ]
  test.each(ways)(
    "are what the rules say: %s",
    async (_, carry, passMs, runs) => {
      await fc.assert(
        fc.asyncProperty(coming, fc.array(roleStep, { maxLength: 25, size: "max" }), async (order, steps) => {
          const store = newStore()
          const world = await RolesWorld.over([store, store], order, carry)
          const model = new RolesModel(order)
          for (const step of steps) {
            const answered = await world.take(step)
            await world.pass(passMs)
            expect([step, answered]).toEqual([step, model.take(step)])
            expect(world.here()).toEqual([...model.here].sort())
            for (const name of model.roles.keys())
              expect(await world.roles(name)).toEqual(Object.fromEntries(model.roles))
          }
        }),
        { numRuns: runs * times + inheritances.length, examples: inheritances },
      )
    },
    timeoutMs,
  )
})

describe("[NODE3] [MEM5] whoever was removed at another server", () => {
  test("is out within a look at the store while Redis is away, and hears no message after that", async () => {
    const world = await MembershipWorld.open(true, faithfully)
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
    const world = await MembershipWorld.open(false, faithfully, late)
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

  test("[ROOM5] is not let into a room that another server has deleted since the join was decided", async () => {
    const late = new LateStore(newStore())
    const world = await MembershipWorld.open(false, faithfully, late)
    late.isHolding = true
    const joining = world.take({ kind: "join", device: "laptop" })
    await world.pass(50)
    expect(await world.byAnn("delete_room", {})).toBe("ok")
    await world.pass(50)
    late.release()
    expect(await joining).toBe("ERR_ROOM_NOT_FOUND")
    expect(world.here()).toEqual([])
  })

  test("and came back before that is heard, stays where they are back, and goes where they were", async () => {
    const world = await MembershipWorld.open(true, faithfully)
    const [, there] = world.servers
    const another = (name: string) =>
      new Member(there, name, { userId: user("bob"), username: "bob", avatar: undefined })
    const [back, watching] = [another("tablet"), another("watch")]
    const mine = () => watching.ask("my_rooms", parseRequest("my_rooms", { userId: "bob" }))
    await world.take({ kind: "add" })
    await world.take({ kind: "join", device: "laptop" })
    await mine()
    const late: (() => void)[] = []
    world.hub.carry = (deliver) => late.push(deliver)
    await world.take({ kind: "remove" })
    world.hub.carry = faithfully
    await world.take({ kind: "add" })
    await back.ask("join_room", parseRequest("join_room", { roomId: world.roomId, userId: "bob", username: "bob" }))
    for (const deliver of late) deliver()
    await world.pass(100)
    expect([world.here(), back.rooms.has(world.roomId)]).toEqual([[], true])
    const { roomId } = world
    expect(world.device("laptop").eventsOf("user_left").at(-1)).toEqual([
      "user_left",
      { roomId, userId: user("bob"), reason: "removed" },
    ])
    // Whoever hears of their own rooms does of this one.
    expect(watching.eventsOf("room_removed")).toEqual([])
    await world.say("hello again")
    await world.pass(2_000)
    for (const hearing of [back, watching]) expect(JSON.stringify(hearing.told)).toContain("hello again")
  })

  test("and is a member again, though in no room, is told last that it is theirs", async () => {
    const world = await MembershipWorld.open(false, faithfully)
    const { roomId } = world
    // So that the room is heard there.
    const carol = new Member(world.servers[1], "carol", { userId: user("carol"), username: "carol", avatar: undefined })
    await carol.ask("join_room", parseRequest("join_room", { roomId, userId: "carol", username: "carol" }))
    await world.take({ kind: "add" })
    const laptop = world.device("laptop")
    await laptop.ask("my_rooms", parseRequest("my_rooms", { userId: "bob" }))
    const late: (() => void)[] = []
    world.hub.carry = (deliver) => late.push(deliver)
    await world.take({ kind: "remove" })
    world.hub.carry = faithfully
    await world.take({ kind: "add" })
    await world.pass(100)
    for (const deliver of late) deliver()
    await world.pass(100)
    expect(
      laptop.told
        .map(({ event }) => event)
        .filter((event) => event.startsWith("room_"))
        .at(-1),
    ).toBe("room_added")
    await world.say("hello again")
    await world.pass(2_000)
    expect(JSON.stringify(laptop.told)).toContain("hello again")
  })

  test("a deleted room is left at every server", async () => {
    for (const carry of [faithfully, notAtAll]) {
      const world = await MembershipWorld.open(false, carry)
      await world.take({ kind: "join", device: "laptop" })
      expect(await world.byAnn("delete_room", {})).toBe("ok")
      await world.pass(2_300)
      expect([world.here(), world.ann.rooms.size]).toEqual([[], 0])
      expect(await world.take({ kind: "join", device: "laptop" })).toBe("ERR_ROOM_NOT_FOUND")
    }
  })
})

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

/**
 * People at several servers on one PostgreSQL, who do at the same time what cannot both be: a
 * room of two, a room that is deleted, owners who lower each other; and memberships against
 * the model of their rules. `PEOPLE_RUNS=100` is its long form.
 */
import { expect, test } from "bun:test"
import fc from "fast-check"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { ClientEvent, Request } from "../../src/contract/events.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { openPostgresStore } from "../../src/store/postgres/open.ts"
import { MembershipModel, MembershipWorld, step } from "../cluster/membership.ts"
import { coming, inheritances, RolesModel, RolesWorld, roleStep } from "../cluster/roles.ts"
import { Member, Server, settled } from "../cluster/servers.ts"
import { user } from "../support/ids.ts"
import { MemoryHub } from "../support/memory-bus.ts"
import { describeWithPostgres } from "../support/postgres.ts"
import { until } from "../support/until.ts"

const runs = Number(process.env["PEOPLE_RUNS"] ?? 6)
const rounds = 10

describeWithPostgres("people at several servers on PostgreSQL", (server) => {
  test("[MEM1] [MEM4] memberships over two devices and two servers are what the rules say", async () => {
    await using stores = await Stores.open(await server().newDatabase(), 2)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), fc.boolean(), async (steps, isPrivate) => {
        const world = await MembershipWorld.over([stores.at(0), stores.at(1)], isPrivate)
        const model = new MembershipModel(isPrivate)
        for (const step of steps) {
          expect([step, await world.take(step)]).toEqual([step, model.take(step)])
          await untilHere(world, model.here)
          expect(await world.isMember()).toBe(model.isMember)
        }
      }),
      { numRuns: runs },
    )
  }, 120_000)

  test("[MEM1] [MEM4] owners, moderators and members at two servers are what the rules say", async () => {
    await using stores = await Stores.open(await server().newDatabase(), 2)
    await fc.assert(
      fc.asyncProperty(coming, fc.array(roleStep, { maxLength: 15, size: "max" }), async (order, steps) => {
        const world = await RolesWorld.over([stores.at(0), stores.at(1)], order)
        const model = new RolesModel(order)
        for (const step of steps) {
          expect([step, await world.take(step)]).toEqual([step, model.take(step)])
          await untilHere(world, model.here)
          for (const name of model.roles.keys())
            expect(await world.roles(name)).toEqual(Object.fromEntries(model.roles))
        }
      }),
      { numRuns: runs + inheritances.length, examples: inheritances },
    )
  }, 120_000)

  test("two who open their direct room at once, on two servers, have one", async () => {
    await using people = await People.open(await server().newDatabase(), ["ann", "bob", "carla"])
    const [ann, bob, carla] = people.members
    const open = (who: Member, targetIds: string[]) => people.ask(who, "open_direct", { targetIds })
    const rooms = await Promise.all([
      open(ann, ["bob"]),
      open(bob, ["ann"]),
      open(ann, ["bob", "carla"]),
      open(carla, ["ann", "bob"]),
      open(bob, ["carla", "ann"]),
    ])
    const ids = rooms.map((answer) => (typeof answer === "string" ? answer : answer.room.id))
    expect([new Set(ids.slice(0, 2)).size, new Set(ids.slice(2)).size, new Set(ids).size]).toEqual([1, 1, 2])
  })

  test("[MEM4] of two owners who lower each other at once, on two servers, one stays an owner", async () => {
    await using people = await People.open(await server().newDatabase(), ["ann", "bob"])
    const [ann, bob] = people.members
    for (let round = 0; round < rounds; round++) {
      const roomId = await people.room(ann, "unlisted")
      await people.ask(bob, "join_room", { roomId, username: "bob" })
      expect(await people.ask(ann, "set_role", { roomId, targetId: "bob", role: "owner" })).toMatchObject({ ok: true })
      const answers = await Promise.all([
        people.ask(ann, "set_role", { roomId, targetId: "bob", role: "member" }),
        people.ask(bob, "set_role", { roomId, targetId: "ann", role: "member" }),
      ])
      expect(answers.filter((answer) => typeof answer !== "string")).toHaveLength(1)
      const listed = await people.ask(ann, "list_members", { roomId })
      if (typeof listed === "string") throw new Error(listed)
      expect(listed.members.filter(({ role }) => role === "owner")).toHaveLength(1)
    }
  })

  test("a room that is deleted while others join it on other servers has nobody left in it", async () => {
    await using people = await People.open(await server().newDatabase(), ["ann", "bob", "carla"])
    const [ann, bob, carla] = people.members
    for (let round = 0; round < rounds; round++) {
      const roomId = await people.room(ann, "public")
      const joining = [bob, carla].map((who) => people.ask(who, "join_room", { roomId, username: "Name" }))
      const deleting = people.ask(ann, "delete_room", { roomId })
      expect(await deleting).toMatchObject({ ok: true })
      await Promise.all(joining)
      await until("nobody is in it", async () => {
        await people.pass(50)
        return people.members.every(({ rooms, session }) => !rooms.has(roomId) && !session.rooms.has(roomId))
      })
      for (const who of [bob, carla]) {
        expect(await people.ask(who, "join_room", { roomId, username: "Name" })).toBe("ERR_ROOM_NOT_FOUND")
        expect(await people.ask(who, "send_message", { roomId, content: "late" })).not.toBeObject()
      }
    }
  })
})

class Stores implements AsyncDisposable {
  readonly #stores: readonly ChatStore[]

  private constructor(stores: readonly ChatStore[]) {
    this.#stores = stores
  }

  static async open(url: string, count: number): Promise<Stores> {
    const options = { pendingMax: 1_000, onFailure: console.error }
    return new Stores(await Promise.all(Array.from({ length: count }, () => openPostgresStore(url, options))))
  }

  at(index: number): ChatStore {
    const store = this.#stores[index]
    if (store === undefined) throw new Error(`There is no store ${index}`)
    return store
  }

  async [Symbol.asyncDispose]() {
    await Promise.all(this.#stores.map((store) => store.close()))
  }
}

/** Each at a server of their own. */
class People implements AsyncDisposable {
  readonly #stores: Stores
  readonly #servers: readonly Server[]
  readonly members: readonly [Member, Member, Member]

  private constructor(stores: Stores, names: readonly string[]) {
    const hub = new MemoryHub()
    this.#stores = stores
    this.#servers = names.map((_, index) => new Server(`s${index}`, stores.at(index), hub))
    const members = this.#servers.map((at, index) => {
      const name = names[index] ?? ""
      return new Member(at, name, { userId: user(name), username: name, avatar: undefined })
    })
    this.members = members as unknown as People["members"]
  }

  /** They know each other from a room. */
  static async open(url: string, names: readonly string[]): Promise<People> {
    const people = new People(await Stores.open(url, names.length), names)
    const [first] = people.members
    const roomId = await people.room(first, "public")
    for (const who of people.members) await people.ask(who, "join_room", { roomId, username: who.session.id })
    return people
  }

  async room(owner: Member, visibility: string): Promise<RoomId> {
    const answer = await this.ask(owner, "create_room", { name: "Room", visibility })
    if (typeof answer === "string") throw new Error(answer)
    await this.ask(owner, "join_room", { roomId: answer.room.id, username: owner.session.id })
    return answer.room.id as RoomId
  }

  /** The answer, or an error's code. */
  async ask<E extends ClientEvent>(who: Member, event: E, payload: object) {
    const request = parseRequest(event, { userId: who.session.id, ...payload }) as Request<E>
    try {
      return await who.ask(event, request)
    } catch (error) {
      if (error instanceof ChatError) return error.code
      throw error
    }
  }

  async pass(ms: number): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.pass(ms)))
    await settled()
  }

  async [Symbol.asyncDispose]() {
    for (const { cluster } of this.#servers) cluster.close()
    await this.#stores[Symbol.asyncDispose]()
  }
}

/** What is told to the other server takes its time. */
async function untilHere(world: MembershipWorld | RolesWorld, names: Iterable<string>): Promise<void> {
  const here = [...names].sort()
  await until(`${here} are here`, async () => {
    await world.pass(10)
    return Bun.deepEquals(world.here(), here)
  })
}

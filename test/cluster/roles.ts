/** Three people of one room at two servers, who raise, lower, remove and ban each other: the rules as a short model, and the real thing. */
import { expect } from "bun:test"
import fc from "fast-check"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { ClientEvent } from "../../src/contract/events.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import type { Role, RoomId } from "../../src/contract/values.ts"
import { user } from "../support/ids.ts"
import { type Carry, faithfully, MemoryHub } from "../support/memory-bus.ts"
import { Member, Server, settled } from "./servers.ts"

/** In the order of their bytes, which is not that of a dictionary. */
const names = ["Zoe", "anton", "émile"] as const
type Name = (typeof names)[number]

/** In which they come into the room: the first is its owner, and who was there before others comes before them. */
export const coming = fc.shuffledSubarray([...names], { minLength: names.length })

interface OwnStep {
  readonly kind: "join" | "leaveForGood" | "send"
  readonly who: Name
}
type StepTowards =
  | { readonly kind: "add" | "remove" | "ban" | "unban"; readonly who: Name; readonly target: Name }
  | { readonly kind: "setRole"; readonly who: Name; readonly target: Name; readonly role: Role }
type RoleStep = OwnStep | StepTowards

const [who, target] = [fc.constantFrom(...names), fc.constantFrom(...names)]
const role = fc.constantFrom<Role>("owner", "moderator", "member")
export const roleStep: fc.Arbitrary<RoleStep> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("join", "send"), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("leaveForGood"), who }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("add", "remove", "ban", "unban"), who, target }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("setRole"), who, target, role }) },
)

/** Whatever else they are put in order by, and were written last, one of these has another heir. */
export const inheritances: [Name[], RoleStep[]][] = [
  ["anton", "émile", "Zoe"],
  ["anton", "Zoe", "émile"],
  ["Zoe", "émile", "anton"],
  ["Zoe", "anton", "émile"],
].map((order) => {
  const [owner, second, last] = order as [Name, Name, Name]
  const raised = (target: Name): RoleStep => ({ kind: "setRole", who: owner, target, role: "moderator" })
  return [
    [owner, second, last],
    [raised(last), raised(second), { kind: "leaveForGood", who: owner }],
  ]
})

const ranks: Readonly<Record<Role, number>> = { member: 0, moderator: 1, owner: 2 }

/** An unlisted room of one of them, with all of them in it. */
export class RolesModel {
  /** The oldest member first. */
  readonly roles: Map<Name, Role>
  readonly banned = new Set<Name>()
  readonly here = new Set<Name>(names)

  constructor(coming: readonly Name[]) {
    this.roles = new Map(coming.map((name, index) => [name, index === 0 ? "owner" : "member"]))
  }

  /** Takes the step. What it is answered: an error's code, or "ok". */
  take(step: RoleStep): string {
    switch (step.kind) {
      case "join":
        return this.#join(step.who)
      case "send":
        return this.here.has(step.who) ? "ok" : "ERR_NOT_IN_ROOM"
      case "leaveForGood":
        return this.#end(step.who)
      default: {
        const own = this.roles.get(step.who)
        return own === undefined ? "ERR_NOT_IN_ROOM" : this.#towards(step, own, this.roles.get(step.target))
      }
    }
  }

  #join(who: Name): string {
    if (!this.roles.has(who) && this.banned.has(who)) return "ERR_FORBIDDEN"
    this.roles.set(who, this.roles.get(who) ?? "member")
    this.here.add(who)
    return "ok"
  }

  #towards(step: StepTowards, own: Role, theirs: Role | undefined): string {
    const { target } = step
    switch (step.kind) {
      case "add":
        if (theirs === undefined && this.banned.has(target)) return "ERR_FORBIDDEN"
        this.roles.set(target, theirs ?? "member")
        return "ok"
      case "setRole":
        if (theirs === undefined) return "ERR_NOT_FOUND"
        if (own !== "owner") return "ERR_FORBIDDEN"
        if (theirs === "owner" && step.role !== "owner" && this.#owners() === 1) return "ERR_FORBIDDEN"
        this.roles.set(target, step.role)
        return "ok"
      case "unban":
        if (own === "member") return "ERR_FORBIDDEN"
        this.banned.delete(target)
        return "ok"
      case "remove":
      case "ban":
        if (ranks[own] <= ranks[theirs ?? "member"]) return "ERR_FORBIDDEN"
        if (step.kind === "ban") this.banned.add(target)
        return this.#end(target)
    }
  }

  #end(name: Name): string {
    const wasOwner = this.roles.get(name) === "owner"
    this.roles.delete(name)
    this.here.delete(name)
    if (!wasOwner || this.#owners() > 0) return "ok"
    // Whoever came first, whatever they are called and however long each is known.
    const heir = [...this.roles].find(([, role]) => role === "moderator") ?? [...this.roles][0]
    if (heir !== undefined) this.roles.set(heir[0], "owner")
    return "ok"
  }

  #owners(): number {
    return [...this.roles.values()].filter((role) => role === "owner").length
  }
}

/** One of them is at the second server, the others at the first. */
export class RolesWorld {
  readonly hub = new MemoryHub()
  readonly servers: readonly [Server, Server]
  readonly #members: Readonly<Record<Name, Member>>
  #roomId = "" as RoomId

  private constructor([first, second]: readonly [ChatStore, ChatStore]) {
    this.servers = [new Server("s0", first, this.hub), new Server("s1", second, this.hub)]
    const [near, far] = this.servers
    this.#members = { Zoe: memberOf(near, "Zoe"), anton: memberOf(far, "anton"), émile: memberOf(near, "émile") }
  }

  /** Each server has a store of its own, of the same data. */
  static async over(
    stores: readonly [ChatStore, ChatStore],
    coming: readonly Name[],
    carry: Carry = faithfully,
  ): Promise<RolesWorld> {
    const world = new RolesWorld(stores)
    world.hub.carry = carry
    await world.pass(50)
    const [owner = names[0]] = coming
    const creating = parseRequest("create_room", { name: "Room", userId: owner, visibility: "unlisted" })
    world.#roomId = (await world.#members[owner].ask("create_room", creating)).room.id as RoomId
    for (const name of coming) await world.take({ kind: "join", who: name })
    return world
  }

  take(step: RoleStep): Promise<string> {
    const [event, rest] = requests[step.kind]
    const payload = {
      ...rest,
      ...("target" in step && { targetId: step.target }),
      ...("role" in step && { role: step.role }),
    }
    return this.#answer(step.who, event, payload)
  }

  here(): Name[] {
    return names.filter((name) => {
      const { session, rooms } = this.#members[name]
      expect(rooms.has(this.#roomId)).toBe(session.rooms.has(this.#roomId))
      return rooms.has(this.#roomId)
    })
  }

  /** As one of the members hears it. */
  async roles(asked: Name): Promise<Record<string, string>> {
    const listing = parseRequest("list_members", { roomId: this.#roomId, userId: asked })
    const { members } = await this.#members[asked].ask("list_members", listing)
    return Object.fromEntries(members.map(({ userId, role }) => [userId, role]))
  }

  async pass(ms: number): Promise<void> {
    await Promise.all(this.servers.map((server) => server.pass(ms)))
    await settled()
  }

  async #answer(name: Name, event: ClientEvent, payload: object): Promise<string> {
    try {
      const request = parseRequest(event, { roomId: this.#roomId, userId: name, ...payload })
      await this.#members[name].ask(event, request)
      return "ok"
    } catch (error) {
      if (error instanceof ChatError) return error.code
      throw error
    }
  }
}

const requests = {
  join: ["join_room", { username: "Name" }],
  leaveForGood: ["leave_room", { forGood: true }],
  send: ["send_message", { content: "hi" }],
  add: ["add_member", {}],
  remove: ["remove_member", {}],
  ban: ["remove_member", { ban: true }],
  unban: ["unban_member", {}],
  setRole: ["set_role", {}],
} as const

function memberOf(server: Server, name: Name): Member {
  return new Member(server, name, { userId: user(name), username: name, avatar: undefined })
}

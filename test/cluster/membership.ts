/** Bob's membership in Ann's room, by a phone at one server and a laptop at another: the rules as a short model, and the real thing. */
import { expect } from "bun:test"
import fc from "fast-check"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { ClientEvent } from "../../src/contract/events.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { user } from "../support/ids.ts"
import { type Carry, faithfully, MemoryHub } from "../support/memory-bus.ts"
import { Member, Server, settled } from "./servers.ts"

export type Device = "phone" | "laptop"
export type Step =
  | { readonly kind: "join" | "leave" | "leaveForGood" | "send"; readonly device: Device }
  | { readonly kind: "remove" | "ban" | "unban" | "add" }

const device = fc.constantFrom<Device>("phone", "laptop")
export const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("join", "leave", "leaveForGood", "send"), device }),
  fc.record({ kind: fc.constantFrom("remove", "ban", "unban", "add") }),
)

/** What the rules say of Bob, who has a phone at one server and a laptop at the other. */
export class MembershipModel {
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

export class MembershipWorld {
  readonly hub = new MemoryHub()
  readonly servers: readonly [Server, Server]
  readonly ann: Member
  readonly #devices: Readonly<Record<Device, Member>>
  roomId = "" as RoomId

  private constructor([first, second]: readonly [ChatStore, ChatStore]) {
    this.servers = [new Server("s0", first, this.hub), new Server("s1", second, this.hub)]
    this.ann = memberOf(this.servers[0], "ann", "ann")
    this.#devices = {
      phone: memberOf(this.servers[0], "phone", "bob"),
      laptop: memberOf(this.servers[1], "laptop", "bob"),
    }
  }

  /** A room of Ann's, and Bob is known. */
  static open(isPrivate: boolean, carry: Carry, store: ChatStore = newStore()): Promise<MembershipWorld> {
    return MembershipWorld.over([store, store], isPrivate, carry)
  }

  /** Each server has a store of its own, of the same data. */
  static async over(
    stores: readonly [ChatStore, ChatStore],
    isPrivate: boolean,
    carry: Carry = faithfully,
  ): Promise<MembershipWorld> {
    const world = new MembershipWorld(stores)
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

export function newStore(): ChatStore {
  return new MemoryStore({ pendingMax: 1_000, onFailure: (cause) => console.error(cause) })
}

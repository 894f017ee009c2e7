/** A room in a store in memory, and servers that share it. */
import type { Kind } from "../../src/chat/rules/rules.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import type { MessageId, RoomId } from "../../src/contract/values.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { newRoomId, user } from "../support/ids.ts"
import { MemoryHub } from "../support/memory-bus.ts"
import { Member, Server, settled } from "./servers.ts"

export class World {
  readonly hub: MemoryHub
  readonly servers: readonly Server[]
  readonly roomId: RoomId

  private constructor(hub: MemoryHub, servers: readonly Server[], roomId: RoomId) {
    this.hub = hub
    this.servers = servers
    this.roomId = roomId
  }

  static async open(servers: number, store: ChatStore = newStore(), hub = new MemoryHub()): Promise<World> {
    const roomId = newRoomId()
    await createRoom(store, roomId)
    const world = new World(
      hub,
      Array.from({ length: servers }, (_, index) => new Server(`s${index}`, store, hub)),
      roomId,
    )
    await world.pass(50)
    return world
  }

  server(index: number): Server {
    const server = this.servers[index]
    if (server === undefined) throw new Error(`There is no server ${index}`)
    return server
  }

  kill(index: number): void {
    this.server(index).kill()
    this.hub.expire(this.server(index).name)
  }

  async pass(ms: number): Promise<void> {
    await Promise.all(this.servers.map((server) => server.pass(ms)))
  }

  enter(member: Member, userId: string) {
    const joining = { roomId: this.roomId, userId: user(userId), username: `User ${userId}`, avatar: undefined }
    return member.ask("join_room", { ...joining, since: undefined, epoch: undefined })
  }

  async join(server: Server | undefined, userId: string): Promise<Member> {
    if (server === undefined) throw new Error("There is no such server")
    const member = new Member(server, `${userId}@${server.name}`)
    await this.enter(member, userId)
    return member
  }

  /** One on each server, named by its number. */
  async joinEach(count = this.servers.length): Promise<[Member, Member, ...Member[]]> {
    const members: Member[] = []
    for (let index = 0; index < count; index++) members.push(await this.join(this.servers[index], String(index)))
    await settled()
    return members as [Member, Member, ...Member[]]
  }

  send(member: Member, id?: MessageId) {
    const request = { roomId: this.roomId, userId: userOf(member), content: "hello", ...(id && { id }) }
    return member.ask("send_message", parseRequest("send_message", request))
  }

  person(userId: string) {
    return { roomId: this.roomId, userId, username: `User ${userId}`, avatar: null }
  }

  async membersSeenBy(member: Member): Promise<string[]> {
    const answer = await member.ask("get_members", {
      roomId: this.roomId,
      userId: userOf(member),
      cursor: undefined,
    } as never)
    return (answer as { members: { userId: string }[] }).members.map(({ userId }) => userId).sort()
  }
}

function userOf(member: Member) {
  return user(member.session.id.split("@")[0] ?? "")
}

export async function createRoom(store: ChatStore, id: RoomId): Promise<void> {
  const room = { kind: "createRoom", id, name: "Room", visibility: "public", creator: null, at: 0 } as const
  await new Promise((resolve) => store.submit(room, resolve))
}

export function newStore() {
  return new MemoryStore({ pendingMax: 1_000, onFailure: (cause) => console.error(cause) })
}

/** What it answers to some can be held up on its way. */
export class LateStore implements ChatStore {
  isHolding = false
  holds: readonly Kind[] = ["join"]
  readonly #inner: ChatStore
  #held: (() => void)[] = []

  constructor(inner: ChatStore) {
    this.#inner = inner
  }

  readonly submit: ChatStore["submit"] = (command, settle) => {
    this.#inner.submit(command, (outcome) => {
      if (this.isHolding && this.holds.includes(command.kind)) this.#held.push(() => settle(outcome))
      else settle(outcome)
    })
  }
  counts = () => this.#inner.counts()
  close = () => this.#inner.close()

  release(): void {
    this.isHolding = false
    for (const settle of this.#held.splice(0)) settle()
  }
}

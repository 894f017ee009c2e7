/**
 * The rooms of a person whom the server knows, on whatever device: it is asked for them at each connection, tells what
 * changes from then on, and is told how far they are read. Where nobody is known (AUTH=open) they stay the browser's
 * own, and none of this is loaded.
 */
import { batch } from "@preact/signals-core"
import type { Client } from "./client.ts"
import type { Kept } from "./kept.ts"
import type { Room } from "./room.ts"
import type { Answer, ChatSocket, Member, RoomState } from "./wire.ts"

export type MyRoom = Answer<"my_rooms">["rooms"][number]
export type Me = Answer<"my_rooms">["me"]

const pageLength = 100
/** What is read is told after this long, so that a scroll through a room is one request. */
const readPauseMs = 1_000

export class Mine {
  readonly #client: Client
  readonly #kept: Kept
  /** By room: the `seq` that is to be told. */
  readonly #read = new Map<string, number>()
  /** In the list that was asked for last, or since. */
  #told = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(client: Client, socket: ChatSocket, kept: Kept) {
    this.#client = client
    this.#kept = kept
    this.#listen(socket)
  }

  /** Asks for all of them; whatever is told from then on is newer. */
  async refresh(): Promise<void> {
    const { connection, identity } = this.#client
    const told = new Set<string>()
    this.#client.online.value = new Map()
    this.#told = told
    let cursor: string | undefined
    do {
      const reply = await connection.request("my_rooms", { userId: identity.userId, limit: pageLength, cursor })
      if (!reply.ok || this.#told !== told) return
      // Only where people are known they are told what they are.
      this.#client.knows(reply.me.role !== undefined)
      if (!this.#client.isKnown) return
      batch(() => {
        if (cursor === undefined) this.#isMe(reply.me)
        for (const room of reply.rooms) this.#belongsTo(room)
      })
      cursor = reply.cursor
    } while (cursor !== undefined)
    await this.#takeOver()
    // What the browser kept beside these is over, but for what is just being entered.
    for (const room of this.#client.rooms.peek())
      if (!told.has(room.id) && !this.#client.near.isWanted(room)) this.#client.forget(room)
  }

  /** The other devices see it too. */
  tellRead(roomId: string, seq: number): void {
    this.#read.set(roomId, Math.max(seq, this.#read.get(roomId) ?? 0))
    this.#timer ??= setTimeout(() => this.#tell(), readPauseMs)
  }

  #tell(): void {
    this.#timer = undefined
    for (const [roomId, seq] of this.#read) void this.#mark(roomId, seq)
    this.#read.clear()
  }

  async #mark(roomId: string, seq: number): Promise<void> {
    const { connection, identity } = this.#client
    const reply = await connection.request("mark_read", { roomId, userId: identity.userId, seq })
    const room = this.#client.find(roomId)
    if (reply.ok) room?.stands({ ...reply, rev: room.feed.timeline.last?.seq ?? room.standing.rev })
  }

  #listen(socket: ChatSocket): void {
    const inRoom = (roomId: string, tell: (room: Room) => void) => {
      const room = this.#client.find(roomId)
      if (room) batch(() => tell(room))
    }
    socket.on("read_updated", (state) => inRoom(state.roomId, (room) => room.stands(state)))
    socket.on("room_activity", (state) => inRoom(state.roomId, (room) => this.#activity(room, state)))
    socket.on("room_added", (room) => batch(() => this.#belongsTo(room)))
    socket.on("room_updated", (room) => inRoom(room.id, (known) => known.describe(room)))
    socket.on("room_removed", ({ roomId, reason }) => inRoom(roomId, (room) => this.#endedFor(room, reason)))
    socket.on("membership_updated", ({ roomId, role, notify }) =>
      inRoom(roomId, (room) => {
        room.belonging.tell(role)
        room.level.value = notify
        void room.belonging.refresh()
      }),
    )
    socket.on("presence_updated", ({ online, offline }) => {
      const [here, gone] = [online.map((id) => [id, true] as const), offline.map((id) => [id, false] as const)]
      this.#client.online.value = new Map([...this.#client.online.value, ...here, ...gone])
    })
    socket.on("user_updated", (member) => batch(() => this.#renamed(member)))
  }

  /** They belong to it, wherever they came in. */
  #belongsTo(room: MyRoom): void {
    this.#told.add(room.id)
    describe(this.#client.belongTo(room.id, room.name), room)
  }

  /** Something came or changed in a room where this socket is not. */
  #activity(room: Room, told: RoomState): void {
    const { latest, news } = room.standing
    const [before, { mentions }] = [latest.peek(), news.peek()]
    room.stands(told)
    const now = latest.peek()
    if (now === undefined || now.userId === room.userId || now.at <= (before?.at ?? "")) return
    this.#client.tell({ ...now, room, message: undefined, isForMe: told.mentions > mentions })
  }

  /** It is no room of this person any more. The one that is looked at says so; the others just go. */
  #endedFor(room: Room, reason: "left" | "removed" | "deleted"): void {
    if (room !== this.#client.open.value) this.#client.forget(room)
    else if (reason !== "left") room.ended(reason)
  }

  #renamed(member: Member): void {
    this.#isMe(member)
    this.#client.renamed.value = new Map([...this.#client.renamed.peek(), [member.userId, member]])
    for (const room of this.#client.rooms.peek()) rename(room, member)
  }

  /** As the server knows this person. */
  #isMe({ userId, username, avatar, role }: Me): void {
    const { identity } = this.#client
    if (identity.userId !== userId) return
    const account = identity.account.peek()
    if (account !== undefined) identity.useAccount({ ...account, role: role ?? account.role })
    identity.describe({ username, avatar })
  }

  async #takeOver(): Promise<void> {
    const { before } = this.#client
    if (before === undefined) return
    this.#client.before = undefined
    const { takeOver } = await import("./taking-over.ts")
    await takeOver(this.#client, this.#kept, before, this.#told)
  }
}

/** As the server lists it among this person's own. */
function describe(room: Room, { rev, readSeq, role, notify, ...mine }: MyRoom): void {
  const { unread, mentions, lastMessage, lastMessageAt } = mine
  room.describe(mine)
  room.belonging.tell(role)
  room.level.value = notify
  room.reading.found(readSeq, rev)
  room.standing.tell({ rev, readSeq, unread, mentions, lastMessage, lastMessageAt })
}

function rename(room: Room, member: Member): void {
  const { userId, username, avatar } = member
  const isMeant = (other: Member) => other.userId === userId
  const renamed = <T extends Member>(people: readonly T[]) =>
    people.map((one) => (isMeant(one) ? { ...one, username, avatar } : one))
  room.presence.describe(member)
  room.belonging.describe(renamed(room.belonging.members.peek()))
  const peers = room.peers.peek()
  if (peers.some(isMeant)) room.meet(renamed(peers))
}

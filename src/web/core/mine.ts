/**
 * The rooms of an identified person, on any device: fetched at each connection and updated by events; the server is
 * told how far they are read. With AUTH=open the rooms belong to the browser, and none of this is loaded.
 */
import { batch } from "@preact/signals-core"
import type { Client } from "./client.ts"
import type { Clock } from "./clock.ts"
import type { Kept } from "./kept.ts"
import type { Room } from "./room.ts"
import type { Latest, News } from "./standing.ts"
import type { Answer, ChatSocket, Member, Refusal } from "./wire.ts"

type MyRoom = Answer<"my_rooms">["rooms"][number]
type Me = Answer<"my_rooms">["me"]

interface Heard extends News {
  readonly room: Room
  readonly latest: Latest | undefined
}

const pageLength = 100
/** How long to wait before asking a server again that failed. */
const failurePauseMs = 5_000
/** Read positions are sent after this long, so scrolling through a room is one request. */
const readPauseMs = 1_000

export class Mine {
  readonly #client: Client
  readonly #kept: Kept
  readonly #clock: Clock
  /** The `seq` to send, by room. */
  readonly #read = new Map<string, number>()
  /** Rooms in the last list, or added since. */
  #told = new Set<string>()
  /** The user whose list is completely known. */
  #userId: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(client: Client, socket: ChatSocket, { kept, clock }: { readonly kept: Kept; readonly clock: Clock }) {
    this.#client = client
    this.#kept = kept
    this.#clock = clock
    this.#listen(socket)
  }

  /** Fetches all of them; events from then on are newer. Whoever was connected before hears what comes meanwhile. */
  async refresh(): Promise<void> {
    const { identity } = this.#client
    const isBack = this.#userId === identity.userId
    const told = new Set<string>()
    this.#client.online.value = new Map()
    this.#told = told
    let cursor: string | undefined
    do {
      const page = await this.#page(told, cursor)
      if (page === undefined) return
      // The server tells roles only where people are identified.
      this.#client.knows(page.me.role !== undefined)
      if (!this.#client.isKnown) return
      const found = () => {
        // A name chosen here is news for the server, not the other way round.
        if (cursor === undefined && !this.#client.tellProfile()) this.#isMe(page.me)
        for (const room of page.rooms) this.#belongsTo(room)
      }
      if (isBack) this.#hearOf(page.rooms, found)
      else batch(found)
      this.#client.isAdmin.value = page.me.role === "admin"
      cursor = page.cursor
    } while (cursor !== undefined)
    this.#userId = identity.userId
    await this.#takeOver()
    // Other rooms that the browser stored are over, except one that is being entered, and those with unsent messages.
    for (const room of this.#client.rooms.peek())
      if (!told.has(room.id) && !this.#client.near.isWanted(room) && !room.holdsUnsent) this.#client.forget(room)
    this.#client.keepAll()
  }

  /**
   * Repeated as needed: of many rooms the server lists only so many at once. Without a connection, the next one
   * continues.
   */
  async #page(told: ReadonlySet<string>, cursor: string | undefined): Promise<Answer<"my_rooms"> | undefined> {
    const { connection, identity } = this.#client
    while (this.#told === told) {
      const reply = await connection.request("my_rooms", { userId: identity.userId, limit: pageLength, cursor })
      if (this.#told !== told) return undefined
      if (reply.ok) return reply
      const pauseMs = pauseAfter(reply.error)
      if (pauseMs === undefined) return undefined
      await this.#clock.wait(pauseMs)
    }
    return undefined
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
    socket.on("room_activity", (state) =>
      this.#hearOf([{ id: state.roomId }], () => this.#client.find(state.roomId)?.stands(state)),
    )
    socket.on("room_added", (room) => this.#hearOf([room], () => this.#belongsTo(room)))
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

  /** They are a member, wherever they joined. */
  #belongsTo(room: MyRoom): void {
    const isKnown = this.#client.find(room.id) !== undefined
    this.#told.add(room.id)
    const own = this.#client.belongTo(room.id, room.name)
    describe(own, room)
    // This browser has something to send there.
    if (!isKnown && this.#client.near.isWanted(own)) void own.join()
  }

  /** Messages in rooms that this socket is not in are news; a joined room reports them itself. */
  #hearOf(rooms: readonly Pick<MyRoom, "id">[], told: () => void): void {
    const before = rooms.map(({ id }) => this.#heardIn(id))
    batch(told)
    for (const [index, { id }] of rooms.entries()) this.#tellNews(id, before[index])
  }

  #tellNews(roomId: string, before: Heard | undefined): void {
    const { room, latest, unread = 0, mentions = 0 } = this.#heardIn(roomId) ?? {}
    if (room === undefined || latest === undefined || latest.userId === room.userId || unread === 0) return
    if (latest.at <= (before?.latest?.at ?? "") || this.#client.near.isWanted(room)) return
    this.#client.tell({ ...latest, room, message: undefined, isForMe: mentions > (before?.mentions ?? 0) })
  }

  #heardIn(roomId: string): Heard | undefined {
    const room = this.#client.find(roomId)
    return room && { room, latest: room.standing.latest.peek(), ...room.standing.news.peek() }
  }

  /**
   * They are no longer a member. The open room says so, and one with unsent messages, or with a draft unless they left it
   * themselves; others just disappear.
   */
  #endedFor(room: Room, reason: "left" | "removed" | "deleted"): void {
    const isKept = reason === "left" ? room.holdsUnsent : room.holdsWords
    if (room !== this.#client.open.value && !isKept) this.#client.forget(room)
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
    // They have no name yet, and the server uses their id: they are still asked for one.
    if (identity.user.peek() === undefined && username === userId) return
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

/** How long until a refused request may be granted; `undefined` if never, or only with the next connection. */
function pauseAfter({ code, retryAfterMs }: Refusal): number | undefined {
  return retryAfterMs ?? (code === "ERR_STORAGE" || code === "ERR_INTERNAL" ? failurePauseMs : undefined)
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

/**
 * The whole chat as the page uses it: who one is, the connection, one's rooms, and which
 * of them is open. It has no document: a test drives it like a page does.
 */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals-core"
import type { Account } from "./account.ts"
import type { Clock } from "./clock.ts"
import { Connection } from "./connection.ts"
import { Directory } from "./directory.ts"
import { Identity, type Profile, type User } from "./identity.ts"
import { isUuid } from "./ids.ts"
import { isRecord, isString, type Kept, type KeptChange } from "./kept.ts"
import { Mine, type MyRoom } from "./mine.ts"
import { Room } from "./room.ts"
import { claimsOf } from "./token.ts"
import type { ChatSocket, Message, Refusal, RoomInfo } from "./wire.ts"

export interface ClientOptions {
  /** Makes a socket that is not connected yet, with this for its `auth`. */
  readonly connect: (auth: (callback: (data: object) => void) => void) => ChatSocket
  readonly clock: Clock
  /** Whether the browser has a network at all. */
  readonly hasNetwork?: ReadonlySignal<boolean>
  readonly kept: Kept
  readonly keptInTab: Kept
}

/** A message of somebody else that came just now. */
export interface News {
  readonly room: Room
  readonly message: Message
}

interface KeptRoom {
  readonly id: string
  readonly name: string
}

/** One's rooms are all joined at once, within what the server grants a connection. The one opened longest ago makes room. */
const roomsMax = 50
/** Of the rooms that were left, so many are remembered. */
const leftMax = 200

export class Client {
  readonly identity: Identity
  readonly connection: Connection
  readonly directory: Directory
  readonly mine: Mine
  readonly #options: ClientOptions
  readonly #rooms = signal<readonly Room[]>([])
  /** A token for when the server asks for one. */
  #offered: string | undefined
  /** Whom the last handshake brought back, and into which rooms. */
  #returning: { readonly user: User | undefined; readonly rooms: ReadonlySet<Room> } = {
    user: undefined,
    rooms: new Set(),
  }
  readonly #openId = signal<string | undefined>(undefined)
  readonly #news = signal<News | undefined>(undefined)

  constructor(options: ClientOptions) {
    this.#options = options
    this.identity = new Identity(options.kept)
    const socket = options.connect((callback) => callback(this.#auth()))
    this.connection = new Connection(socket, options.hasNetwork ?? signal(true))
    this.directory = new Directory(this.connection)
    const userId = () => this.identity.userId
    this.mine = new Mine({
      connection: this.connection,
      userId,
      onRoom: (room) => this.#belongsTo(room),
      onCounted: (roomId, news) => {
        const room = this.find(roomId)
        room?.stands({ ...news, rev: room.feed.timeline.last?.seq ?? room.standing.rev })
      },
    })
    this.#rooms.value = this.#readRooms().map(({ id, name }) => this.#newRoom(id, name))
    this.#listen(socket)
  }

  /** One's own, the one opened last first. */
  get rooms(): ReadonlySignal<readonly Room[]> {
    return this.#rooms
  }

  /** The latest message of somebody else. */
  get news(): ReadonlySignal<News | undefined> {
    return this.#news
  }

  readonly open: ReadonlySignal<Room | undefined> = computed(() => this.find(this.#openId.value))

  /** Whether closing the page would lose something that was written: the browser could not keep it. */
  get isAtRisk(): boolean {
    return this.#rooms.value.some((room) => room.isAtRisk)
  }

  find(roomId: string | undefined): Room | undefined {
    return this.#rooms.value.find(({ id }) => id === roomId)
  }

  /** Whether the server knows who this is: their rooms are the account's then, and not the browser's. */
  get isKnown(): boolean {
    return this.identity.account.value !== undefined || this.identity.token !== undefined
  }

  /** Connects, also without a name: the server may want a token first. */
  start(): void {
    this.connection.retry()
  }

  /** Opens one's room, or joins it first. `undefined` closes the one that is open. */
  visit(roomId: string | undefined, name = ""): void {
    const id = roomId?.toLowerCase()
    this.#rooms.value = this.#rooms.value.filter((room) => room.phase.value.kind !== "missing" || room.id === id)
    if (id !== undefined && this.find(id) === undefined) this.#add(id, name)
    this.#openId.value = id
    const room = this.find(id)
    if (room === undefined) return
    this.#rooms.value = [room, ...this.#rooms.value.filter((other) => other !== room)]
    this.#keep(room, { first: true })
    room.visit()
  }

  /** Leaves for good: its messages no longer come, and it is forgotten. */
  leave(room: Room): void {
    room.leave({ forGood: this.isKnown })
    this.#forget(room)
  }

  #forget(room: Room): void {
    room.forgetWritten()
    if (this.#openId.value === room.id) this.#openId.value = undefined
    this.#rooms.value = this.#rooms.value.filter(({ id }) => id !== room.id)
    this.#writeRooms(this.#readRooms().filter(({ id }) => id !== room.id))
    this.#writeLeft([room.id, ...this.#readLeft().filter((id) => id !== room.id)])
  }

  /** For everybody, and for ever. Resolves to what the server refused. */
  async deleteRoom(room: Room): Promise<Refusal | undefined> {
    const reply = await this.connection.request("delete_room", { roomId: room.id, userId: this.identity.userId })
    if (!reply.ok) return reply.error
    this.#forget(room)
    return undefined
  }

  /** The one room of exactly these people, or why there is none. */
  async openDirect(targetIds: readonly string[]): Promise<RoomInfo | Refusal> {
    const { userId } = this.identity
    const reply = await this.connection.request("open_direct", { userId, targetIds: [...targetIds] })
    if (!reply.ok) return reply.error
    const { room } = reply
    if (this.find(room.id) === undefined) this.#add(room.id, "")
    this.find(room.id)?.describe(room)
    return room
  }

  /** Everybody sees the new name: it wins with the next join. */
  describe(profile: Profile): void {
    this.identity.describe(profile)
    this.connection.retry()
    const { username, avatar } = profile
    if (this.identity.account.value !== undefined)
      void this.connection.request("update_profile", { userId: this.identity.userId, username, avatar })
    for (const room of this.#rooms.value) void room.join()
  }

  /**
   * A link brought this one. Who chose a name here stays who they are unless the server asks for a token: one that asks
   * for none would let any link make them somebody else. What is no token changes nothing.
   */
  offerToken(token: string): void {
    if (claimsOf(token) === undefined) return
    if (this.identity.isChosen && this.connection.state.value.kind !== "unauthorized") this.#offered = token
    else this.useToken(token)
  }

  /**
   * What the last person wrote and was not sent is not said in the name of another. It is theirs when they come back,
   * unless they signed out.
   */
  useToken(token: string | undefined): void {
    this.#offered = undefined
    this.#become(token === undefined, () => this.identity.useToken(token))
  }

  /** Somebody signed in, or out. */
  useAccount(account: Account | undefined): void {
    this.#become(account === undefined, () => this.identity.useAccount(account))
  }

  /** Another tab kept something. */
  keptElsewhere(change?: KeptChange): void {
    this.identity.reload()
    const { token, keptToken, account, keptAccount } = this.identity
    if (keptToken !== token) this.useToken(keptToken)
    if (keptAccount?.userId !== account.peek()?.userId) this.useAccount(keptAccount)
    this.#followRooms()
    for (const room of this.#rooms.value) room.keptElsewhere(change)
  }

  #become(isLeaving: boolean, change: () => void): void {
    const { userId } = this.identity
    if (isLeaving) for (const room of this.#rooms.value) room.forgetWritten()
    change()
    if (this.identity.userId !== userId) for (const room of this.#rooms.value) room.userChanged()
    this.connection.restart()
  }

  #add(id: string, name: string): void {
    const room = this.#newRoom(id, name)
    const left = this.#readLeft()
    if (left.includes(id)) this.#writeLeft(left.filter((other) => other !== id))
    const others = this.#rooms.value
    for (const dropped of others.slice(roomsMax - 1)) dropped.leave()
    this.#rooms.value = [room, ...others.slice(0, roomsMax - 1)]
    if (this.identity.user.value !== undefined) void room.join()
  }

  #newRoom(id: string, name: string): Room {
    const { clock, kept, keptInTab } = this.#options
    const { connection } = this
    return new Room({
      id,
      name,
      connection,
      clock,
      kept,
      keptInTab,
      user: () => this.identity.user.peek() ?? nobody,
      onJoined: (joined) => this.#keep(joined),
      isAdmin: () => this.identity.account.value?.role === "admin",
      isKnown: () => this.isKnown,
      onRead: (room, seq) => this.isKnown && this.mine.tellRead(room.id, seq),
      onNews: (room, message) => {
        this.#news.value = { room, message }
      },
    })
  }

  /**
   * Comes into the rooms that another tab joined, and goes out of those it says it left; the open one stays. A room that
   * is not kept was left by nobody: the browser may be out of space.
   */
  #followRooms(): void {
    const left = new Set(this.#readLeft())
    const kept = this.#readRooms().filter(({ id }) => !left.has(id))
    const isLeft = ({ id }: Room) => left.has(id) && id !== this.#openId.value
    for (const room of this.#rooms.value) if (isLeft(room)) room.leave()
    const added = kept.filter(({ id }) => this.find(id) === undefined).map(({ id, name }) => this.#newRoom(id, name))
    this.#rooms.value = [...added, ...this.#rooms.value.filter((room) => !isLeft(room))]
    if (this.identity.user.value !== undefined) for (const room of added) void room.join()
  }

  /** Other tabs keep theirs in the same list, so it is never written from this tab's alone. */
  #keep({ id, name }: Room, { first = false } = {}): void {
    // What was never joined may not exist.
    if (name.value === "") return
    const kept = this.#readRooms()
    const at = kept.findIndex((other) => other.id === id)
    const entry = { id, name: name.value }
    if (at === -1 || first) this.#writeRooms([entry, ...kept.filter((other) => other.id !== id)])
    else this.#writeRooms(kept.with(at, entry))
  }

  #readRooms(): KeptRoom[] {
    return (this.#options.kept.read("rooms", isArray) ?? [])
      .filter(isRecord)
      .flatMap(({ id, name }) => (isString(id) && isString(name) && isUuid(id) ? [{ id, name }] : []))
      .slice(0, roomsMax)
  }

  #writeRooms(rooms: readonly KeptRoom[]): void {
    this.#options.kept.write("rooms", rooms.slice(0, roomsMax))
  }

  #readLeft(): string[] {
    return (this.#options.kept.read("left", isArray) ?? []).filter(isString)
  }

  #writeLeft(ids: readonly string[]): void {
    this.#options.kept.write("left", ids.length === 0 ? undefined : ids.slice(0, leftMax))
  }

  #listen(socket: ChatSocket): void {
    // At once for who looks: a message never stands both among those sent and among those to be sent.
    const inRoom = (roomId: string, tell: (room: Room) => void) => {
      const room = this.find(roomId)
      if (room) batch(() => tell(room))
    }
    socket.on("connect", () => this.#connected())
    socket.on("connect_error", () => {
      if (this.connection.state.value.kind === "unauthorized" && this.#offered) this.useToken(this.#offered)
    })
    socket.on("disconnect", () => {
      for (const room of this.#rooms.value) room.disconnected()
    })
    socket.on("history", (messages, info) => info && inRoom(info.roomId, (room) => room.onHistory(messages, info)))
    socket.on("message_received", (message) => inRoom(message.roomId, (room) => room.onMessage(message)))
    socket.on("message_updated", (message, change) => inRoom(message.roomId, (room) => room.onUpdated(message, change)))
    socket.on("user_joined", (member) => inRoom(member.roomId, (room) => room.onJoined(member)))
    socket.on("user_left", (left) => inRoom(left.roomId, (room) => room.onLeft(left)))
    socket.on("room_presence", (presence) => inRoom(presence.roomId, (room) => room.onPresence(presence)))
    socket.on("read_updated", (state) => inRoom(state.roomId, (room) => room.stands(state)))
    socket.on("room_activity", (state) => inRoom(state.roomId, (room) => room.stands(state)))
    socket.on("room_added", (room) => this.#belongsTo(room))
    socket.on("room_updated", (room) => inRoom(room.id, (known) => known.describe(room)))
    socket.on("room_removed", ({ roomId, reason }) => inRoom(roomId, (room) => this.#endedFor(room, reason)))
    socket.on("membership_updated", ({ roomId, role, notify }) =>
      inRoom(roomId, (room) => {
        room.belonging.tell(role)
        room.level.value = notify
        void room.belonging.refresh()
      }),
    )
    socket.on("user_typing", (typing) => inRoom(typing.roomId, (room) => room.onTyping(typing)))
  }

  /** Who comes, and back into which rooms: they are there again before anything that is sent. */
  #auth(): object {
    const { token } = this.identity
    const returning = this.#inOrder().flatMap((room) => (room.ticket ? [{ room, ticket: room.ticket }] : []))
    this.#returning = { user: this.identity.user.value, rooms: new Set(returning.map(({ room }) => room)) }
    // Once is enough for a picture's address, which may be long: without one the stored one stays.
    const rooms = returning.map(({ ticket: { avatar, ...ticket } }, i) => (i === 0 ? { avatar, ...ticket } : ticket))
    return { ...(token !== undefined && { token }), ...(rooms.length > 0 && { rooms }) }
  }

  /** They belong to it, wherever they came in. */
  #belongsTo(room: MyRoom): void {
    if (this.find(room.id) === undefined && this.#rooms.value.length < roomsMax) {
      const added = this.#newRoom(room.id, room.name)
      this.#rooms.value = [...this.#rooms.value, added]
      void added.join()
    }
    this.find(room.id)?.describeMine(room)
  }

  /** It is no room of this person any more. The one that is looked at says so; the others just go. */
  #endedFor(room: Room, reason: "left" | "removed" | "deleted"): void {
    if (room !== this.open.value) this.#forget(room)
    else if (reason !== "left") room.ended(reason)
  }

  #connected(): void {
    void this.directory.refresh()
    if (this.isKnown) void this.mine.refresh()
    const { user, rooms } = this.#returning
    // What was left since the handshake.
    for (const room of rooms) if (!this.#rooms.value.includes(room)) room.leave()
    if (this.identity.user.value === undefined) return
    const isSame = this.identity.user.value === user
    for (const room of this.#inOrder()) void (isSame && rooms.has(room) ? room.comeBack() : room.join())
  }

  /** The open one first. */
  #inOrder(): Room[] {
    const first = this.open.value
    return [...(first ? [first] : []), ...this.#rooms.value.filter((room) => room !== first)]
  }
}

const isArray = (value: unknown): value is unknown[] => Array.isArray(value)

/** Until there is a name no room is joined, so this is said to nobody. */
const nobody: User = { userId: "", username: "", avatar: undefined }

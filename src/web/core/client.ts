/**
 * The whole chat as the page uses it: the user, the connection, one's rooms, and which of
 * them is open. It uses no document, so tests can drive it like a page.
 */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals-core"
import type { Account } from "./account.ts"
import type { Clock } from "./clock.ts"
import { Connection } from "./connection.ts"
import { Directory } from "./directory.ts"
import { type Before, Identity, type Profile, type User } from "./identity.ts"
import { isUuid } from "./ids.ts"
import { isRecord, isString, type Kept, type KeptChange } from "./kept.ts"
import { Near } from "./near.ts"
import { type News, Room } from "./room.ts"
import { claimsOf } from "./token.ts"
import type { ChatSocket, Member } from "./wire.ts"

export interface ClientOptions {
  /** Makes a socket that is not connected yet, with this as its `auth`. */
  readonly connect: (auth: (callback: (data: object) => void) => void) => ChatSocket
  readonly clock: Clock
  /** Whether the browser has a network at all. */
  readonly hasNetwork?: ReadonlySignal<boolean>
  readonly kept: Kept
  readonly keptInTab: Kept
  /** Asks whose cookie the browser has: no script can read it. */
  readonly whose?: () => Promise<Account | undefined>
}

type ClosedAs = "direct" | "private"

interface KeptRoom {
  readonly id: string
  readonly name: string
  /** Set for rooms that others cannot enter: shown before the server says it. */
  readonly closedAs: ClosedAs | undefined
}

/** Implemented by mine.ts, which is loaded only where the server identifies people. */
interface OwnRooms {
  readonly refresh: () => Promise<void>
  readonly tellRead: (roomId: string, seq: number) => void
}

/**
 * With AUTH=open, all of one's rooms are joined at once, up to the limit of a connection. The one opened longest ago
 * makes room.
 */
const roomsMax = 50
/** For an identified person, as many as the server allows. */
const ownMax = 500
/** How many left rooms are remembered. */
const leftMax = 200

export class Client {
  readonly identity: Identity
  readonly connection: Connection
  readonly directory: Directory
  /** Who came online or went away since the lists were fetched. */
  readonly online = signal<ReadonlyMap<string, boolean>>(new Map())
  /** Who changed their name or picture since anything was fetched. */
  readonly renamed = signal<ReadonlyMap<string, Member>>(new Map())
  readonly near = new Near(() => this.isKnown)
  /** As the server says, with the first of their rooms; unknown before. */
  readonly isAdmin = signal<boolean | undefined>(undefined)
  readonly #options: ClientOptions
  readonly #socket: ChatSocket
  /** The server has AUTH=open, whatever account or token this browser has kept. */
  readonly #isOpen = signal(false)
  /** Loaded for those whom the server knows. */
  #mine: Promise<OwnRooms | undefined> | undefined
  readonly #rooms = signal<readonly Room[]>([])
  /** A token to use when the server asks for one. */
  #offered: string | undefined
  /** A profile chosen here that the server does not have yet. */
  #untold: User | undefined
  /** The user and the rooms of the last handshake. */
  #returning: { readonly user: User | undefined; readonly rooms: ReadonlySet<Room> } = {
    user: undefined,
    rooms: new Set(),
  }
  /** The user of this browser before its first account. */
  before: Before | undefined
  readonly #openId = signal<string | undefined>(undefined)
  readonly #news = signal<News | undefined>(undefined)

  constructor(options: ClientOptions) {
    this.#options = options
    this.identity = new Identity(options.kept)
    const socket = options.connect((callback) => callback(this.#auth()))
    this.#socket = socket
    this.connection = new Connection(socket, options.hasNetwork ?? signal(true))
    this.directory = new Directory(this.connection)
    this.#rooms.value = this.#readRooms().map((kept) => this.#newRoom(kept))
    this.#listen(socket)
  }

  /** One's own rooms, the one opened last first. */
  get rooms(): ReadonlySignal<readonly Room[]> {
    return this.#rooms
  }

  /** The latest message of somebody else. */
  get news(): ReadonlySignal<News | undefined> {
    return this.#news
  }

  tell(news: News): void {
    this.#news.value = news
  }

  readonly open: ReadonlySignal<Room | undefined> = computed(() => this.find(this.#openId.value))

  /** Whether closing the page would lose a text, because the browser could not store it. */
  get isAtRisk(): boolean {
    return this.#rooms.value.some((room) => room.isAtRisk)
  }

  find(roomId: string | undefined): Room | undefined {
    return this.#rooms.value.find(({ id }) => id === roomId)
  }

  /** Whether the server identifies this person: then the account has the rooms, not the browser. */
  get isKnown(): boolean {
    return this.#hasCredentials && !this.#isOpen.value
  }

  /** As the server says: with AUTH=open, it tells nothing of rooms that are not joined. */
  knows(isKnown: boolean): void {
    if (this.#isOpen.peek() === !isKnown) return
    this.#isOpen.value = !isKnown
    for (const room of this.#wanted()) if (!room.isJoined) void room.join()
  }

  get #hasCredentials(): boolean {
    return this.identity.account.value !== undefined || this.identity.token !== undefined
  }

  /** Connects, also without a name: the server may want a token first. */
  start(): void {
    this.connection.retry()
  }

  /** Adds one of their rooms, wherever they joined it. */
  belongTo(roomId: string, name: string): Room {
    const known = this.find(roomId)
    if (known !== undefined) return known
    const added = this.#newRoom({ id: roomId, name })
    this.#rooms.value = [...this.#rooms.value, added]
    return added
  }

  /** Opens a room, after joining it if needed. `undefined` closes the open one. */
  visit(roomId: string | undefined, name = ""): void {
    const id = roomId?.toLowerCase()
    this.#rooms.value = this.#rooms.value.filter((room) => !this.#isOver(room) || room.id === id)
    const isNew = id !== undefined && this.find(id) === undefined
    if (isNew) this.#add(id, name)
    this.#openId.value = id
    const room = this.find(id)
    if (room === undefined) return
    const isFar = this.near.come(room)
    if ((isNew || isFar) && this.identity.user.value !== undefined) void room.join()
    this.#rooms.value = [room, ...this.#rooms.value.filter((other) => other !== room)]
    this.#keep(room, { first: true })
    room.visit()
  }

  /** Leaves for good: no more messages of it come, and it is forgotten. */
  leave(room: Room): void {
    room.leave({ forGood: this.isKnown })
    this.forget(room)
  }

  forget(room: Room): void {
    room.forgetWritten()
    this.near.forget(room)
    if (this.#openId.value === room.id) this.#openId.value = undefined
    this.#rooms.value = this.#rooms.value.filter(({ id }) => id !== room.id)
    this.#writeRooms(this.#readRooms().filter(({ id }) => id !== room.id))
    this.#writeLeft([room.id, ...this.#readLeft().filter((id) => id !== room.id)])
  }

  /** Everybody sees the new name: the server tells them, or the next join does. */
  describe(profile: Profile): void {
    this.identity.describe(profile)
    this.#untold = this.identity.user.peek()
    this.connection.retry()
    if (this.isKnown) this.tellProfile()
    else for (const room of this.#rooms.value) void room.join()
  }

  /** Returns false if the server already knows everything about this person. */
  tellProfile(): boolean {
    const untold = this.#untold
    if (untold?.userId !== this.identity.userId) return false
    void this.connection.request("update_profile", untold).then(({ ok }) => {
      if (ok && untold === this.#untold) this.#untold = undefined
    })
    return true
  }

  /**
   * A link contained this token. Whoever chose a name here keeps it unless the server asks for a token: otherwise any
   * link could make them somebody else on a server that needs none. An invalid token changes nothing.
   */
  offerToken(token: string): void {
    if (claimsOf(token) === undefined) return
    if (this.identity.isChosen && this.connection.state.value.kind !== "unauthorized") this.#offered = token
    else this.useToken(token)
  }

  /**
   * Unsent messages of the last user are not sent in another's name. They are kept for when that user comes back,
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

  /** Another tab has stored something. */
  keptElsewhere(change?: KeptChange): void {
    this.identity.reload()
    const { token, keptToken, account, keptAccount } = this.identity
    if (keptToken !== token) this.useToken(keptToken)
    if (keptAccount?.userId !== account.peek()?.userId) this.useAccount(keptAccount)
    if (!this.isKnown) this.#followRooms()
    for (const room of this.#rooms.value) room.keptElsewhere(change)
  }

  #become(isLeaving: boolean, change: () => void): void {
    if (isLeaving) for (const room of this.#rooms.value) room.forgetWritten()
    this.#change(change)
    this.connection.restart()
  }

  #change(change: () => void): void {
    const { userId, isChosen } = this.identity
    const wasKnown = this.isKnown
    this.#isOpen.value = false
    this.isAdmin.value = undefined
    change()
    if (this.identity.userId === userId) return
    if (isChosen) this.before = { userId, roomIds: this.#rooms.value.map(({ id }) => id) }
    const rooms = this.#rooms.value
    if (wasKnown) this.#beginAnew()
    for (const room of rooms) room.userChanged()
  }

  /** Nothing that was fetched for another user is shown to this one: the open room is entered as if it were new. */
  #beginAnew(): void {
    for (const room of this.#rooms.value) {
      room.disconnected()
      this.near.forget(room)
    }
    const openId = this.#openId.value
    const entered = openId === undefined ? [] : [this.#newRoom({ id: openId, name: "" })]
    for (const room of entered) this.near.come(room)
    this.#rooms.value = entered
    this.#writeRooms([])
  }

  #add(id: string, name: string): void {
    const room = this.#newRoom({ id, name })
    const left = this.#readLeft()
    if (left.includes(id)) this.#writeLeft(left.filter((other) => other !== id))
    const others = this.#rooms.value
    const dropped = this.isKnown ? [] : others.slice(roomsMax - 1)
    for (const room of dropped) room.leave()
    this.#rooms.value = [room, ...others.filter((other) => !dropped.includes(other))]
  }

  /** The room is of no use, and disappears as soon as one turns away. */
  #isOver({ joining: { phase }, holdsWords }: Room): boolean {
    return !holdsWords && (phase.value.kind === "missing" || (this.isKnown && phase.value.kind === "refused"))
  }

  #newRoom({ id, name, closedAs }: Partial<KeptRoom> & Pick<KeptRoom, "id" | "name">): Room {
    const { clock, kept, keptInTab } = this.#options
    const { connection } = this
    return new Room({
      id,
      name,
      closedAs,
      connection,
      clock,
      kept,
      keptInTab,
      user: () => this.identity.user.peek() ?? nobody,
      onJoined: (joined) => this.#keep(joined),
      isAdmin: () => this.isAdmin.value === true,
      isKnown: () => this.isKnown,
      onRead: (room, seq) => this.isKnown && void this.#known().then((mine) => mine?.tellRead(room.id, seq)),
      onNews: (news) => this.tell(news),
    })
  }

  /**
   * Joins the rooms that another tab joined, and leaves those that it left; the open one stays. A room missing from the
   * storage counts as left by nobody: the browser may be out of space.
   */
  #followRooms(): void {
    const left = new Set(this.#readLeft())
    const kept = this.#readRooms().filter(({ id }) => !left.has(id))
    const isLeft = ({ id }: Room) => left.has(id) && id !== this.#openId.value
    for (const room of this.#rooms.value) if (isLeft(room)) room.leave()
    const added = kept.filter(({ id }) => this.find(id) === undefined).map((one) => this.#newRoom(one))
    this.#rooms.value = [...added, ...this.#rooms.value.filter((room) => !isLeft(room))]
    if (this.identity.user.value !== undefined) for (const room of added) void room.join()
  }

  /** Stores all rooms of an account, so the next start shows them before it is connected. */
  keepAll(): void {
    this.#writeRooms(this.#rooms.value.map(keptOf).filter(({ name }) => name !== ""))
  }

  /** Other tabs store theirs in the same list, so it is never overwritten with this tab's alone. */
  #keep(room: Room, { first = false } = {}): void {
    const entry = keptOf(room)
    // A room that was never joined may not exist.
    if (entry.name === "") return
    const kept = this.#readRooms()
    const at = kept.findIndex(({ id }) => id === room.id)
    if (at === -1 || first) this.#writeRooms([entry, ...kept.filter(({ id }) => id !== room.id)])
    else this.#writeRooms(kept.with(at, entry))
  }

  #readRooms(): KeptRoom[] {
    return (this.#options.kept.read("rooms", isArray) ?? [])
      .filter(isRecord)
      .flatMap(({ id, name, closedAs }) =>
        isString(id) && isString(name) && isUuid(id) ? [{ id, name, closedAs: closedIn(closedAs) }] : [],
      )
      .slice(0, this.#keptMax)
  }

  #writeRooms(rooms: readonly KeptRoom[]): void {
    this.#options.kept.write("rooms", rooms.slice(0, this.#keptMax))
  }

  get #keptMax(): number {
    return this.isKnown ? ownMax : roomsMax
  }

  #readLeft(): string[] {
    return (this.#options.kept.read("left", isArray) ?? []).filter(isString)
  }

  #writeLeft(ids: readonly string[]): void {
    this.#options.kept.write("left", ids.length === 0 ? undefined : ids.slice(0, leftMax))
  }

  #listen(socket: ChatSocket): void {
    // In one batch: a message is never visible both as sent and as waiting.
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
    socket.on("user_typing", (typing) => inRoom(typing.roomId, (room) => room.onTyping(typing)))
  }

  /** The user, and the rooms to rejoin: they are entered before anything else is sent. */
  #auth(): object {
    const { token } = this.identity
    const returning = this.#wanted().flatMap((room) => {
      const { ticket } = room.joining
      return ticket ? [{ room, ticket }] : []
    })
    this.#returning = { user: this.identity.user.value, rooms: new Set(returning.map(({ room }) => room)) }
    // One picture address is enough, since it may be long: without one the stored one stays.
    const rooms = returning.map(({ ticket: { avatar, ...ticket } }, i) => (i === 0 ? { avatar, ...ticket } : ticket))
    return { ...(token !== undefined && { token }), ...(rooms.length > 0 && { rooms }) }
  }

  /** The browser lost its storage, but may still have somebody's cookie. */
  async #recognize(): Promise<void> {
    const account = await this.#options.whose?.()
    if (account === undefined || this.identity.user.peek() !== undefined) return
    this.#change(() => this.identity.useAccount(account))
    this.#connected()
  }

  /** If it cannot be loaded, the next connection tries again. */
  #known(): Promise<OwnRooms | undefined> {
    this.#mine ??= import("./mine.ts").then(
      ({ Mine }) => new Mine(this, this.#socket, this.#options),
      () => {
        this.#mine = undefined
        return undefined
      },
    )
    return this.#mine
  }

  #connected(): void {
    void this.directory.refresh()
    if (this.#hasCredentials) void this.#known().then((mine) => mine?.refresh())
    else if (this.identity.user.value === undefined) this.#recognize().catch(() => {})
    const { user, rooms } = this.#returning
    // Rooms that were left since the handshake.
    for (const room of rooms) if (!this.#rooms.value.includes(room)) room.leave()
    if (this.identity.user.value === undefined) return
    const isSame = this.identity.user.value === user
    for (const room of this.#wanted()) void (isSame && rooms.has(room) ? room.joining.comeBack() : room.join())
  }

  /** The rooms to join, the open one first. */
  #wanted(): Room[] {
    const first = this.open.value
    const others = this.#rooms.value.filter((room) => room !== first && this.near.isWanted(room))
    return [...(first ? [first] : []), ...others]
  }
}

const keptOf = ({ id, name, visibility }: Room): KeptRoom => ({
  id,
  name: name.value,
  closedAs: closedIn(visibility.value),
})

/** The visibilities that keep others out. */
const closedIn = (visibility: unknown): ClosedAs | undefined =>
  visibility === "direct" || visibility === "private" ? visibility : undefined

const isArray = (value: unknown): value is unknown[] => Array.isArray(value)

/** Without a name no room is joined, so nobody ever sees this. */
const nobody: User = { userId: "", username: "", avatar: undefined }

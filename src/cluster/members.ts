/**
 * Who is where, on all servers. Each server says which of its own people come and go, and
 * merges what the others say, so it decides by itself what its members are told. A server
 * that follows a room later reads who is there. A server that no longer says that it lives
 * is gone, with all its people.
 *
 * A server writes to the registry before it speaks, so whoever has heard it can read it,
 * too. Whoever is back in time was never away: a user is here while any server has them.
 */
import type { ExitReason, Neighbours, News, SessionPlace } from "../chat/neighbours.ts"
import type { SessionId } from "../chat/session.ts"
import type { Profile } from "../contract/people.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { Said, ServerId } from "./news.ts"
import { aliveMs, type Entry, type Registry } from "./registry.ts"

/** What is said on the channel of a room about the people in it. */
type SaidInRoom = Exclude<Said, { readonly kind: "changes" | "personal" | "online" }>

interface MembersOptions {
  readonly server: ServerId
  readonly registry: Registry
  readonly elapsedMs: () => number
  /** Whether the others are heard. */
  readonly isHearing: () => boolean
  /** Tells the other servers, as soon as possible or never. */
  readonly say: (roomId: RoomId, said: SaidInRoom) => void
  /** Tells this server's members. */
  readonly hear: (news: News) => void
  /** Called when the registry starts to fail, though the others are heard. */
  readonly onUnkept: (cause: unknown) => void
}

interface Person {
  profile: Profile
  readonly sessions: Set<SessionId>
}

/** How long the others have to say who is with them, before whoever was not named counts as gone. */
const settleMs = aliveMs + 500
/** A server whose own beat came later than this may have been given up. */
const silentMs = 0.8 * aliveMs

export class Members implements Omit<Neighbours, "told" | "online"> {
  readonly #options: MembersOptions
  /** By sessions of this server. */
  readonly #own = new Map<RoomId, Map<UserId, Person>>()
  /** People on other servers, in each room that is followed. */
  readonly #others = new Map<RoomId, Map<ServerId, Set<UserId>>>()
  /** People who left here, but may still be in the registry. */
  readonly #stale = new Map<RoomId, Set<UserId>>()
  /** What was said of a room while its people were being read. */
  readonly #meanwhile = new Map<RoomId, [ServerId, SaidInRoom][]>()
  /** Servers that have spoken since the last check of who lives. */
  readonly #spoken = new Set<ServerId>()
  #isBurying = false
  #isHushed = false
  #mustAnnounce = false
  #backMs = -Infinity
  #loadAgainMs = Infinity
  #beatMs: number | undefined
  #isKept = true

  constructor(options: MembersOptions) {
    this.#options = options
  }

  readonly entered: Neighbours["entered"] = ({ roomId, userId, sessionId }, profile) => {
    const people = this.#own.get(roomId) ?? new Map<UserId, Person>()
    this.#own.set(roomId, people)
    const person = people.get(userId)
    person?.sessions.add(sessionId)
    if (person !== undefined && isSame(person.profile, profile)) return
    people.set(userId, { profile, sessions: person?.sessions ?? new Set([sessionId]) })
    this.#stale.get(roomId)?.delete(userId)
    this.#keep(this.#options.registry.enter(roomId, [{ server: this.#options.server, userId, profile }]))
    this.#options.say(roomId, { kind: "entered", userId, profile })
  }

  readonly described: Neighbours["described"] = (userId, profile) => {
    for (const [roomId, people] of this.#own) {
      const [sessionId] = people.get(userId)?.sessions ?? []
      if (sessionId !== undefined) this.entered({ roomId, userId, sessionId }, profile)
    }
  }

  readonly exited: Neighbours["exited"] = ({ roomId, userId, sessionId }, reason) => {
    const people = this.#own.get(roomId)
    const sessions = people?.get(userId)?.sessions
    if (people === undefined || !sessions?.delete(sessionId) || sessions.size > 0) return
    people.delete(userId)
    if (people.size === 0) this.#own.delete(roomId)
    // They are away only until they come back by another server, or the next beat tells.
    if (this.#isHushed) return
    const stale = this.#stale.get(roomId) ?? new Set()
    this.#stale.set(roomId, stale.add(userId))
    this.#keep(this.#erase(roomId, [userId]))
    this.#options.say(roomId, { kind: "exited", userId, reason })
  }

  readonly typed: Neighbours["typed"] = ({ roomId, userId, sessionId }, isTyping) => {
    if (!this.#isHushed) this.#options.say(roomId, { kind: "typed", userId, sessionId, isTyping })
  }

  readonly evicted: Neighbours["evicted"] = ({ roomId, userId, accessRev }, reason) => {
    this.#options.say(roomId, { kind: "evicted", userId, accessRev, reason })
  }

  readonly emptied: Neighbours["emptied"] = (roomId) => {
    this.#options.say(roomId, { kind: "emptied" })
  }

  /** By sessions of this server. */
  usersIn(roomId: RoomId): UserId[] {
    return [...(this.#own.get(roomId)?.keys() ?? [])]
  }

  /** Whether the registry took the last beat. Otherwise it is not known who dies, or who was there before. */
  get isKept(): boolean {
    return this.#isKept
  }

  /** How many people of this server are in the room. */
  countHere(roomId: RoomId): number {
    return this.#own.get(roomId)?.size ?? 0
  }

  /** This server stops: from now on it does not say who goes. */
  hush(): void {
    this.#isHushed = true
  }

  heard(roomId: RoomId, server: ServerId, said: SaidInRoom): void {
    this.#spoken.add(server)
    const meanwhile = this.#meanwhile.get(roomId)
    if (meanwhile !== undefined) meanwhile.push([server, said])
    else if (this.#others.has(roomId)) this.#take(roomId, server, said)
  }

  /** Reads who is in a room, once it is followed. Never rejects. */
  async load(roomId: RoomId): Promise<void> {
    if (this.#meanwhile.has(roomId)) return
    const meanwhile: [ServerId, SaidInRoom][] = []
    this.#meanwhile.set(roomId, meanwhile)
    if (!this.#others.has(roomId)) this.#others.set(roomId, new Map())
    // Otherwise the room was dropped meanwhile, and the answer is too old for a new follower.
    const isWanted = () => this.#meanwhile.get(roomId) === meanwhile
    try {
      const entries = await this.#options.registry.read(roomId)
      const living = await this.#options.registry.living(this.#serversOf(entries))
      if (isWanted()) this.#merge(roomId, entries, living)
    } catch {
      this.#mustAnnounce = true
    } finally {
      if (isWanted()) {
        this.#meanwhile.delete(roomId)
        for (const [server, said] of meanwhile) this.heard(roomId, server, said)
      }
    }
  }

  /** Nobody here needs to know any longer who is there. */
  forget(roomId: RoomId): void {
    for (const [server, users] of this.#others.get(roomId) ?? []) {
      for (const userId of [...users]) this.#go(roomId, server, userId, "disconnect")
    }
    this.#others.delete(roomId)
    this.#meanwhile.delete(roomId)
  }

  /** Counts people in rooms that are not followed. Without Redis nobody is known to be there. */
  async count(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, number>> {
    try {
      const places = await this.#options.registry.count(roomIds)
      const living = await this.#options.registry.living(this.#serversOf([...places.values()].flat()))
      return new Map(
        [...places].map(([roomId, found]) => {
          const users = found.filter(({ server }) => living.has(server)).map(({ userId }) => userId)
          return [roomId, new Set(users).size]
        }),
      )
    } catch {
      return new Map()
    }
  }

  /** Nobody has heard what was said before the bus worked. */
  appear(): void {
    this.#mustAnnounce = true
    void this.beat()
  }

  /** The bus is back, perhaps with an empty Redis: says who is here, and asks who is there. */
  back(): void {
    this.#backMs = this.#options.elapsedMs()
    this.#loadAgainMs = this.#backMs + settleMs
    this.#mustAnnounce = true
    void this.beat()
  }

  /** Says that this server lives, and checks which others do. Call it every 2 s. Never rejects. */
  async beat(): Promise<void> {
    if (this.#isHushed) return
    const { registry, server, elapsedMs } = this.#options
    try {
      const nowMs = elapsedMs()
      const wasSilent = this.#beatMs !== undefined && nowMs - this.#beatMs > silentMs
      const wasAlive = await registry.beat(server)
      this.#isKept = true
      // The others have given this server up, though no connection was lost: the machine was frozen or cut off. Or it
      // is new, and they removed its people before it first said that it lives.
      if (wasSilent || !wasAlive) this.#mustAnnounce = true
      this.#beatMs = nowMs
      if (this.#mustAnnounce) await this.#announce()
      // The registry knows who is there, also while nobody is heard.
      if (nowMs >= this.#loadAgainMs || !this.#options.isHearing()) {
        if (nowMs >= this.#loadAgainMs) this.#loadAgainMs = Infinity
        this.#loadAll()
      }
      if (!this.#isSettling()) await this.#bury()
    } catch (cause) {
      // The next beat tries again.
      this.#unkept(cause)
    }
  }

  #unkept(cause: unknown): void {
    if (!this.#isKept || !this.#options.isHearing()) return
    this.#isKept = false
    this.#options.onUnkept(cause)
  }

  async #announce(): Promise<void> {
    const { registry, server, say } = this.#options
    this.#mustAnnounce = false
    try {
      for (const [roomId, users] of this.#stale) await this.#erase(roomId, [...users])
      for (const [roomId, people] of this.#own) {
        const here = [...people].map(([userId, { profile }]) => [userId, profile] as const)
        const entering = registry.enter(
          roomId,
          here.map(([userId, profile]) => ({ server, userId, profile })),
        )
        say(roomId, { kind: "here", people: here })
        await entering
      }
      this.#loadAll()
    } catch (cause) {
      this.#mustAnnounce = true
      throw cause
    }
  }

  #loadAll(): void {
    for (const roomId of [...this.#others.keys()]) void this.load(roomId)
  }

  /** Removes those who were on servers that are dead. */
  async #bury(): Promise<void> {
    if (this.#isBurying) return
    this.#isBurying = true
    try {
      const servers = [...new Set([...this.#others.values()].flatMap((byServer) => [...byServer.keys()]))]
      this.#spoken.clear()
      const living = await this.#options.registry.living(servers)
      // A server that has spoken since the question may live again.
      const dead = servers.filter((server) => !living.has(server) && !this.#spoken.has(server))
      for (const place of dead.flatMap((server) => this.#lose(server))) await this.#options.registry.bury(...place)
    } finally {
      this.#isBurying = false
    }
  }

  /** Removes them all at once, so that nothing the server says later is undone. Returns who they were in each room. */
  #lose(server: ServerId): [RoomId, ServerId, UserId[]][] {
    return [...this.#others].map(([roomId, byServer]) => {
      const users = [...(byServer.get(server) ?? [])]
      for (const userId of users) this.#go(roomId, server, userId, "disconnect")
      return [roomId, server, users]
    })
  }

  #merge(roomId: RoomId, entries: readonly Entry[], living: ReadonlySet<ServerId>): void {
    const { server: self, registry } = this.#options
    const isPresent = ({ server }: Entry) => living.has(server) || this.#isSettling()
    const others = entries.filter(({ server }) => server !== self)
    const dead = others.filter((entry) => !isPresent(entry))
    const own = entries.filter(({ server, userId }) => server === self && !this.#own.get(roomId)?.has(userId))
    this.#keep(registry.exit(roomId, own))
    for (const [server, places] of Map.groupBy(dead, ({ server }) => server)) {
      const users = places.map(({ userId }) => userId)
      this.#keep(registry.bury(roomId, server, users))
    }
    const present = Map.groupBy(others.filter(isPresent), ({ server }) => server)
    for (const [server, found] of present) {
      for (const { userId, profile } of found) this.#come(roomId, server, userId, profile)
    }
    // Right after Redis came back, others may not have said yet who is with them.
    if (this.#isSettling()) return
    for (const [server, users] of this.#others.get(roomId) ?? []) {
      const still = new Set(present.get(server)?.map(({ userId }) => userId))
      for (const userId of [...users]) if (!still.has(userId)) this.#go(roomId, server, userId, "disconnect")
    }
  }

  #take(roomId: RoomId, server: ServerId, said: SaidInRoom): void {
    switch (said.kind) {
      case "entered":
        this.#come(roomId, server, said.userId, said.profile)
        break
      case "exited":
        this.#go(roomId, server, said.userId, said.reason)
        break
      case "typed": {
        const { userId, sessionId, isTyping } = said
        const indicator = { roomId, userId, sessionId: `${server} ${sessionId}` as SessionId }
        this.#options.hear({ kind: "typed", indicator, isTyping })
        break
      }
      case "evicted": {
        const { userId, accessRev, reason } = said
        this.#options.hear({ kind: "evicted", eviction: { roomId, userId, accessRev }, reason })
        break
      }
      case "emptied":
        this.#options.hear({ kind: "emptied", roomId })
        break
      case "here": {
        const here = new Map(said.people)
        for (const [userId, profile] of here) this.#come(roomId, server, userId, profile)
        for (const userId of [...(this.#others.get(roomId)?.get(server) ?? [])]) {
          if (!here.has(userId)) this.#go(roomId, server, userId, "disconnect")
        }
      }
    }
  }

  #come(roomId: RoomId, server: ServerId, userId: UserId, profile: Profile): void {
    const byServer = this.#others.get(roomId)
    if (byServer === undefined) return
    byServer.set(server, (byServer.get(server) ?? new Set()).add(userId))
    this.#options.hear({ kind: "entered", place: placeAt(server, roomId, userId), profile })
  }

  #go(roomId: RoomId, server: ServerId, userId: UserId, reason: ExitReason): void {
    const byServer = this.#others.get(roomId)
    const users = byServer?.get(server)
    if (!users?.delete(userId)) return
    if (users.size === 0) byServer?.delete(server)
    this.#options.hear({ kind: "exited", place: placeAt(server, roomId, userId), reason })
  }

  async #erase(roomId: RoomId, users: readonly UserId[]): Promise<void> {
    const { registry, server } = this.#options
    await registry.exit(
      roomId,
      users.map((userId) => ({ server, userId })),
    )
    const stale = this.#stale.get(roomId)
    for (const userId of users) stale?.delete(userId)
    if (stale?.size === 0) this.#stale.delete(roomId)
  }

  /** What could not be written to the registry now is written with the next beat. */
  #keep(telling: Promise<void>): void {
    telling.catch(() => {
      this.#mustAnnounce = true
    })
  }

  #serversOf(places: readonly { readonly server: ServerId }[]): ServerId[] {
    return [...new Set(places.map(({ server }) => server))].filter((server) => server !== this.#options.server)
  }

  #isSettling(): boolean {
    return this.#options.elapsedMs() - this.#backMs < aliveMs
  }
}

function placeAt(server: ServerId, roomId: RoomId, userId: UserId): SessionPlace {
  return { roomId, userId, sessionId: `server ${server}` as SessionId }
}

function isSame(a: Profile, b: Profile): boolean {
  return a.username === b.username && a.avatar === b.avatar
}

/**
 * What concerns people outside the rooms they are in: sent to the sockets that asked for
 * `my_rooms`, by their user. A socket hears one user.
 *
 * How each room stands for a user is updated from the messages of the room, as long as
 * these come without a gap and say enough. Otherwise it counts as outdated, and the store
 * is asked before anything is told of it.
 */
import type { MessageChange } from "../contract/changes.ts"
import { limits } from "../contract/limits.ts"
import type { Message } from "../contract/messages.ts"
import type { LastMessage, RoomState } from "../contract/my-rooms.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { type Effect, tellSession } from "./effects.ts"
import type { OwnRoom, Standing } from "./rules/found.ts"
import { lastMessageOf } from "./rules/my-rooms.ts"
import type { Session } from "./session.ts"

interface Inbox {
  readonly userId: UserId
  readonly sessions: Set<Session>
  readonly places: Map<RoomId, InboxPlace>
  /** Rooms with changes that were not told yet, the longest due first. */
  readonly due: Set<RoomId>
  toldMs: number
}

/** How a room stands for one user. */
interface InboxPlace {
  /** Its own copy, changed in place: each message changes it for everybody who hears of the room. */
  readonly standing: { -readonly [Name in keyof Standing]: Standing[Name] }
  isOutdated: boolean
  /** `seq` of the last message, once one has come. */
  lastSeq: number
}

/** The users for whom the store is asked how a room stands. */
export interface Outdated {
  readonly roomId: RoomId
  readonly readers: readonly { readonly userId: UserId; readonly readSeq: number }[]
}

/** Readers in one command: few enough that the commands behind it do not notice. */
const readersAtOnce = 100

export class Inboxes {
  readonly #ofUsers = new Map<UserId, Inbox>()
  readonly #ofSessions = new Map<Session, Inbox>()
  /** Who hears of each room, and how it stands for them: the same object as in the inbox. */
  readonly #rooms = new Map<RoomId, Map<Inbox, InboxPlace>>()
  /** Inboxes that are due with the next tick. */
  readonly #waiting = new Set<Inbox>()
  /** Inboxes that were told something within the interval, the longest ago first. */
  readonly #resting = new Set<Inbox>()
  /** Rooms that stand in an unknown way for somebody who is to be told. */
  readonly #outdated = new Set<RoomId>()
  /** Users whose rooms are being read from the store, each with the rooms that changed since. */
  readonly #opening = new Map<UserId, Set<Set<RoomId>>>()
  readonly #isShared: boolean

  /**
   * Where several servers share the data, the store is asked before each telling, so that former members hear nothing.
   */
  constructor(isShared = false) {
    this.#isShared = isShared
  }

  /** Number of users, sockets and rooms that are kept. */
  get size(): number {
    return this.#ofUsers.size + this.#ofSessions.size + this.#rooms.size
  }

  /** Number of users that some socket hears. */
  get heardCount(): number {
    return this.#ofUsers.size
  }

  /** Whom a session hears. */
  heardBy(session: Session): UserId | undefined {
    return this.#ofSessions.get(session)?.userId
  }

  isHeard(userId: UserId): boolean {
    return this.#ofUsers.has(userId)
  }

  has(userId: UserId, roomId: RoomId): boolean {
    return this.#ofUsers.get(userId)?.places.has(roomId) === true
  }

  /** Who hears of a room. */
  usersOf(roomId: RoomId): UserId[] {
    return [...(this.#rooms.get(roomId)?.keys() ?? [])].map(({ userId }) => userId)
  }

  countOf(roomId: RoomId): number {
    return this.#rooms.get(roomId)?.size ?? 0
  }

  /**
   * The rooms of a user are being read from the store. The answer may miss what other servers say meanwhile, and how
   * far is read, and nobody is told of that yet. Call the result once, when the answer is there: it returns the rooms
   * that changed meanwhile.
   */
  opening(userId: UserId): () => ReadonlySet<RoomId> {
    const told = new Set<RoomId>()
    const all = this.#opening.get(userId) ?? new Set()
    this.#opening.set(userId, all.add(told))
    return () => {
      all.delete(told)
      if (all.size === 0 && this.#opening.get(userId) === all) this.#opening.delete(userId)
      return told
    }
  }

  /** The room has changed in a way that the store may not know yet: for one user, or for all. */
  hasChanged(roomId: RoomId, userId?: UserId): void {
    const users = userId === undefined ? [...this.#opening.values()] : [this.#opening.get(userId) ?? []]
    for (const all of users) for (const told of all) told.add(roomId)
  }

  /** From here on the session hears this user, and nobody else. `rooms` are all of the user's, as they stand now. */
  open(session: Session, userId: UserId, rooms: readonly OwnRoom[]): Effect[] {
    const isOpen = this.#ofSessions.get(session)?.userId === userId
    const closed = isOpen ? [] : this.close(session)
    const inbox: Inbox = this.#ofUsers.get(userId) ?? {
      userId,
      sessions: new Set(),
      places: new Map(),
      due: new Set(),
      toldMs: -Infinity,
    }
    this.#ofUsers.set(userId, inbox)
    this.#ofSessions.set(session, inbox)
    inbox.sessions.add(session)
    for (const room of rooms) this.#place(inbox, room)
    const enter = { kind: "enter", sessionId: session.id, audience: { kind: "user", userId } } as const
    return isOpen ? [] : [...closed, enter]
  }

  close(session: Session): Effect[] {
    const inbox = this.#ofSessions.get(session)
    if (inbox === undefined) return []
    const { userId, sessions, places } = inbox
    this.#ofSessions.delete(session)
    sessions.delete(session)
    if (sessions.size === 0) {
      this.#ofUsers.delete(userId)
      this.#waiting.delete(inbox)
      this.#resting.delete(inbox)
      for (const roomId of places.keys()) this.#unwatch(roomId, inbox)
    }
    return [{ kind: "exit", sessionId: session.id, audience: { kind: "user", userId } }]
  }

  /** The user became a member of the room. */
  add(userId: UserId, room: OwnRoom): void {
    const inbox = this.#ofUsers.get(userId)
    if (inbox !== undefined) this.#place(inbox, room)
  }

  /** The user is no longer a member. Returns whether they were. */
  remove(userId: UserId, roomId: RoomId): boolean {
    const inbox = this.#ofUsers.get(userId)
    if (!inbox?.places.delete(roomId)) return false
    inbox.due.delete(roomId)
    this.#unwatch(roomId, inbox)
    return true
  }

  /** Whether the user hears of the room and is not known to have read as far. */
  isBehind(userId: UserId, roomId: RoomId, readSeq: number): boolean {
    const place = this.#ofUsers.get(userId)?.places.get(roomId)
    return place !== undefined && place.standing.readSeq < readSeq
  }

  /** The user has read on. */
  read(userId: UserId, roomId: RoomId, standing: Standing): void {
    const place = this.#ofUsers.get(userId)?.places.get(roomId)
    if (place === undefined) return
    const { rev } = place.standing
    // It was counted before the latest news.
    if (standing.rev < rev) place.isOutdated = true
    Object.assign(place.standing, standing, { rev: Math.max(standing.rev, rev) })
  }

  /**
   * A message, or a change of one, was told to a room. Returns what is to be told of it now, with whatever else is due
   * to those who hear of the room.
   */
  notice(message: Message, change: MessageChange | undefined, nowMs: number): Effect[] {
    const { roomId } = message
    const effects: Effect[] = []
    const inboxes = this.#rooms.get(roomId)
    if (inboxes === undefined) return effects
    // The same for everybody, and most of the work.
    const last = change === undefined ? lastMessageOf(message) : null
    for (const [inbox, place] of inboxes) {
      if (message.rev <= place.standing.rev) continue
      advance(place, inbox.userId, message, change, last)
      if (this.#isShared) place.isOutdated = true
      if (change?.change === "react") continue
      inbox.due.add(roomId)
      if (!this.#isResting(inbox, nowMs)) this.#tell(inbox, nowMs, effects)
    }
    return effects
  }

  /** The rooms that somebody hears of. */
  rooms(): RoomId[] {
    return [...this.#rooms.keys()]
  }

  /** The latest `rev` of rooms: what was not told here, another server stored. */
  knows(revs: ReadonlyMap<RoomId, number>): void {
    for (const [roomId, rev] of revs) {
      for (const [inbox, place] of this.#rooms.get(roomId) ?? []) {
        if (rev <= place.standing.rev) continue
        place.isOutdated = true
        this.#isDue(inbox, roomId)
      }
    }
  }

  /** What has become due. */
  take(nowMs: number): Effect[] {
    const effects: Effect[] = []
    for (const inbox of this.#resting) {
      if (this.#isResting(inbox, nowMs)) break
      this.#resting.delete(inbox)
      if (inbox.due.size > 0) this.#waiting.add(inbox)
    }
    for (const inbox of this.#waiting) this.#tell(inbox, nowMs, effects)
    return effects
  }

  /**
   * What the store has to be asked before it can be told: everybody who is due in a room at once, so that it is asked
   * once per room.
   */
  takeOutdated(): Outdated[] {
    const taken: Outdated[] = []
    for (const roomId of this.#outdated) {
      const readers: Outdated["readers"][number][] = []
      for (const [inbox, place] of this.#rooms.get(roomId) ?? []) {
        if (!place.isOutdated || !inbox.due.has(roomId) || !isHeard(inbox.sessions, roomId)) continue
        inbox.due.delete(roomId)
        readers.push({ userId: inbox.userId, readSeq: place.standing.readSeq })
      }
      for (let start = 0; start < readers.length; start += readersAtOnce) {
        taken.push({ roomId, readers: readers.slice(start, start + readersAtOnce) })
      }
    }
    this.#outdated.clear()
    return taken
  }

  /** The answer of the store. Returns who is no longer a member. */
  renew({ roomId, readers }: Outdated, standings: readonly (Standing | undefined)[]): UserId[] {
    const gone: UserId[] = []
    for (const [index, { userId }] of readers.entries()) {
      const inbox = this.#ofUsers.get(userId)
      const place = inbox?.places.get(roomId)
      const standing = standings[index]
      if (standing === undefined && this.remove(userId, roomId)) gone.push(userId)
      if (inbox === undefined || place === undefined || standing === undefined) continue
      this.#isDue(inbox, roomId)
      if (standing.rev < place.standing.rev || standing.readSeq < place.standing.readSeq) continue
      Object.assign(place.standing, standing)
      place.isOutdated = false
      place.lastSeq = 0
    }
    return gone
  }

  #place(inbox: Inbox, { room: { id }, standing }: OwnRoom): void {
    const before = inbox.places.get(id)
    if (before !== undefined && before.standing.rev > standing.rev) return
    // What is due is part of this answer, but stays due: other sockets of the user have not heard of it.
    const place = { standing: { ...standing }, isOutdated: false, lastSeq: 0 }
    inbox.places.set(id, place)
    this.#rooms.set(id, (this.#rooms.get(id) ?? new Map()).set(inbox, place))
    // A new room: to the user's other sockets it is news, told after this answer.
    if (before === undefined && inbox.sessions.size > 1) this.hasChanged(id, inbox.userId)
    // Another server stored something that was not heard of yet: to the sockets that hear the user already it is new.
    if (before !== undefined && before.standing.rev < standing.rev) this.#isDue(inbox, id)
  }

  #unwatch(roomId: RoomId, inbox: Inbox): void {
    const inboxes = this.#rooms.get(roomId)
    inboxes?.delete(inbox)
    if (inboxes?.size === 0) this.#rooms.delete(roomId)
  }

  #isDue(inbox: Inbox, roomId: RoomId): void {
    inbox.due.add(roomId)
    if (!this.#resting.has(inbox)) this.#waiting.add(inbox)
  }

  /** Whether the user was told something a moment ago: further changes are told together, a little later. */
  #isResting({ toldMs }: Inbox, nowMs: number): boolean {
    return nowMs - toldMs < this.#intervalMs
  }

  /**
   * Each telling costs about the same, however little has changed. So the more people there are, the more is told at
   * once.
   */
  get #intervalMs(): number {
    const { activityIntervalMs, activityIntervalMaxMs, activityPeoplePerSecond } = limits
    const forAllMs = (this.heardCount / activityPeoplePerSecond) * 1_000
    return Math.min(Math.max(forAllMs, activityIntervalMs), activityIntervalMaxMs)
  }

  /** Tells all that is due. */
  #tell(inbox: Inbox, nowMs: number, effects: Effect[]): void {
    const states = this.#takeDue(inbox)
    if (states.length > 0) {
      inbox.toldMs = nowMs
      this.#resting.delete(inbox)
      this.#resting.add(inbox)
    }
    // Grouped by session: what one session gets in a row leaves in one write.
    for (const { id, rooms } of inbox.sessions) {
      for (const state of states) {
        if (!rooms.has(state.roomId)) effects.push(tellSession(id, "room_activity", [state]))
      }
    }
    if (inbox.due.size > 0 && states.length === 0) this.#waiting.add(inbox)
    else this.#waiting.delete(inbox)
  }

  #takeDue({ due, places, sessions }: Inbox): RoomState[] {
    const states: RoomState[] = []
    const statesMax = Math.floor((limits.activityPerSecondMax * this.#intervalMs) / 1_000)
    for (const roomId of due) {
      if (states.length === statesMax) break
      const place = places.get(roomId)
      if (place === undefined || !isHeard(sessions, roomId)) due.delete(roomId)
      else if (place.isOutdated) this.#outdated.add(roomId)
      else {
        due.delete(roomId)
        states.push({ roomId, ...place.standing })
      }
    }
    return states
  }
}

/** Whether one of the sessions is not in the room. Those in it hear everything there. */
function isHeard(sessions: ReadonlySet<Session>, roomId: RoomId): boolean {
  for (const { rooms } of sessions) if (!rooms.has(roomId)) return true
  return false
}

function advance(
  place: InboxPlace,
  userId: UserId,
  message: Message,
  change: MessageChange | undefined,
  last: LastMessage | null,
): void {
  const { standing } = place
  const { rev, seq } = message
  if (rev > standing.rev + 1) place.isOutdated = true
  standing.rev = rev
  if (change === undefined) {
    countNew(standing, userId, message)
    standing.lastMessage = last
    standing.lastMessageAt = message.createdAt
    place.lastSeq = seq
  } else if (change.change === "delete") {
    const isUnread = seq > standing.readSeq && message.userId !== userId
    // It is not told whether it mentioned the user, what lies beyond the bound, or which message is the last now.
    if (isUnread && (standing.mentions > 0 || standing.unread === limits.unreadMax)) place.isOutdated = true
    if (seq >= place.lastSeq) place.isOutdated = true
    if (isUnread) standing.unread--
  } else if (change.change === "edit") {
    if (seq > standing.readSeq && (standing.mentions > 0 || concerns(message, userId))) place.isOutdated = true
    if (seq >= place.lastSeq) place.isOutdated = true
  }
}

/** Whoever sends has read everything before. */
function countNew(standing: InboxPlace["standing"], userId: UserId, message: Message): void {
  if (message.userId === userId) {
    standing.readSeq = message.seq
    standing.unread = 0
    standing.mentions = 0
    return
  }
  standing.unread = Math.min(standing.unread + 1, limits.unreadMax)
  if (concerns(message, userId)) standing.mentions = Math.min(standing.mentions + 1, limits.unreadMax)
}

function concerns({ mentions = [], mentionsRoom, replyTo }: Message, userId: UserId): boolean {
  return mentionsRoom === true || replyTo?.userId === userId || mentions.includes(userId)
}

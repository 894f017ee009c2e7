/**
 * A room of which this server must miss nothing: its channel is heard before its first page
 * is read, so nothing falls between the two, and everything that its members here are told
 * goes through its feed.
 */
import type { RoomChange } from "../chat/neighbours.ts"
import { ChatError } from "../contract/errors.ts"
import type { Message } from "../contract/messages.ts"
import type { RoomId } from "../contract/values.ts"
import { Access, type AccessOptions } from "./access.ts"
import { Feed } from "./feed.ts"
import { type Told, toldOf } from "./told.ts"

/** An empty room is followed a little longer: people often come back. */
const lingerMs = 5_000
/**
 * What is told together leaves in one write to each member, which takes some 6 µs. With this rest for each of them, telling
 * a room takes some 3 % of a core, however often other servers tell of changes (bench/README.md has the figures).
 */
const restMsPerMember = 0.2
const restMsMax = 25
/** In small rooms there is little to be saved. */
const restMsMin = 10
/** What is told within this time of one another was stored by several at once, and more of them are on their way. */
const togetherMs = 1

export interface FollowOptions extends AccessOptions {
  readonly elapsedMs: () => number
  /** How many members of this server are in the room. */
  readonly countHere: (roomId: RoomId) => number
  /** Tells this server's members. */
  readonly tell: (change: RoomChange) => void
  /** Resolves once the room is heard, or cannot be for now. Never rejects. */
  readonly follow: (roomId: RoomId) => Promise<void>
}

export class FollowedRoom {
  readonly roomId: RoomId
  readonly feed: Feed<Told>
  readonly access: Access
  /** Resolves once it is heard, or cannot be for now. */
  readonly followed: Promise<void>
  readonly #options: FollowOptions
  /** For each page being read: what was told since it was asked for. */
  readonly #pages = new Set<Message[]>()
  #isFollowed = false
  #isOver = false
  #toldMs = -Infinity
  #usedMs: number

  constructor(roomId: RoomId, options: FollowOptions) {
    this.roomId = roomId
    this.#options = options
    this.feed = new Feed((told, isNew) => this.#tell(told, isNew))
    this.access = new Access(roomId, options)
    this.#usedMs = options.elapsedMs()
    this.followed = options.follow(roomId).then(() => {
      this.#isFollowed = true
    })
  }

  get isFollowed(): boolean {
    return this.#isFollowed
  }

  /** No longer followed: another object may follow the room anew. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Takes changes in any order. `done` is called when the members here have been told. */
  offer({ message, change }: RoomChange, done?: () => void): void {
    this.feed.offer(toldOf(message, change), this.#options.elapsedMs(), done)
  }

  /** Collects what is told from now on, until `end`. */
  listen(): { readonly messages: readonly Message[]; readonly end: () => void } {
    const messages: Message[] = []
    this.#pages.add(messages)
    return { messages, end: () => this.#pages.delete(messages) }
  }

  /** Whether nobody has been in it, or on the way into it, for long enough. */
  isIdle(nowMs: number): boolean {
    if (this.#options.countHere(this.roomId) > 0 || this.#pages.size > 0) this.#usedMs = nowMs
    return nowMs - this.#usedMs >= lingerMs
  }

  end(): void {
    this.#isOver = true
    this.feed.end(new ChatError("ERR_BUSY"))
  }

  #tell({ message, change }: Told, isNew: boolean): void {
    for (const page of this.#pages) page.push(message)
    // People here have never heard of a message that is deleted already.
    this.#options.tell(isNew && message.deletedAt === undefined ? { message } : { message, change })
    this.#rest()
  }

  /** Who sends one after the other waits for nobody. */
  #rest(): void {
    const { countHere, elapsedMs } = this.#options
    const nowMs = elapsedMs()
    const isInCompany = nowMs - this.#toldMs < togetherMs
    this.#toldMs = nowMs
    const restMs = Math.min(countHere(this.roomId) * restMsPerMember, restMsMax)
    if (isInCompany && restMs >= restMsMin) this.feed.rest(nowMs + restMs)
  }
}

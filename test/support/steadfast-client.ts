/**
 * A client as docs/api.md tells people to write one: the official client, which comes
 * back by itself, catches up by `since`, and sends again, with the same id, whatever was
 * not acknowledged. It notes all it is told for the delivery checker, and holds the room,
 * and who is there, as it was told of them.
 */
import { io, type Socket } from "socket.io-client"
import type { ClientToServerEvents, ServerToClientEvents } from "../../src/contract/events.ts"
import type { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import type { Message, Observation, Page, Send } from "../../src/load/delivery/observation.ts"
import { sameVersion } from "../../src/load/delivery/room-log.ts"
import type { Change } from "../../src/load/member.ts"

/** How long it waits before it repeats what was refused with a code that leaves the outcome open. */
const retryMs = 50

/** What a page may be refused with, to be asked for again: the store is away, or what it holds began another life. */
export const passing: readonly string[] = ["ERR_STORAGE", "ERR_BUSY"]

export interface SteadfastOptions {
  readonly url: string
  readonly roomId: string
  readonly userId: string
  readonly check: Pick<DeliveryCheck, "note">
  /** Of the client, where it is not the only one of its user. */
  readonly name?: string
  readonly transports?: readonly ("websocket" | "polling")[]
  /** What it overlooks, which a test of the checks themselves needs. */
  readonly overlooks?: (event: "message_received" | "user_joined", content?: string) => boolean
}

/** What one client counted of its own. */
export interface Tally {
  /** Sends. */
  acked: number
  /** Edits, deletions and reactions that were granted. */
  changed: number
  /** Sends that left again, because the answer to the first was lost or left the outcome open. */
  repeated: number
  /** Acknowledgements that said that an earlier attempt had been stored. */
  duplicates: number
  connections: number
  /** Refusals, by code. */
  readonly refused: Record<string, number>
}

type WithoutClient<O> = O extends unknown ? Omit<O, "client"> : never
type OwnObservation = WithoutClient<Observation>

interface Pending {
  readonly transmit: () => void
  attempts: number
}

/** Of its own messages, so many may still be changed. */
const ownMax = 10

export class SteadfastClient implements Disposable {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>
  readonly tally: Tally = { acked: 0, changed: 0, repeated: 0, duplicates: 0, connections: 0, refused: {} }
  /** Why each connection ended, in Socket.IO's words. */
  readonly lost: string[] = []
  /** The users who are in the room, as it was told. */
  readonly here = new Set<string>()
  readonly #options: SteadfastOptions
  /** By id, the latest that it was told of each message. */
  readonly #told = new Map<string, Message>()
  /** In the order in which they were asked for. */
  readonly #pending = new Set<Pending>()
  readonly #own: string[] = []
  /** From there on it was told of everything. */
  #firstSeq = 0
  #heard: string | undefined
  #rev: number | undefined
  /** From where to ask on, while a page says that there is more. */
  #nextSince: number | undefined
  #isIn = false

  constructor(options: SteadfastOptions) {
    this.#options = options
    const { url, transports = ["websocket"], overlooks = () => false } = options
    this.socket = io(url, {
      transports: [...transports],
      forceNew: true,
      reconnectionDelay: 20,
      reconnectionDelayMax: 200,
    })
    this.socket.on("connect", () => this.#enter())
    this.socket.on("history", (messages, info) => info && this.#page({ joined: true, messages, ...info }))
    this.socket.on("message_received", (message) => {
      if (!overlooks("message_received", message.content)) this.#hear(message)
    })
    this.socket.on("user_joined", ({ userId }) => overlooks("user_joined") || this.here.add(userId))
    this.socket.on("user_left", ({ userId }) => this.here.delete(userId))
    this.socket.on("message_updated", (message) => this.#hear(message))
    this.socket.on("disconnect", (reason) => this.#leave(reason))
  }

  get roomId(): string {
    return this.#options.roomId
  }

  get userId(): string {
    return this.#options.userId
  }

  /** As it is called in what it notes. */
  get name(): string {
    return this.#options.name ?? this.userId
  }

  /** The last of the room's changes that it knows. */
  get rev(): number {
    return this.#rev ?? 0
  }

  /** In the room, and told of everything up to there. */
  get isIn(): boolean {
    return this.#isIn
  }

  /** Resolves once it is acknowledged, however long that takes. The same one may be sent by several clients of a user. */
  send(content: string, send = this.newSend(content)): Promise<void> {
    return new Promise((settle) => {
      const pending = { transmit: () => this.#transmitSend(pending, send, settle), attempts: 0 }
      this.#ask(pending)
    })
  }

  newSend(content: string): Send & { readonly id: string } {
    return { roomId: this.roomId, id: Bun.randomUUIDv7(), content }
  }

  /**
   * In turn: a reaction to what was heard last, an edit of one of its own, and its deletion. Resolves once it is answered
   * for good: what it was to change may be gone.
   */
  change(number: number): Promise<void> {
    const change = this.#newChange(number)
    if (change === undefined) return Promise.resolve()
    return new Promise((settle) => {
      const pending = { transmit: () => this.#transmitChange(pending, change, settle), attempts: 0 }
      this.#ask(pending)
    })
  }

  /** What it holds otherwise than it is stored: all that it was told of, and all since the beginning of its first page. */
  differencesTo(stored: readonly Message[]): unknown[] {
    const other = stored.filter((message) => {
      const told = this.#told.get(message.id)
      if (told !== undefined) return !sameVersion(told, message)
      // Pages of what is there leave out what is deleted.
      return message.seq >= this.#firstSeq && message.deletedAt === undefined
    })
    const ids = new Set(stored.map(({ id }) => id))
    const unknown = [...this.#told.values()].filter(({ id }) => !ids.has(id))
    return [
      ...other.map((message) => [message, this.#told.get(message.id)]),
      ...unknown.map((told) => [undefined, told]),
    ]
  }

  [Symbol.dispose](): void {
    this.socket.disconnect()
  }

  #enter(): void {
    const { roomId, userId } = this.#options
    const since = this.#rev
    this.tally.connections++
    this.#note({ kind: "asked", roomId })
    const request = { roomId, userId, username: userId, ...(since !== undefined && { since }) }
    this.socket.emit("join_room", request, (answer) => {
      if (answer.ok) {
        this.here.clear()
        for (const member of answer.members) this.here.add(member.userId)
        if (answer.memberCount > answer.members.length) this.#meetOthers(undefined)
        return this.#catchUp()
      }
      this.#note({ kind: "denied", roomId })
      setTimeout(() => this.socket.connected && this.#enter(), retryMs)
    })
  }

  /** An answer names no more than some. Events that come between two pages are later than the first. */
  #meetOthers(cursor: string | undefined): void {
    this.socket.emit("get_members", { roomId: this.roomId, ...(cursor && { cursor }) }, (answer) => {
      if (!answer.ok) return
      for (const { userId } of answer.members) this.here.add(userId)
      if (answer.cursor !== undefined) this.#meetOthers(answer.cursor)
    })
  }

  /** Asks on while there is more, then sends what is still unanswered. */
  #catchUp(): void {
    const since = this.#nextSince
    if (since === undefined) {
      this.#begin()
      return
    }
    const { roomId } = this.#options
    this.#note({ kind: "asked", roomId })
    this.socket.emit("sync", { roomId, since }, (answer) => {
      if (!answer.ok) {
        if (!passing.includes(answer.error.code)) throw new Error(`A page was refused: ${answer.error.code}`)
        this.#note({ kind: "denied", roomId })
        setTimeout(() => this.socket.connected && this.#catchUp(), retryMs)
        return
      }
      const { messages, rev, hasMore, reset } = answer
      this.#page({ joined: false, since, messages, rev, hasMore, ...(reset && { reset }) })
      this.#catchUp()
    })
  }

  #begin(): void {
    this.#isIn = true
    for (const pending of this.#pending) this.#transmit(pending)
  }

  #page(page: Page): void {
    this.#note({ kind: "page", roomId: this.#options.roomId, page })
    if (page.since === undefined || page.reset) {
      this.#told.clear()
      // A change of an older message is told to it, too.
      this.#firstSeq = page.hasMore ? (page.messages[0]?.seq ?? 0) : 0
    }
    for (const message of page.messages) this.#learn(message)
    this.#rev = Math.max(this.rev, page.rev)
    const goesOn = page.since !== undefined && page.reset === undefined && page.hasMore
    this.#nextSince = goesOn ? page.messages.at(-1)?.rev : undefined
  }

  #hear(message: Message): void {
    this.#note({ kind: "live", message })
    this.#rev = message.rev
    this.#heard = message.id
    this.#learn(message)
  }

  #learn(message: Message): void {
    if ((this.#told.get(message.id)?.rev ?? 0) <= message.rev) this.#told.set(message.id, message)
  }

  #leave(reason: string): void {
    this.#isIn = false
    this.lost.push(reason)
    this.#note({ kind: "cut" })
  }

  #newChange(number: number): Change | undefined {
    const own = this.#own.at(-1 - (number % this.#own.length))
    if (number % 3 === 0) {
      const heard = this.#heard
      return heard === undefined ? undefined : { event: "react", id: heard, emoji: "👍", isOn: number % 2 === 0 }
    }
    if (own === undefined) return undefined
    if (number % 3 === 1) return { event: "edit_message", id: own, content: `edit ${number}` }
    return { event: "delete_message", id: own }
  }

  #ask(pending: Pending): void {
    this.#pending.add(pending)
    if (this.#isIn) this.#transmit(pending)
  }

  #transmit(pending: Pending): void {
    if (pending.attempts++ > 0) this.tally.repeated++
    pending.transmit()
  }

  #again(pending: Pending, code: string): void {
    this.tally.refused[code] = (this.tally.refused[code] ?? 0) + 1
    setTimeout(() => this.#isIn && this.#pending.has(pending) && this.#transmit(pending), retryMs)
  }

  #transmitSend(pending: Pending, send: Send & { readonly id: string }, settle: () => void): void {
    this.#note({ kind: "sent", send })
    this.socket.emit("send_message", { userId: this.#options.userId, ...send }, (answer) => {
      if (!answer.ok) {
        const { code } = answer.error
        this.#note({ kind: "refused", send, code })
        return this.#again(pending, code)
      }
      const { message, duplicate } = answer
      this.#note({ kind: "acked", send, message, ...(duplicate && { duplicate }) })
      // An attempt that was repeated by mistake is answered too.
      if (!this.#pending.delete(pending)) return
      this.tally.acked++
      if (duplicate) this.tally.duplicates++
      this.#own.push(message.id)
      if (this.#own.length > ownMax) this.#own.shift()
      settle()
    })
  }

  #transmitChange(pending: Pending, { event, ...change }: Change, settle: () => void): void {
    const { roomId, userId } = this.#options
    const request = { roomId, userId, ...change }
    // They are answered alike.
    this.socket.emit(event as "delete_message", request, (answer) => {
      if (!answer.ok && answer.error.code !== "ERR_NOT_FOUND") return this.#again(pending, answer.error.code)
      if (answer.ok) this.#note({ kind: "changed", changed: { roomId, message: answer.message } })
      if (!this.#pending.delete(pending)) return
      if (answer.ok) this.tally.changed++
      settle()
    })
  }

  #note(observation: OwnObservation): void {
    this.#options.check.note({ client: this.name, ...observation })
  }
}

/** The number of the last change that a room holds. */
export function lastRevOf(messages: readonly Message[] = []): number {
  return messages.reduce((last, { rev }) => Math.max(last, rev), 0)
}

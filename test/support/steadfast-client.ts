/**
 * A client as docs/api.md tells people to write one: the official client, which comes
 * back by itself, catches up by `since`, and sends again, with the same id, whatever was
 * not acknowledged. It notes all it is told for the delivery checker.
 */
import { io, type Socket } from "socket.io-client"
import type { ClientToServerEvents, ServerToClientEvents } from "../../src/contract/events.ts"
import type { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import type { Message, Observation, Page, Send } from "../../src/load/delivery/observation.ts"

/** How long it waits before it repeats what was refused with a code that leaves the outcome open. */
const retryMs = 50

export interface SteadfastOptions {
  readonly url: string
  readonly roomId: string
  readonly userId: string
  readonly check: DeliveryCheck
  /** Of the client, where it is not the only one of its user. */
  readonly name?: string
  readonly transports?: readonly ("websocket" | "polling")[]
}

/** What one client counted of its own. */
export interface Tally {
  acked: number
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
  readonly send: Send & { readonly id: string }
  readonly settle: () => void
  attempts: number
}

export class SteadfastClient implements Disposable {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>
  readonly tally: Tally = { acked: 0, repeated: 0, duplicates: 0, connections: 0, refused: {} }
  /** Why each connection ended, in Socket.IO's words. */
  readonly lost: string[] = []
  readonly #options: SteadfastOptions
  readonly #pending = new Map<string, Pending>()
  #rev: number | undefined
  /** From where to ask on, while a page says that there is more. */
  #nextSince: number | undefined
  #isIn = false

  constructor(options: SteadfastOptions) {
    this.#options = options
    const { url, transports = ["websocket"] } = options
    this.socket = io(url, {
      transports: [...transports],
      forceNew: true,
      reconnectionDelay: 20,
      reconnectionDelayMax: 200,
    })
    this.socket.on("connect", () => this.#enter())
    this.socket.on("history", (messages, info) => info && this.#page({ joined: true, messages, ...info }))
    this.socket.on("message_received", (message) => this.#hear(message))
    this.socket.on("disconnect", (reason) => this.#leave(reason))
  }

  get roomId(): string {
    return this.#options.roomId
  }

  /** The last of the room's changes that it knows. */
  get rev(): number {
    return this.#rev ?? 0
  }

  /** In the room, and told of everything up to there. */
  get isIn(): boolean {
    return this.#isIn
  }

  /** Resolves once it is acknowledged, however long that takes. */
  send(content: string): Promise<void> {
    return new Promise((settle) => {
      const send = { roomId: this.#options.roomId, id: Bun.randomUUIDv7(), content }
      const pending = { send, settle, attempts: 0 }
      this.#pending.set(send.id, pending)
      if (this.#isIn) this.#transmit(pending)
    })
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
      if (answer.ok) return this.#catchUp()
      this.#note({ kind: "denied", roomId })
      setTimeout(() => this.socket.connected && this.#enter(), retryMs)
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
        if (answer.error.code !== "ERR_STORAGE") throw new Error(`A page was refused: ${answer.error.code}`)
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
    for (const pending of this.#pending.values()) this.#transmit(pending)
  }

  #page(page: Page): void {
    this.#note({ kind: "page", roomId: this.#options.roomId, page })
    this.#rev = Math.max(this.rev, page.rev)
    const goesOn = page.since !== undefined && page.reset === undefined && page.hasMore
    this.#nextSince = goesOn ? page.messages.at(-1)?.rev : undefined
  }

  #hear(message: Message): void {
    this.#note({ kind: "live", message })
    this.#rev = message.rev
  }

  #leave(reason: string): void {
    this.#isIn = false
    this.lost.push(reason)
    this.#note({ kind: "cut" })
  }

  #transmit(pending: Pending): void {
    const { send } = pending
    if (pending.attempts++ > 0) this.tally.repeated++
    this.#note({ kind: "sent", send })
    this.socket.emit("send_message", { userId: this.#options.userId, ...send }, (answer) => {
      if (answer.ok) return this.#acked(pending, answer)
      const { code } = answer.error
      this.#note({ kind: "refused", send, code })
      this.tally.refused[code] = (this.tally.refused[code] ?? 0) + 1
      setTimeout(() => this.#isIn && this.#pending.has(send.id) && this.#transmit(pending), retryMs)
    })
  }

  #acked({ send, settle }: Pending, { message, duplicate }: { message: Message; duplicate?: true | undefined }): void {
    this.#note({ kind: "acked", send, message, ...(duplicate && { duplicate }) })
    // An attempt that was repeated by mistake is answered too.
    if (!this.#pending.delete(send.id)) return
    this.tally.acked++
    if (duplicate) this.tally.duplicates++
    settle()
  }

  #note(observation: OwnObservation): void {
    const { check, name, userId } = this.#options
    check.note({ client: name ?? userId, ...observation })
  }
}

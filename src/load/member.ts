/** One simulated user in one room: joins, hears, types and sends, and records all of it for the checker. */

import type { Answer, ClientEvent } from "../contract/events.ts"
import type { Failure } from "../contract/refusals.ts"
import { ask } from "./ask.ts"
import { isFailure, isGranted, isHistory, isMessage } from "./believable.ts"
import { Client, type ConnectOptions } from "./client.ts"
import type { DeliveryCheck } from "./delivery/delivery-check.ts"
import type { Message, Send } from "./delivery/observation.ts"
import type { RoomTape } from "./tape.ts"

/** Totals of a crowd. */
export interface Tally {
  messages: number
  typing: number
}

/** A room as its simulated members know it. */
export interface LoadRoom {
  readonly id: string
  readonly members: Member[]
  tape: RoomTape
  /** The room's counter where the tape begins. */
  rev: number
}

interface MemberOptions {
  readonly url: string
  readonly room: LoadRoom
  readonly userId: string
  readonly tally: Tally
  readonly check: DeliveryCheck
  /** The connection is gone, though nobody here closed it. */
  readonly onLost: (reason: string) => void
  readonly connect?: ConnectOptions
}

export type SendOutcome = Answer<"send_message"> | Failure

/** An `edit_message`, a `delete_message` or a `react`, but for whom and where. */
export type Change =
  | { readonly event: "edit_message"; readonly id: string; readonly content: string }
  | { readonly event: "delete_message"; readonly id: string }
  | { readonly event: "react"; readonly id: string; readonly emoji: string; readonly isOn: boolean }

function isOutcome(value: unknown): value is SendOutcome {
  return isGranted(value) ? isMessage(value["message"]) : isFailure(value)
}

/** The bytes that tell the events of interest apart: `["history"`, `["message_received"`, `["user_typing"`, and `["message_updated"`. */
const [h, m, r, t, u] = [0x68, 0x6d, 0x72, 0x74, 0x75]

export class Member {
  readonly userId: string
  readonly room: LoadRoom
  readonly #tally: Tally
  #client: Client | undefined
  #check: DeliveryCheck
  #note: (message: Message) => void
  /** Its position on the room's tape … */
  #place = 0
  /** … and how many messages it heard on the way. */
  #heard = 0
  #historiesDue = 0
  #lastOwn: string | undefined
  #isLeaving = false
  #isLost = false

  private constructor({ userId, room, tally, check }: MemberOptions) {
    this.userId = userId
    this.room = room
    this.#tally = tally
    this.#check = check
    this.#note = check.listener(userId, room.id)
  }

  /** Connects only; `join` is the next step. Rejects with the server's reason. */
  static async connect(options: MemberOptions): Promise<Member> {
    const member = new Member(options)
    const handler = {
      event: (bytes: Buffer, start: number, end: number) => member.#event(bytes, start, end),
      closed: (reason: string) => {
        member.#isLost = true
        member.#check.note({ kind: "cut", client: member.userId })
        if (!member.#isLeaving) options.onLost(reason)
      },
    }
    member.#client = await Client.connect(options.url, handler, options.connect)
    return member
  }

  /** The connection is gone. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** It has heard what anybody in the room heard, or will hear nothing more. */
  get isCurrent(): boolean {
    return this.#isLost || this.#heard >= this.room.tape.messages.length
  }

  /** Requests whose answer may still come. */
  get unanswered(): number {
    return this.#isLost ? 0 : (this.#client?.unanswered ?? 0)
  }

  async join(): Promise<Answer<"join_room">> {
    const { userId, room } = this
    this.#historiesDue++
    this.#check.note({ kind: "asked", client: userId, roomId: room.id })
    const answer = await this.request("join_room", { roomId: room.id, userId, username: userId })
    room.members.push(this)
    return answer
  }

  /** Rejects with the code and the message of a refusal. */
  request<E extends ClientEvent>(event: E, payload: unknown): Promise<Answer<E>> {
    if (this.#client === undefined) throw new Error("Connect first.")
    return ask(this.#client, event, payload)
  }

  type(isTyping: boolean): void {
    this.#client?.emit("typing", { roomId: this.room.id, userId: this.userId, isTyping })
  }

  send(send: Send, settle: (outcome: SendOutcome) => void): void {
    const { userId } = this
    this.#check.note({ kind: "sent", client: userId, send })
    this.#client?.send("send_message", { userId, ...send }, (bytes, start, end) => {
      const [outcome] = JSON.parse(bytes.toString("utf8", start, end))
      if (!isOutcome(outcome)) throw new Error("A send is answered with what is no answer.")
      this.#noteOutcome(send, outcome)
      settle(outcome)
    })
  }

  /** Its last message, as far as it knows. */
  get lastOwn(): string | undefined {
    return this.#lastOwn
  }

  change({ event, ...change }: Change, settle: (outcome: SendOutcome) => void): void {
    const { userId, room } = this
    this.#client?.send(event, { roomId: room.id, userId, ...change }, (bytes, start, end) => {
      const [outcome] = JSON.parse(bytes.toString("utf8", start, end))
      if (!isOutcome(outcome)) throw new Error("A change is answered with what is no answer.")
      if (outcome.ok) {
        this.#check.note({ kind: "changed", client: userId, changed: { roomId: room.id, message: outcome.message } })
      }
      settle(outcome)
    })
  }

  /** Continues with a new checker and a new tape, from its current state. */
  restart(check: DeliveryCheck): void {
    const { userId: client, room } = this
    this.#check = check
    this.#note = check.listener(client, room.id)
    this.#place = 0
    this.#heard = 0
    const page = { joined: true, rev: room.rev, hasMore: true, messages: [] }
    check.note({ kind: "page", client, roomId: room.id, page })
  }

  close(): void {
    this.#isLeaving = true
    this.#client?.close()
  }

  #event(bytes: Buffer, start: number, end: number): void {
    const isOfMessage = bytes[start + 2] === m && (bytes[start + 10] === r || bytes[start + 10] === u)
    if (isOfMessage) this.#hear(bytes, start, end)
    else if (bytes[start + 7] === t) this.#tally.typing++
    else if (bytes[start + 2] === h) this.#history(bytes, start, end)
  }

  #hear(bytes: Buffer, start: number, end: number): void {
    const { tape } = this.room
    const place = tape.read(this.#place, bytes, start, end)
    this.#place = place + 1
    this.#heard++
    this.#tally.messages++
    this.#note(tape.messages[place] as Message)
  }

  #history(bytes: Buffer, start: number, end: number): void {
    const [, ...args] = JSON.parse(bytes.toString("utf8", start, end))
    // One for each join: more would only use memory.
    if (!isHistory(args) || this.#historiesDue-- <= 0) throw new Error("A history is none, or nobody asked for it.")
    const [messages, info] = args
    if (info === undefined) return
    const { roomId, ...page } = info
    this.#check.note({ kind: "page", client: this.userId, roomId, page: { joined: true, messages, ...page } })
  }

  #noteOutcome(send: Send, outcome: SendOutcome): void {
    const client = this.userId
    if (outcome.ok) {
      const { message, duplicate = false } = outcome
      this.#lastOwn = message.id
      this.#check.note({ kind: "acked", client, send, message, duplicate })
    } else this.#check.note({ kind: "refused", client, send, code: outcome.error.code })
  }
}

/**
 * Keeps a room's timeline complete: takes history and live events, fetches what they show
 * to be missing, and fetches the past on request.
 */
import { pauseMs } from "./clock.ts"
import type { Gap } from "./gaps.ts"
import type { RoomScope } from "./scope.ts"
import { Timeline, type Page as TimelinePage } from "./timeline.ts"
import type { Answer, HistoryInfo, Message, Payload } from "./wire.ts"

/** If more than this was missed, the latest page is fetched instead. */
const catchUpMax = 1_000
const pageLength = 200

export type Arrival =
  | { readonly kind: "live" }
  /** The page that begins a timeline. In a new epoch, what was known up to `keptSeq` remains. */
  | { readonly kind: "begun"; readonly keptSeq: number | undefined }
  /** Messages that were missed after the last known `seq`. */
  | { readonly kind: "missed"; readonly seqBefore: number }

type OnArrived = (messages: readonly Message[], arrival: Arrival) => void

export class Feed {
  readonly timeline = new Timeline()
  readonly #scope: RoomScope
  readonly #onArrived: OnArrived
  /** The epoch of the timeline's numbers. */
  #epoch: string | undefined
  #fetching: Promise<void> | undefined
  #isCatchingUp = false

  constructor(scope: RoomScope, onArrived: OnArrived) {
    this.#scope = scope
    this.#onArrived = onArrived
  }

  get isFetching(): boolean {
    return this.#fetching !== undefined
  }

  /** For a join that continues from here. */
  get since(): Pick<Payload<"join_room">, "since" | "epoch"> {
    return this.timeline.isLoaded ? { since: this.timeline.complete, epoch: this.#epoch } : {}
  }

  isFarBehind(rev: number): boolean {
    return rev - this.timeline.complete > catchUpMax
  }

  onHistory(messages: readonly Message[], { since, reset, ...info }: HistoryInfo): void {
    const page = { messages, ...info }
    if (since === undefined || reset || !this.timeline.isLoaded) this.#begin(page)
    else this.#catchUp(page, { startsHere: true })
  }

  onMessage(message: Message): void {
    this.timeline.receive(message)
    this.#onArrived([message], { kind: "live" })
    if (this.timeline.isBehind) void this.catchUp()
  }

  /** Fetches by `since` until nothing is missing. */
  async catchUp(): Promise<void> {
    if (this.#isCatchingUp) return
    this.#isCatchingUp = true
    for (let failures = 0; this.timeline.isBehind && this.#scope.isJoined(); ) {
      const reply = await this.#sync()
      if (!reply.ok && reply.error.code !== "LOST") {
        await this.#scope.clock.wait(reply.error.retryAfterMs ?? pauseMs(failures++))
      }
    }
    this.#isCatchingUp = false
  }

  /** Fetches what is new. If there is no answer in time the connection is given up, so it also tests the connection. */
  async check(timeoutMs: number): Promise<void> {
    if (this.#scope.isJoined()) await this.#sync(timeoutMs)
    await this.catchUp()
  }

  /** Fetches the latest messages of a gap, which connect to what is known after it. */
  fetchEndOf({ before }: Gap): Promise<void> {
    return this.#fetchBefore(before)
  }

  /** Fetches the earliest messages of a gap, which connect to what is known before it. */
  fetchBeginningOf({ after, before }: Gap): Promise<void> {
    return this.#fetchBefore(Math.min(before, after + pageLength + 1))
  }

  /** Fetches messages around a `seq` if it is in a gap, after the current fetch. */
  async fetchAround(seq: number): Promise<void> {
    await this.#fetching
    const gap = this.timeline.gapAt(seq)
    if (gap) await this.#fetchBefore(Math.min(gap.before, seq + pageLength / 2))
  }

  /** One fetch at a time: returns the current one. */
  #fetchBefore(before: number): Promise<void> {
    this.#fetching ??= this.#page(before).finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #page(before: number): Promise<void> {
    const { roomId, connection, clock, isJoined } = this.#scope
    const { beginnings } = this.timeline
    for (let failures = 0; isJoined() && beginnings === this.timeline.beginnings; failures++) {
      const reply = await connection.request("get_history", { roomId, before, limit: pageLength })
      if (reply.ok && beginnings === this.timeline.beginnings) this.timeline.fill({ ...reply, before })
      if (reply.ok || reply.error.code === "LOST") return
      await clock.wait(reply.error.retryAfterMs ?? pauseMs(failures))
    }
  }

  async #sync(timeoutMs?: number) {
    const { roomId, connection } = this.#scope
    const { complete: since } = this.timeline
    const reply = await connection.request("sync", { roomId, since, epoch: this.#epoch }, timeoutMs)
    if (reply.ok) this.#take(reply)
    return reply
  }

  #take(page: Answer<"sync">): void {
    if (page.reset) this.#begin(page)
    else this.#catchUp(page)
  }

  #begin({ epoch, ...page }: TimelinePage & { readonly epoch: string }): void {
    const isAnother = this.#epoch !== undefined && this.#epoch !== epoch
    const keptSeq = isAnother ? this.timeline.lastKnownIn(page.messages) : undefined
    this.#epoch = epoch
    this.timeline.reset(page)
    this.#onArrived(page.messages, { kind: "begun", keptSeq })
  }

  #catchUp(page: TimelinePage, options?: { readonly startsHere: true }): void {
    const seqBefore = this.timeline.last?.seq ?? 0
    this.timeline.catchUp(page, options)
    this.#onArrived(page.messages, { kind: "missed", seqBefore })
  }
}

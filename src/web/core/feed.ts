/**
 * Keeps a room's timeline whole: takes history and live events, fetches what they reveal
 * to be missing, and the past when it is asked for.
 */
import { pauseMs } from "./clock.ts"
import type { Gap } from "./gaps.ts"
import type { RoomScope } from "./scope.ts"
import { Timeline, type Page as TimelinePage } from "./timeline.ts"
import type { Answer, HistoryInfo, Message, Payload } from "./wire.ts"

/** Further behind than this, the latest page is fetched instead of all that was missed. */
const catchUpMax = 1_000
const pageLength = 200

export type Arrival =
  | { readonly kind: "live" }
  /** The page that a timeline begins with. In another life of the data, up to `keptSeq` what was known is left. */
  | { readonly kind: "begun"; readonly keptSeq: number | undefined }
  /** What was missed after the last `seq` that was known. */
  | { readonly kind: "missed"; readonly seqBefore: number }

type OnArrived = (messages: readonly Message[], arrival: Arrival) => void

export class Feed {
  readonly timeline = new Timeline()
  readonly #scope: RoomScope
  readonly #onArrived: OnArrived
  /** The life of the server's data that the timeline's numbers are of. */
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

  /** For a join that goes on where this room was left. */
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

  /** Asks what is new. Without an answer in time the connection is given up, so it also tells whether that is alive. */
  async check(timeoutMs: number): Promise<void> {
    if (this.#scope.isJoined()) await this.#sync(timeoutMs)
    await this.catchUp()
  }

  /** Fetches the latest messages of a gap, which go on to what is known after it. */
  fetchEndOf({ before }: Gap): Promise<void> {
    return this.#fetchBefore(before)
  }

  /** Fetches the earliest messages of a gap, which go on from what is known before it. */
  fetchBeginningOf({ after, before }: Gap): Promise<void> {
    return this.#fetchBefore(Math.min(before, after + pageLength + 1))
  }

  /** Fetches what is around a `seq`, if that is in a gap, after what is being fetched now. */
  async fetchAround(seq: number): Promise<void> {
    await this.#fetching
    const gap = this.timeline.gapAt(seq)
    if (gap) await this.#fetchBefore(Math.min(gap.before, seq + pageLength / 2))
  }

  /** One at a time: while one is on its way, this is it. */
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

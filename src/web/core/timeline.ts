/**
 * The known messages of a room: ordered by `seq`, with gaps where none was fetched yet. The
 * last range ends at the present; newer messages may be on their way.
 *
 * Two numbers guard that end. `live` is the `rev` after which the next live event comes;
 * `complete` is the one up to which nothing is missing. While `complete` is behind `live`
 * something was missed, and pages by `since` fill it in.
 */
import { signal } from "@preact/signals-core"
import { type Gap, spanOf, without } from "./gaps.ts"
import type { Message } from "./wire.ts"

/** Messages ordered by `rev`, with the room's `rev` when they were read. */
export interface Page {
  readonly messages: readonly Message[]
  readonly rev: number
  readonly hasMore: boolean
}

export class Timeline {
  /** Grows with every change; the array of messages itself is changed in place. */
  readonly version = signal(0)
  #messages: Message[] = []
  #byId = new Map<string, Message>()
  #live = 0
  #complete = 0
  /** A page must reach this `rev` before live events connect to it. */
  #gapEnd = 0
  #isLoaded = false
  #gaps: readonly Gap[] = []
  #beginnings = 0
  /** Messages being deleted are hidden, but kept in case that is refused. */
  readonly #hidden = new Map<string, Message | undefined>()
  /** Names of authors of fetched messages, by id. */
  readonly authors = new Map<string, string>()
  /** Ids of messages known to be deleted, for those that quote them. */
  readonly #deleted = new Set<string>()

  /** Gaps, in order. */
  get gaps(): readonly Gap[] {
    return this.#gaps
  }

  /** How often it started over: answers to earlier questions do not concern it. */
  get beginnings(): number {
    return this.#beginnings
  }

  /** The gap that contains this `seq`. */
  gapAt(seq: number): Gap | undefined {
    return this.#gaps.find(({ after, before }) => after < seq && seq < before)
  }

  /** The number of messages after this `seq` that may be in gaps. */
  unknownAfter(seq: number): number {
    return this.#gaps.reduce((sum, { after, before }) => sum + spanOf({ after: Math.max(after, seq), before }), 0)
  }

  get messages(): readonly Message[] {
    return this.#messages
  }

  /** Whether there was a first page. */
  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** The `since` that fetches what is missing. */
  get complete(): number {
    return this.#complete
  }

  get isBehind(): boolean {
    return this.#complete < this.#live
  }

  get last(): Message | undefined {
    return this.#messages.at(-1)
  }

  find(id: string): Message | undefined {
    return this.#byId.get(id)
  }

  isDeleted(id: string): boolean {
    return this.#deleted.has(id) || this.#hidden.has(id)
  }

  /** Shows all messages but these. */
  hideOnly(ids: ReadonlySet<string>): void {
    const found = [...this.#hidden].filter(([id]) => !ids.has(id))
    const lost = [...ids].filter((id) => !this.#hidden.has(id))
    if (found.length + lost.length === 0) return
    for (const [id, message] of found) {
      this.#hidden.delete(id)
      if (message !== undefined) this.#put(message)
    }
    for (const id of lost) {
      this.#hidden.set(id, this.find(id))
      this.#take(id)
    }
    this.version.value++
  }

  /** The `seq` of the last known message among these, or of whatever is before them. */
  lastKnownIn(messages: readonly Message[]): number {
    const known = messages.findLast(({ id, seq }) => this.find(id)?.seq === seq)
    return known?.seq ?? (messages[0]?.seq ?? 1) - 1
  }

  /** The index of the first message with a `seq` above this one. */
  indexAfter(seq: number): number {
    let low = 0
    let high = this.#messages.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#messages[middle]?.seq ?? 0) > seq) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Starts over with the latest page, oldest first. */
  reset({ messages, rev, hasMore }: Page): void {
    this.#deleted.clear()
    for (const id of this.#hidden.keys()) this.#hidden.set(id, undefined)
    this.#learn(messages)
    this.#messages = messages.filter((message) => !this.#isHidden(message))
    this.#byId = new Map(this.#messages.map((message) => [message.id, message]))
    this.#live = this.#complete = rev
    this.#gapEnd = 0
    this.#isLoaded = true
    this.#beginnings++
    const before = messages[0]?.seq ?? 0
    this.#gaps = hasMore && before > 1 ? [{ after: 0, before }] : []
    this.version.value++
  }

  /** A page by `since`. With `startsHere`, which comes from a join, live events continue from its `rev`. */
  catchUp({ messages, rev, hasMore }: Page, { startsHere = false } = {}): void {
    for (const message of messages) this.#put(message)
    this.#live = startsHere ? rev : Math.max(this.#live, rev)
    if (startsHere) this.#gapEnd = rev
    const known = hasMore ? (messages.at(-1)?.rev ?? this.#complete) : rev
    this.#complete = !hasMore && known >= this.#gapEnd ? this.#live : Math.max(this.#complete, known)
    this.version.value++
  }

  /** A live event. If its `rev` jumps, the timeline is behind. */
  receive(message: Message): void {
    this.#put(message)
    if (message.rev > this.#live + 1) this.#gapEnd = message.rev - 1
    else if (!this.isBehind) this.#complete = Math.max(this.#complete, message.rev)
    this.#live = Math.max(this.#live, message.rev)
    this.version.value++
  }

  /** A page before a `seq`, oldest first. It may overlap known messages. */
  fill({ messages, before, hasMore }: { messages: readonly Message[]; before: number; hasMore: boolean }): void {
    this.#learn(messages)
    // A page is one range, but known messages may divide it into several.
    for (const gap of this.#gaps) {
      const isMissing = ({ seq }: Message) => gap.after < seq && seq < gap.before
      const missing = messages.filter((message) => isMissing(message) && !this.#isHidden(message))
      this.#messages.splice(this.indexAfter(gap.after), 0, ...missing)
      for (const message of missing) this.#byId.set(message.id, message)
    }
    const from = hasMore ? (messages[0]?.seq ?? before) : 1
    this.#gaps = this.#gaps.flatMap((gap) => without(gap, from, before - 1))
    this.version.value++
  }

  #put(message: Message): void {
    const known = this.find(message.id)
    if (known !== undefined && known.rev > message.rev) return
    this.#learn([message])
    if (message.deletedAt !== undefined) {
      // Deleted messages are not in it, as in a page of the latest messages.
      this.#deleted.add(message.id)
      if (this.#hidden.has(message.id)) this.#hidden.set(message.id, undefined)
      this.#take(message.id)
      return
    }
    // The change of a message that was not fetched: it will come with its own page.
    if (this.gapAt(message.seq) !== undefined || this.#isHidden(message)) return
    this.#messages.splice(this.indexAfter(message.seq - 1), known === undefined ? 0 : 1, message)
    this.#byId.set(message.id, message)
  }

  #learn(messages: readonly Message[]): void {
    for (const { userId, user } of messages) this.authors.set(userId, user.username)
  }

  #take(id: string): void {
    const known = this.find(id)
    if (known === undefined) return
    this.#messages.splice(this.indexAfter(known.seq - 1), 1)
    this.#byId.delete(id)
  }

  /** If so, its current state is kept. */
  #isHidden(message: Message): boolean {
    if (!this.#hidden.has(message.id)) return false
    const kept = this.#hidden.get(message.id)
    if (kept === undefined || kept.rev < message.rev) this.#hidden.set(message.id, message)
    return true
  }
}

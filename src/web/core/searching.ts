/**
 * A running search for messages: the query, the hits, and which hit is open. It outlives its view, so whoever comes
 * back finds it as they left it.
 *
 * A connection may run one search at a time, and only so many in a while: it starts a moment after the last key, waits
 * as long as the server asks, and answers to earlier questions are dropped.
 */

import { batch, computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals-core"
import type { Client } from "./client.ts"
import { type Clock, systemClock } from "./clock.ts"
import { excerptOf } from "./excerpt.ts"
import type { Room } from "./room.ts"
import type { Refused } from "./sentence-of.ts"
import type { Answer, Member } from "./wire.ts"

export type Hit = Answer<"search_messages">["hits"][number]

/** The initial query. Without one, the last query is used again. */
export interface Wanted {
  readonly query: string | undefined
  /** The room to search first; otherwise all. */
  readonly room: Room | undefined
}

interface Found {
  readonly hits: readonly Hit[]
  readonly cursor: string | undefined
  readonly problem: Refused | undefined
}

const nothing: Found = { hits: [], cursor: undefined, problem: undefined }
const pauseMs = 250
/** A page may be empty without being the last: it ends when its time is over. */
const emptyPagesMax = 8

export class Searching {
  readonly #client: Pick<Client, "connection" | "identity" | "find">
  readonly #clock: Clock
  readonly #query = signal("")
  readonly #room = signal<Room | undefined>(undefined)
  readonly #author = signal<Member | undefined>(undefined)
  readonly #found = signal(nothing)
  readonly #isBusy = signal(false)
  readonly #current = signal<string | undefined>(undefined)
  readonly #end: () => void
  #hasBegun = false
  #isLost = false
  #turn = 0

  constructor(client: Pick<Client, "connection" | "identity" | "find">, clock: Clock = systemClock) {
    this.#client = client
    this.#clock = clock
    this.#end = effect(() => {
      if (client.connection.isOnline) untracked(() => this.#isLost && void this.#ask([], undefined))
    })
  }

  get query(): ReadonlySignal<string> {
    return this.#query
  }

  /** `undefined`: all of one's own rooms. */
  get room(): ReadonlySignal<Room | undefined> {
    return this.#room
  }

  /** `undefined`: anybody. */
  get author(): ReadonlySignal<Member | undefined> {
    return this.#author
  }

  get isBusy(): ReadonlySignal<boolean> {
    return this.#isBusy
  }

  /** The id of the message that was opened last. */
  get current(): ReadonlySignal<string | undefined> {
    return this.#current
  }

  /** The hits in their current state, without messages that were deleted since. */
  readonly hits = computed(() => this.#found.value.hits.flatMap((hit) => this.#asItIs(hit)))
  readonly problem = computed(() => this.#found.value.problem)
  readonly hasMore = computed(() => this.#found.value.cursor !== undefined)
  /** Whether the query is enough to search for: without words, only one person's messages are searched. */
  readonly isAsking = computed(() => this.#query.value.trim() !== "" || this.#author.value !== undefined)

  begin({ query, room }: Wanted): void {
    if (query === undefined && this.#hasBegun) return
    this.#hasBegun = true
    batch(() => {
      this.#room.value = room
      this.write(query ?? "")
    })
  }

  write(query: string): void {
    this.#query.value = query
    void this.#anew()
  }

  in(room: Room | undefined): void {
    this.#room.value = room
    void this.#anew()
  }

  from(author: Member | undefined): void {
    this.#author.value = author
    void this.#anew()
  }

  /** Older hits of the same search. */
  async more(): Promise<void> {
    const { hits, cursor } = this.#found.peek()
    if (cursor !== undefined) await this.#ask(hits, cursor)
  }

  opened({ message }: Hit): void {
    this.#current.value = message.id
  }

  /** Stops waiting for an answer. */
  end(): void {
    this.#turn++
    this.#end()
  }

  async #anew(): Promise<void> {
    const turn = ++this.#turn
    this.#isLost = false
    this.#isBusy.value = this.isAsking.peek()
    if (!this.isAsking.peek()) this.#found.value = nothing
    await this.#clock.wait(pauseMs)
    if (turn === this.#turn && this.isAsking.peek()) await this.#ask([], undefined)
  }

  async #ask(before: readonly Hit[], from: string | undefined): Promise<void> {
    const turn = ++this.#turn
    this.#isLost = false
    this.#isBusy.value = true
    const { connection, identity } = this.#client
    const wanted = {
      query: this.#query.peek().trim(),
      userId: identity.userId,
      roomId: this.#room.peek()?.id,
      authorId: this.#author.peek()?.userId,
    }
    let cursor = from
    for (let page = 0; page < emptyPagesMax; ) {
      const reply = await connection.request("search_messages", { ...wanted, cursor })
      if (turn !== this.#turn) return
      if (reply.ok) {
        page++
        cursor = reply.cursor
        this.#found.value = { hits: [...before, ...reply.hits], cursor, problem: undefined }
        if (cursor === undefined || reply.hits.length > 0) break
      } else if (reply.error.retryAfterMs !== undefined) {
        await this.#clock.wait(reply.error.retryAfterMs)
        if (turn !== this.#turn) return
      } else {
        this.#isLost = reply.error.code === "LOST"
        this.#found.value = { hits: before, cursor: from, problem: reply.error }
        break
      }
    }
    this.#isBusy.value = false
  }

  #asItIs(hit: Hit): Hit[] {
    const { id, roomId, rev } = hit.message
    const timeline = this.#client.find(roomId)?.feed.timeline
    if (timeline === undefined) return [hit]
    timeline.version.value
    if (timeline.isDeleted(id)) return []
    const now = timeline.find(id)
    if (now === undefined || now.rev <= rev || now.content === hit.message.content) return [hit]
    return [{ ...hit, message: now, excerpt: excerptOf(now), matches: [] }]
  }
}

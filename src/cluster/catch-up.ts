/**
 * Reads from the store what the channels of rooms lost: after a moment in which it may
 * still come by itself, one page of a room at a time, each from what was told before. A
 * store that failed is left alone for a while.
 */
import type { Page } from "../chat/rules/found.ts"
import type { ChatStore } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import { ask } from "./ask.ts"
import type { FollowedRoom } from "./followed-room.ts"
import { toldBy } from "./told.ts"

/** How long missing changes may take to come by themselves. */
const gapMs = 30
/** How long a store that failed is left alone. */
const retryMs = 250
/** Pages read per room when this server stops; its clients read the rest elsewhere. */
const lastReadsMax = 5

export interface CatchUpOptions {
  readonly inner: ChatStore
  readonly elapsedMs: () => number
  /** Something may be missing: call `tick` a hundred times a second, until it returns false. */
  readonly onBehind: () => void
  /** Passed the epoch of a page; returns whether it is the known one. */
  readonly isSameLife: (epoch: string) => boolean
}

export class CatchUp {
  readonly #options: CatchUpOptions
  /** Rooms in which something may be missing. */
  readonly #behind = new Set<FollowedRoom>()
  readonly #reading = new WeakSet<FollowedRoom>()
  /** When a room may be read again after the store failed. */
  readonly #againMs = new WeakMap<FollowedRoom, number>()

  constructor(options: CatchUpOptions) {
    this.#options = options
  }

  /** News of the room came, so something before it may be missing. */
  watch(room: FollowedRoom): void {
    if (!room.feed.isBehind) return
    if (this.#behind.size === 0) this.#options.onBehind()
    this.#behind.add(room)
  }

  forget(room: FollowedRoom): void {
    this.#behind.delete(room)
  }

  /** Reads what is late. Returns whether anything is missing. */
  tick(): boolean {
    const nowMs = this.#options.elapsedMs()
    for (const room of this.#behind) {
      if (!room.feed.isResting(nowMs)) room.feed.wake(nowMs)
      if (!room.feed.isBehind) this.#behind.delete(room)
      else if (room.feed.isLate(nowMs, gapMs)) this.#read(room)
    }
    return this.#behind.size > 0
  }

  /** Reads what is missing without waiting for it to come. */
  now(room: FollowedRoom): void {
    room.feed.wake(this.#options.elapsedMs())
    this.watch(room)
    if (room.feed.isBehind) this.#read(room)
  }

  /** The last reads of a server that stops, as long as there is a store to read from. */
  async readAll(): Promise<void> {
    for (let round = 0; round < lastReadsMax; round++) {
      await this.#drained()
      for (const { feed } of this.#behind) feed.wake(this.#options.elapsedMs())
      const late = [...this.#behind].filter(({ feed }) => feed.isBehind)
      if (late.length === 0) return
      for (const room of late) this.#read(room)
    }
    await this.#drained()
  }

  /** Reads from what was told last. */
  #read(room: FollowedRoom): void {
    const { inner, elapsedMs } = this.#options
    const { roomId, feed } = room
    const since = feed.told
    if (since === undefined || this.#reading.has(room) || elapsedMs() < (this.#againMs.get(room) ?? -Infinity)) return
    this.#reading.add(room)
    const limit = limits.pageLengthMax
    ask(inner, { kind: "pageSince", roomId, since, epoch: undefined, limit }, (page) => {
      this.#reading.delete(room)
      if (page instanceof ChatError) this.#failed(room, page)
      else this.#tell(room, since, page)
    })
  }

  #tell(room: FollowedRoom, since: number, page: Page): void {
    // The people here are sent away.
    if (!this.#options.isSameLife(page.epoch)) return
    // Behind its number, the page does not hold what was created meanwhile.
    const end = page.hasMore ? Math.min(page.messages.at(-1)?.rev ?? since, page.rev) : page.rev
    room.feed.read(since, toldBy(page), end, this.#options.elapsedMs(), page.hasMore)
    if (page.hasMore) this.#read(room)
  }

  #failed(room: FollowedRoom, cause: unknown): void {
    this.#againMs.set(room, this.#options.elapsedMs() + retryMs)
    room.feed.fail(cause)
  }

  /** Commands settle in order, so whatever was submitted before is settled by then. */
  #drained(): Promise<void> {
    return new Promise((resolve) => ask(this.#options.inner, { kind: "heads", roomIds: [] }, () => resolve()))
  }
}

/**
 * Asks the store for the latest numbers of rooms: now and then while hints come, often
 * while they do not. So this server also learns whether it reaches the store. If it does
 * not for long, its clients are better off with another server.
 */
import type { Heads } from "../chat/rules/upkeep.ts"
import type { ChatStore } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import type { RoomId } from "../contract/values.ts"

const pollMs = 2_000
const fastPollMs = 250
/** While the store fails. */
const retryMs = 1_000
const cutOffMs = 10_000
/** Rooms in one command: few enough that the commands behind it do not notice. */
const roomsPerCommand = 500

interface WatchOptions {
  readonly store: Pick<ChatStore, "submit">
  readonly rooms: () => readonly RoomId[]
  readonly isHinted: () => boolean
  readonly elapsedMs: () => number
  readonly onHeads: (heads: Heads, roomIds: readonly RoomId[]) => void
  /** Called once, until the store is reached again. */
  readonly onCutOff: () => void
}

export class Watch {
  readonly #options: WatchOptions
  #polledMs = -Infinity
  #isPolling = false
  #failingSinceMs: number | undefined
  #isCutOff = false

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** Call it many times a second. */
  tick(): void {
    const nowMs = this.#options.elapsedMs()
    if (!this.#isPolling && nowMs - this.#polledMs >= this.#intervalMs()) void this.#poll(nowMs)
  }

  /** Asks again without waiting. */
  now(): void {
    this.#polledMs = -Infinity
  }

  #intervalMs(): number {
    if (this.#failingSinceMs !== undefined) return retryMs
    return this.#options.isHinted() ? pollMs : fastPollMs
  }

  async #poll(startedMs: number): Promise<void> {
    this.#isPolling = true
    this.#polledMs = startedMs
    const roomIds = this.#options.rooms()
    const chunks = Array.from({ length: Math.max(1, Math.ceil(roomIds.length / roomsPerCommand)) }, (_, index) =>
      roomIds.slice(index * roomsPerCommand, (index + 1) * roomsPerCommand),
    )
    try {
      for (const chunk of chunks) await this.#ask(chunk)
      this.#failingSinceMs = undefined
      this.#isCutOff = false
    } catch (cause) {
      if (!(cause instanceof ChatError) || cause.code === "ERR_STORAGE") this.#failed(startedMs)
    } finally {
      this.#isPolling = false
    }
  }

  #ask(roomIds: readonly RoomId[]): Promise<void> {
    const { store, onHeads } = this.#options
    return new Promise((resolve, reject) => {
      store.submit({ kind: "heads", roomIds }, (heads) => {
        if (heads instanceof ChatError) return reject(heads)
        onHeads(heads, roomIds)
        resolve()
      })
    })
  }

  #failed(startedMs: number): void {
    this.#failingSinceMs ??= startedMs
    if (this.#isCutOff || this.#options.elapsedMs() - this.#failingSinceMs < cutOffMs) return
    this.#isCutOff = true
    this.#options.onCutOff()
  }
}

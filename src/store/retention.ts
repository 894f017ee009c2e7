/**
 * Removes expired messages from time to time: so few at once, with pauses between, that
 * people who chat do not notice. Each step is a command in the store's queue. The longer it
 * took, on a slow or busy disk, the longer the pause after it, so most of the time belongs
 * to everybody else.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { Command, Outcomes } from "../chat/rules/rules.ts"
import { type ChatStore, outcomeOf } from "../chat/store.ts"
import { hourMs } from "../contract/durations.ts"
import type { ChatError } from "../contract/errors.ts"

interface RetentionOptions {
  readonly store: ChatStore
  /** How many days every room keeps messages at most. Called at each check. */
  readonly days: () => number | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Of a clock that does not step back. */
  readonly elapsedMs?: () => number
  readonly onFailure: (cause: unknown) => void
  readonly onRemoved: (messages: number) => void
  /** Ends early when the signal is aborted. */
  readonly pause?: (ms: number, ended: AbortSignal) => Promise<void>
}

const sweepIntervalMs = hourMs
const messagesAtOnce = 50
const roomsAtOnce = 100
const pauseMsMin = 4
/** The pause after a step that took a minute, or slept with its machine. */
const pauseMsMax = 10_000
/** How many times longer than the step before it a pause is. */
const pauseFactor = 3

export class Retention {
  readonly #options: RetentionOptions
  #timer: ReturnType<typeof setInterval> | undefined
  #running: Promise<void> | undefined
  readonly #over = new AbortController()

  constructor(options: RetentionOptions) {
    this.#options = options
  }

  begin(): void {
    void this.sweep()
    this.#timer = setInterval(() => void this.sweep(), sweepIntervalMs)
    this.#timer.unref()
  }

  /** Removes everything that has expired. One run at a time: further callers wait for the same run. */
  sweep(): Promise<void> {
    this.#running ??= this.#sweep().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Resolves when the step that is under way is done. */
  async close(): Promise<void> {
    this.#over.abort()
    clearInterval(this.#timer)
    await this.#running
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted
  }

  async #sweep(): Promise<void> {
    const { now, days, onFailure, onRemoved } = this.#options
    try {
      const removed = await this.#removeOld(now(), days())
      if (removed > 0) onRemoved(removed)
      // Also completes what an earlier process began.
      await this.#repeat(() => this.#ask({ kind: "reclaim" }))
    } catch (cause) {
      if (!this.#isOver) onFailure(cause)
    }
  }

  async #removeOld(at: number, days: number | undefined): Promise<number> {
    let removed = 0
    for (let after: number | undefined = 0; after !== undefined && !this.#isOver; ) {
      const { rooms, next }: Outcomes["findOld"] = await this.#ask({
        kind: "findOld",
        at,
        days,
        after,
        limit: roomsAtOnce,
      })
      for (const { roomId, before } of rooms) {
        await this.#repeat(async () => {
          const step = await this.#ask({ kind: "removeOld", roomId, before, limit: messagesAtOnce })
          removed += step.messages
          return step
        })
      }
      after = next
    }
    return removed
  }

  /** Repeats while there is more, with a pause after each step. */
  async #repeat(step: () => Promise<{ readonly hasMore: boolean }>): Promise<void> {
    const { pause = rest, elapsedMs = () => performance.now() } = this.#options
    for (let hasMore = true; hasMore && !this.#isOver; ) {
      const startedMs = elapsedMs()
      hasMore = (await step()).hasMore
      const restMs = Math.ceil(pauseFactor * (elapsedMs() - startedMs))
      await pause(Math.min(Math.max(pauseMsMin, restMs), pauseMsMax), this.#over.signal)
    }
  }

  async #ask<C extends Command>(command: C): Promise<Outcomes[C["kind"]]> {
    try {
      return await outcomeOf(this.#options.store, command)
    } catch (error) {
      throw (error as ChatError).cause ?? error
    }
  }
}

async function rest(ms: number, ended: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: ended }).catch(() => {})
}

/**
 * How fast bytes are taken from all who send files together. A network and a disk that are
 * fast would let a few senders fill the event loop, which moves every byte, and the disk,
 * which keeps the messages; so the rest waits in the network, and its senders with it.
 * Whoever comes first goes first, a piece at a time, so that many share it. While others are
 * late less is taken, down to a quarter, and what was not taken then is not made up for.
 */
import type { Rate } from "../contract/limits.ts"

type Wait = (ms: number) => Promise<void>

/** Whoever waits so much longer than asked for is kept by others, and they by each other: a commit, a crowd. */
const lateMs = 5
const shareMin = 1 / 4
/** From nothing to all. */
const recoveryMs = 1_000

export class Pace {
  readonly #rate: Rate
  readonly #elapsedMs: () => number
  readonly #wait: Wait
  /** When all that was taken is paid for. */
  #paidMs = Number.NEGATIVE_INFINITY
  /** Of the rate. */
  #share = 1

  /** Of a rate of KiB. */
  constructor(rate: Rate, elapsedMs: () => number, wait: Wait = Bun.sleep) {
    this.#rate = rate
    this.#elapsedMs = elapsedMs
    this.#wait = wait
  }

  /** Resolves when more may be taken than these. */
  async take(bytes: number): Promise<void> {
    const { atOnce, thenEveryMs } = this.#rate
    const nowMs = this.#elapsedMs()
    const costMs = (bytes / 1_024) * thenEveryMs
    this.#paidMs = Math.max(this.#paidMs, nowMs - atOnce * thenEveryMs) + costMs / this.#share
    this.#share = Math.min(1, this.#share + costMs / recoveryMs)
    if (this.#paidMs <= nowMs) return
    const waitMs = Math.ceil(this.#paidMs - nowMs)
    await this.#wait(waitMs)
    this.#woke(nowMs + waitMs)
  }

  #woke(dueMs: number): void {
    const nowMs = this.#elapsedMs()
    if (nowMs - dueMs <= lateMs) return
    this.#share = Math.max(shareMin, this.#share / 2)
    this.#paidMs = Math.max(this.#paidMs, nowMs)
  }
}

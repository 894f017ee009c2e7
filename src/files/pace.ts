/**
 * How fast bytes are taken from all who send files together. A network and a disk that are
 * fast would let a few senders fill the event loop, which moves every byte, and the disk,
 * which keeps the messages; so the rest waits in the network, and its senders with it.
 * Whoever comes first goes first, a piece at a time, so that many share it.
 */
import type { Rate } from "../contract/limits.ts"

export type Wait = (ms: number) => Promise<void>

export class Pace {
  readonly #rate: Rate
  readonly #elapsedMs: () => number
  readonly #wait: Wait
  /** When all that was taken is paid for. */
  #paidMs = Number.NEGATIVE_INFINITY

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
    this.#paidMs = Math.max(this.#paidMs, nowMs - atOnce * thenEveryMs) + (bytes / 1_024) * thenEveryMs
    if (this.#paidMs > nowMs) await this.#wait(Math.ceil(this.#paidMs - nowMs))
  }
}

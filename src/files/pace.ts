/**
 * How fast bytes are read from all who send files together. On a fast network and disk, a
 * few senders would fill the event loop, which moves every byte, and the disk, which keeps
 * the messages. So the rest waits in the network, and its senders with it. First come,
 * first served, one piece at a time, so many can share it. While other work is late, less
 * is read, down to a quarter, and that is not made up for later.
 */
import type { Rate } from "../contract/limits.ts"

type Wait = (ms: number) => Promise<void>

/** A wait that lasts this much longer than asked for means that other work is held up: a commit, a crowd. */
const lateMs = 5
const shareMin = 1 / 4
/** The time from a standstill to the full rate. */
const recoveryMs = 1_000

export class Pace {
  readonly #rate: Rate
  readonly #elapsedMs: () => number
  readonly #wait: Wait
  /** When everything that was read is paid for. */
  #paidMs = Number.NEGATIVE_INFINITY
  /** The share of the rate. */
  #share = 1

  /** Of a rate of KiB. */
  constructor(rate: Rate, elapsedMs: () => number, wait: Wait = Bun.sleep) {
    this.#rate = rate
    this.#elapsedMs = elapsedMs
    this.#wait = wait
  }

  /** Resolves when more bytes than these may be read. */
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

/**
 * What the store could not do. A full disk fails every batch, and its log is usually on
 * the same disk: the first failure is logged at once, the others as a number.
 */
import { log } from "./log.ts"
import { codeOf } from "./operator-error.ts"

const logIntervalMs = 10_000

export class StorageFailures {
  readonly #elapsedMs: () => number
  #latest: { readonly atMs: number; readonly reason: string } | undefined
  #loggedMs = -Infinity
  #unlogged = 0

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs
  }

  add(cause: unknown): void {
    const atMs = this.#elapsedMs()
    this.#latest = { atMs, reason: codeOf(cause) ?? "unexpected" }
    this.#unlogged++
    if (atMs - this.#loggedMs < logIntervalMs) return
    log.error("The store failed, {times} times since this was said last: {cause}", { times: this.#unlogged, cause })
    this.#loggedMs = atMs
    this.#unlogged = 0
  }

  /** The code of the last failure, such as "SQLITE_FULL", if there was one within so many milliseconds. */
  within(windowMs: number): string | undefined {
    if (this.#latest === undefined || this.#elapsedMs() - this.#latest.atMs >= windowMs) return undefined
    return this.#latest.reason
  }
}

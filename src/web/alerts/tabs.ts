/**
 * Of all tabs in a browser, one alerts: the visible one, otherwise the oldest. Two locks
 * decide which; a tab that is closed or crashes releases them. Without locks (over plain
 * http) each tab is alone.
 */
import { effect, type ReadonlySignal } from "@preact/signals-core"

const lookedAt = "warren.tab-looked-at"
const first = "warren.tab-first"

export class Tabs {
  readonly #locks: LockManager | undefined = navigator.locks
  readonly #isHere: ReadonlySignal<boolean>
  #isFirst = this.#locks === undefined

  constructor(isHere: ReadonlySignal<boolean>) {
    this.#isHere = isHere
    void this.#locks?.request(first, () => {
      this.#isFirst = true
      return new Promise(() => {})
    })
    effect(() => (isHere.value ? this.#hold() : undefined))
  }

  async mayTell(): Promise<boolean> {
    if (this.#isHere.value) return true
    if (!this.#isFirst) return false
    const held = (await this.#locks?.query())?.held ?? []
    return !held.some(({ name }) => name === lookedAt)
  }

  /** Holds the lock until what it returns is called. */
  #hold(): () => void {
    const waiting = new AbortController()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#locks?.request(lookedAt, { signal: waiting.signal }, () => promise).catch(() => {})
    return () => {
      waiting.abort()
      resolve()
    }
  }
}

/** Whether the store can write, learnt from a write. Asked often, it writes at most once a second. */
import type { ChatStore } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import { codeOf } from "../observe/operator-error.ts"
import type { Clock } from "./requests.ts"

const probeIntervalMs = 1_000

/** The reasons why the store cannot take messages; none when it can. */
export type Reasons = readonly string[]

export class Readiness {
  readonly #store: ChatStore
  readonly #clock: Clock
  #probedMs = -Infinity
  #latest: Promise<Reasons> = Promise.resolve([])

  constructor(store: ChatStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  check(): Promise<Reasons> {
    const nowMs = this.#clock.elapsedMs()
    if (nowMs - this.#probedMs >= probeIntervalMs) {
      this.#probedMs = nowMs
      this.#latest = this.#probe()
    }
    return this.#latest
  }

  #probe(): Promise<Reasons> {
    return new Promise((resolve) => {
      try {
        this.#store.submit({ kind: "probe", at: this.#clock.epochMs() }, (result) => {
          resolve(result instanceof ChatError ? [explain(result)] : [])
        })
      } catch (error) {
        resolve([explain(error)])
      }
    })
  }
}

function explain(error: unknown): string {
  if (!(error instanceof ChatError)) return "The store failed unexpectedly."
  const cause = codeOf(error.cause)
  return cause === undefined ? error.message : `The store cannot write: ${cause}.`
}

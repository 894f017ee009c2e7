/** How long messages took until they were acknowledged and heard, beside the delivery checker that is told the same. */
import type { DeliveryCheck } from "../../../src/load/delivery/delivery-check.ts"
import type { Observation } from "../../../src/load/delivery/observation.ts"

export class Stopwatch {
  readonly #check: DeliveryCheck
  /** When anybody heard of a number first. */
  readonly #knownMs = new Map<number, number>()
  #longestHeardMs = 0
  #longestAckMs = 0

  constructor(check: DeliveryCheck) {
    this.#check = check
  }

  readonly note = (observation: Observation): void => {
    this.#check.note(observation)
    if (observation.kind === "acked") this.#knew(observation.message.rev)
    else if (observation.kind === "live") {
      const { rev } = observation.message
      this.#longestHeardMs = Math.max(this.#longestHeardMs, performance.now() - this.#knew(rev))
    }
  }

  acknowledged(sinceMs: number): void {
    this.#longestAckMs = Math.max(this.#longestAckMs, performance.now() - sinceMs)
  }

  /** What was longest since the last call. */
  lap(): { readonly longestAckMs: number; readonly longestHeardMs: number } {
    const lap = { longestAckMs: this.#longestAckMs, longestHeardMs: this.#longestHeardMs }
    this.#knownMs.clear()
    this.#longestAckMs = 0
    this.#longestHeardMs = 0
    return lap
  }

  #knew(rev: number): number {
    const nowMs = performance.now()
    const knownMs = this.#knownMs.get(rev) ?? nowMs
    this.#knownMs.set(rev, knownMs)
    return knownMs
  }
}

/**
 * Whether the store can write: not right after a batch has failed, and otherwise by a write
 * of its own, at most once a second however often it is asked. A small write may still fit
 * where a message does not, so a failure counts for a while.
 */
import { type ChatStore, outcomeOf } from "../../chat/store.ts"
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { Warning } from "../../contract/server.ts"
import { codeOf } from "../../observe/operator-error.ts"
import type { StorageFailures } from "../../observe/storage-failures.ts"
import type { Clock } from "../clock.ts"

const probeIntervalMs = 1_000
const failureCountsMs = 2_000

/** The reasons why the store cannot take messages; none when it can. */
export type Reasons = readonly string[]

export class Readiness {
  readonly #store: ChatStore
  readonly #failures: StorageFailures
  readonly #clock: Clock
  readonly #servedAt: () => number
  #probedMs = -Infinity
  #latest: Promise<Reasons> = Promise.resolve([])

  constructor(store: ChatStore, failures: StorageFailures, clock: Clock, servedAt = clock.epochMs) {
    this.#store = store
    this.#failures = failures
    this.#clock = clock
    this.#servedAt = servedAt
  }

  async check(): Promise<Reasons> {
    const failure = this.#failures.within(failureCountsMs)
    if (failure !== undefined) return [cannotWrite(failure)]
    const nowMs = this.#clock.elapsedMs()
    if (nowMs - this.#probedMs >= probeIntervalMs) {
      this.#probedMs = nowMs
      this.#latest = this.#probe()
    }
    return this.#latest
  }

  async #probe(): Promise<Reasons> {
    try {
      await outcomeOf(this.#store, { kind: "probe", at: this.#servedAt() })
      return []
    } catch (error) {
      return [explain(error)]
    }
  }
}

function explain(error: unknown): string {
  if (!(error instanceof ChatError)) return "The store failed unexpectedly."
  const cause = codeOf(error.cause)
  return cause === undefined ? error.message : cannotWrite(cause)
}

function cannotWrite(code: string): string {
  const reserve = `, as less than ${mebibytes(limits.diskReserveBytes)} of its disk are free`
  return `The store cannot write${code === "ENOSPC" ? reserve : ""}: ${code}.`
}

/** Warnings, by the free bytes of its disk, that do not keep the store from writing yet. */
export function warningsOf(freeBytes: number): readonly Warning[] {
  if (freeBytes >= limits.diskWarningBytes) return []
  const [free, reserve] = [freeBytes, limits.diskReserveBytes].map(mebibytes)
  const message = `${free} are free on the disk of the data; below ${reserve} nothing more is written.`
  return [{ code: "disk", message }]
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`
}

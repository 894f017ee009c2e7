/** Failures of the store: logged like other incidents, and the latest one remembered for health checks. */
import type { Incidents } from "./incidents.ts"
import { codeOf } from "./operator-error.ts"

export class StorageFailures {
  readonly #incidents: Incidents
  readonly #elapsedMs: () => number
  #latest: { readonly atMs: number; readonly reason: string } | undefined

  constructor(incidents: Incidents, elapsedMs: () => number) {
    this.#incidents = incidents
    this.#elapsedMs = elapsedMs
  }

  /** A full disk fails every batch, and the log is usually on the same disk. */
  add(cause: unknown): void {
    this.#latest = { atMs: this.#elapsedMs(), reason: codeOf(cause) ?? "unexpected" }
    this.#incidents.report("storage", "The store failed: {cause}", { cause }, { level: "error", pace: "seldom" })
  }

  /** The code of the last failure, such as "SQLITE_FULL", if there was one within so many milliseconds. */
  within(windowMs: number): string | undefined {
    if (this.#latest === undefined || this.#elapsedMs() - this.#latest.atMs >= windowMs) return undefined
    return this.#latest.reason
  }
}

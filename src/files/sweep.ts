/**
 * Deletes what nothing refers to: files that were never sent, files of deleted messages, abandoned uploads and, at a
 * start, whatever a killed process has left. Rows first, then bytes: a file without bytes could be sent, while bytes
 * without a file only take up space until the next start.
 */
import { minuteMs } from "../contract/durations.ts"
import { limits } from "../contract/limits.ts"
import type { Files } from "./files.ts"
import type { ResumableUploads } from "./resumable.ts"
import type { Vault } from "./vault.ts"

interface SweepOptions {
  readonly files: Pick<Files, "removeLoose" | "removeUnused">
  readonly uploads: Pick<ResumableUploads, "sweep">
  readonly vault: { readonly blobs: Pick<Vault["blobs"], "hashes"> }
  readonly epochMs: () => number
  /** A failed sweep is tried again at the next one. */
  readonly onFailure: (cause: unknown) => void
}

const intervalMs = minuteMs

export class Sweep {
  readonly #options: SweepOptions
  #timer: ReturnType<typeof setInterval> | undefined
  #running: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(options: SweepOptions) {
    this.#options = options
  }

  /**
   * Checks everything that is kept, and from then on, each minute, what became loose. Resolves after the first check.
   */
  begin(): Promise<void> {
    this.#then(() => this.#sweepAll())
    this.#timer = setInterval(() => this.#then(() => this.sweep()), intervalMs)
    this.#timer.unref()
    return this.#running
  }

  /** Resolves when nothing is in progress any more. */
  async end(): Promise<void> {
    this.#isOver = true
    clearInterval(this.#timer)
    await this.#running
  }

  /** Removes files that have been loose for long enough. */
  async sweep(): Promise<void> {
    const before = this.#options.epochMs() - limits.looseFileMs
    await this.#options.uploads.sweep()
    while (!this.#isOver && (await this.#options.files.removeLoose(before)) > 0);
  }

  async #sweepAll(): Promise<void> {
    const { files, vault } = this.#options
    for await (const hashes of vault.blobs.hashes()) {
      if (this.#isOver) return
      await files.removeUnused(hashes)
    }
    await this.sweep()
  }

  #then(work: () => Promise<void>): void {
    this.#running = this.#running.then(work).catch(this.#options.onFailure)
  }
}

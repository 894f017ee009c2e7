/**
 * Uploads that have become files, for senders who did not get the answer to the last piece. Each takes little memory,
 * and only so many are remembered.
 */
import type { File } from "../contract/files.ts"

export interface Progress {
  readonly offset: number
  readonly length: number
  /** Once it is whole. */
  readonly file: File | undefined
}

interface Whole {
  readonly owner: string
  readonly progress: Progress
  readonly atMs: number
}

/** The oldest is forgotten: a sender who did not get the answer sends the file again. */
const wholeMax = 1_000

export class WholeUploads {
  /** The oldest first. */
  readonly #all = new Map<string, Whole>()

  add(id: string, whole: Whole): void {
    this.#all.set(id, whole)
    for (const oldest of this.#all.keys()) {
      if (this.#all.size <= wholeMax) return
      this.#all.delete(oldest)
    }
  }

  /** Nothing to somebody else. */
  of(id: string, owner: string): Progress | undefined {
    const whole = this.#all.get(id)
    return whole?.owner === owner ? whole.progress : undefined
  }

  /** Drops those from before that time. */
  forget(beforeMs: number): void {
    for (const [id, { atMs }] of this.#all) {
      if (atMs >= beforeMs) return
      this.#all.delete(id)
    }
  }
}

/**
 * When the index is brought up to date: soon after something has changed, and a pass at a
 * time, between which searches have their turns. What fails is tried again later.
 */
import { limits } from "../contract/limits.ts"
import type { Follower } from "./follower.ts"
import type { FromThread } from "./protocol.ts"

/** How often it is looked whether anything has changed. */
export const lookMs = 500
/** While people search, the index still keeps up. */
const passAtLeastEveryMs = 250
const retryMs = 5_000
/** More than this is worth telling of, every so often. */
const buildMin = 5_000
const tellEveryMs = 2_000
/** How far it is behind is told no more often, but for its end. */
const tellBehindEveryMs = 1_000
/** What is left is for messages. */
const freeBytesMin = 2 * limits.diskReserveBytes
/** Well within the hour that what was deleted may stay in a file. */
const cleanEveryMs = 600_000

interface IndexingOptions {
  readonly follower: Follower
  readonly say: (message: FromThread) => void
  readonly elapsedMs: () => number
  readonly freeBytes: () => number
}

interface Build {
  readonly startedMs: number
  readonly total: number
  toldMs: number
}

export class Indexing {
  readonly #options: IndexingOptions
  #lookAtMs = -Infinity
  #passedMs = -Infinity
  #cleanedMs = -Infinity
  #hasMore = false
  #build: Build | undefined
  /** As it was told last; the thread before this one may have told anything. */
  #behind: number | undefined
  #toldBehindMs = -Infinity

  constructor(options: IndexingOptions) {
    this.#options = options
  }

  /** Does what is due. Returns how long there is nothing to do. */
  async step(isSearching: boolean): Promise<number> {
    const nowMs = this.#options.elapsedMs()
    if (isSearching && nowMs - this.#passedMs < passAtLeastEveryMs) return 0
    if (!this.#hasMore && nowMs < this.#lookAtMs) return this.#lookAtMs - nowMs
    try {
      await this.#follow(nowMs)
    } catch (cause) {
      this.#fail(cause)
    }
    return this.#hasMore ? 0 : Math.max(0, this.#lookAtMs - this.#options.elapsedMs())
  }

  /** A search met something: what is damaged is made anew. */
  failedToFind(cause: Error): void {
    if (!isDamage(cause)) return
    this.#options.follower.restart()
    this.#hasMore = false
    this.#lookAtMs = -Infinity
  }

  async #follow(nowMs: number): Promise<void> {
    const { follower, freeBytes, elapsedMs } = this.#options
    if (!this.#hasMore) {
      this.#hasMore = await follower.look()
      this.#lookAtMs = nowMs + lookMs
      this.#begin(nowMs)
      this.#tellBehind(nowMs)
    }
    if (this.#hasMore) {
      if (freeBytes() < freeBytesMin) throw new Error("there is too little space on the disk")
      this.#hasMore = await follower.pass()
      this.#tellBehind(elapsedMs())
      this.#tell(elapsedMs())
    }
    // Where something is always new too; not while a search reads what is to go.
    if (!this.#hasMore && nowMs - this.#cleanedMs >= cleanEveryMs && follower.clean()) this.#cleanedMs = nowMs
    this.#passedMs = elapsedMs()
  }

  #tellBehind(nowMs: number): void {
    const changes = this.#options.follower.missing
    if (changes === this.#behind || (changes > 0 && nowMs - this.#toldBehindMs < tellBehindEveryMs)) return
    this.#behind = changes
    this.#toldBehindMs = nowMs
    this.#options.say({ kind: "behind", changes })
  }

  #begin(nowMs: number): void {
    const total = this.#options.follower.missing
    if (total < buildMin || this.#build !== undefined) return
    this.#build = { startedMs: nowMs, total, toldMs: nowMs }
    this.#options.say({ kind: "building", read: 0, total })
  }

  #tell(nowMs: number): void {
    const build = this.#build
    if (build === undefined) return
    const { startedMs, total } = build
    if (!this.#hasMore) {
      this.#build = undefined
      this.#options.say({ kind: "built", read: total, ms: nowMs - startedMs })
    } else if (nowMs - build.toldMs >= tellEveryMs) {
      build.toldMs = nowMs
      this.#options.say({ kind: "building", read: total - this.#options.follower.missing, total })
    }
  }

  #fail(cause: unknown): void {
    this.#hasMore = false
    this.#lookAtMs = this.#options.elapsedMs() + retryMs
    this.#options.say({ kind: "failed", cause: String(cause) })
    if (isDamage(cause)) this.#options.follower.restart()
  }
}

function isDamage(cause: unknown): boolean {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  return code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB"
}

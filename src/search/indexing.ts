/**
 * When the index is updated: soon after something has changed, one pass at a time, with
 * searches in between. What fails is tried again later.
 */
import { limits } from "../contract/limits.ts"
import type { Follower } from "./follower.ts"
import type { FromThread } from "./protocol.ts"

/** How often changes are looked for. */
export const lookMs = 500
/** While people search, the index still keeps up. */
const passAtLeastEveryMs = 250
const retryMs = 5_000
/** If more than this is missing, progress is reported now and then. */
const buildMin = 5_000
const tellEveryMs = 2_000
/** How often the backlog is reported at most, except when it ends. */
const tellBehindEveryMs = 1_000
/** What is left is for messages. */
const freeBytesMin = 2 * limits.diskReserveBytes
/** Well within the hour that deleted texts may stay in a file. */
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
  /** As reported last; an earlier thread may have reported anything. */
  #behind: number | undefined
  #toldBehindMs = -Infinity

  constructor(options: IndexingOptions) {
    this.#options = options
  }

  /** Does what is due. Returns how long there is nothing to do, in milliseconds. */
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

  /** A search failed: a damaged index is rebuilt. */
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
    // Also where new messages never stop; but not while a search reads what is to be erased.
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

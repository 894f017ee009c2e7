/**
 * Keeps the event loop going while the disk is slow.
 *
 * SQLite syncs its log within a commit, on the thread of everything else: the cheapest way
 * as long as that takes a millisecond. Once a commit took long, commits leave it out, and a
 * thread syncs the log after each, while the store's queue waits for it: as ever, nothing is
 * told that is not on the disk, but pings, typing, `/healthz` and whatever else asks nothing
 * of the store go on. Time with syncs that are quick again brings the usual way back, and so
 * does a thread that cannot be started or has ended: everything waits for the disk then.
 *
 * Reading waits too: what a page shows is told in the order of what was committed, and the
 * commit that is under way can be read before it is safe.
 *
 * A sync that failed cannot be made up for: the commit can be read already, and Linux
 * reports a failed write once and takes the page for clean from then on, so that a second
 * sync proves nothing. Whoever is told of it ends the process, as PostgreSQL does
 * (https://wiki.postgresql.org/wiki/Fsync_Errors); what the log holds of it is checked by
 * its sums at the next start.
 */
import type { Database } from "bun:sqlite"
import { realpathSync } from "node:fs"
import { minuteMs } from "../../contract/durations.ts"
import { log } from "../../observe/log.ts"
import { type StartSyncThread, type SyncThread, startSyncThread } from "./sync-thread.ts"

/** What a person notices of a pause. */
const slowMsDefault = 200
const calmMs = 5 * minuteMs
const pagesPerFold = 1_000

export interface SlowDiskOptions {
  /** Called when what was committed may not be on the disk, and never will be known to be. */
  readonly onLost: (cause: unknown) => void
  /** Called when there is no thread to sync the log, though the disk is slow. */
  readonly onTrouble?: (cause: unknown) => void
  /** A commit or a sync that takes so long is slow. */
  readonly slowMs?: number | undefined
  /** Of a clock that does not step back. */
  readonly elapsedMs?: (() => number) | undefined
  readonly start?: StartSyncThread | undefined
}

export class SlowDisk {
  readonly #db: Database
  readonly #options: SlowDiskOptions
  readonly #elapsedMs: () => number
  readonly #slowMs: number
  #thread: SyncThread | undefined
  #starting: Promise<void> | undefined
  #slowAtMs = 0
  /** When there was no thread to be had. */
  #troubledAtMs = -Infinity
  #lost: { readonly cause: unknown } | undefined
  #isClosed = false

  /** Of a database with a log that every commit syncs. */
  constructor(db: Database, options: SlowDiskOptions) {
    this.#db = db
    this.#options = options
    this.#elapsedMs = options.elapsedMs ?? (() => performance.now())
    this.#slowMs = options.slowMs ?? slowMsDefault
  }

  /** Whether a commit is on the disk only after `sync`. */
  get isSlow(): boolean {
    return this.#thread !== undefined
  }

  /** How long a commit took that did its own sync. Resolves, always, once it is settled who does the next. */
  async took(ms: number): Promise<void> {
    if (ms < this.#slowMs || this.#isClosed || !canSync(this.#db)) return
    this.#slowAtMs = this.#elapsedMs()
    if (this.#slowAtMs - this.#troubledAtMs < calmMs) return
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined
    })
    await this.#starting
  }

  /** Resolves once all that was committed is on the disk. After one that failed none resolves any more. */
  async sync(): Promise<void> {
    const startedMs = this.#elapsedMs()
    try {
      if (this.#lost !== undefined) throw this.#lost.cause
      await this.#thread?.sync()
    } catch (cause) {
      if (this.#lost === undefined) {
        this.#lost = { cause }
        this.#options.onLost(cause)
      }
      throw cause
    }
    const nowMs = this.#elapsedMs()
    if (nowMs - startedMs >= this.#slowMs) this.#slowAtMs = nowMs
    else if (nowMs - this.#slowAtMs >= calmMs) await this.#stop()
  }

  /** Back to the usual way, for good. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#starting
    await this.#stop()
  }

  /** A transaction is never open between two turns of the event loop, so the settings can be changed. */
  async #start(): Promise<void> {
    const { start = startSyncThread } = this.#options
    try {
      const thread = await start(realpathSync(this.#db.filename), (cause) => this.#gone(cause))
      this.#db.run("PRAGMA synchronous = NORMAL")
      this.#db.run("PRAGMA wal_autocheckpoint = 0")
      this.#thread = thread
    } catch (cause) {
      this.#troubled(cause)
    }
  }

  /** It had nothing to do: whatever was committed is on the disk. */
  #gone(cause: unknown): void {
    this.#usually()
    this.#troubled(cause)
  }

  /** Once in a while: it is not tried again before. */
  #troubled(cause: unknown): void {
    this.#troubledAtMs = this.#elapsedMs()
    const { onTrouble = tellOfTrouble } = this.#options
    onTrouble(cause)
  }

  async #stop(): Promise<void> {
    const thread = this.#thread
    if (thread === undefined) return
    this.#usually()
    // It may be folding the log, and nobody else can meanwhile.
    await thread.end()
  }

  #usually(): void {
    this.#thread = undefined
    this.#db.run("PRAGMA synchronous = FULL")
    this.#db.run(`PRAGMA wal_autocheckpoint = ${pagesPerFold}`)
  }
}

/** On macOS a sync from here would leave the data in the drive's cache. */
function canSync({ filename }: Database): boolean {
  return process.platform !== "darwin" && filename !== ":memory:"
}

function tellOfTrouble(cause: unknown): void {
  log.warn("The disk is slow, and everything waits for it, as no thread can sync it: {cause}", { cause })
}

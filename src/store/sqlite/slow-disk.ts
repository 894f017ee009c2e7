/**
 * Keeps the event loop running while the disk is slow.
 *
 * SQLite syncs its log within a commit, on the main thread: the cheapest way as long as
 * that takes a millisecond. After a slow commit, commits leave the sync out, and a thread
 * syncs the log after each one, while the store's queue waits for it. As ever, nothing is
 * told that is not on disk; but pings, typing, `/healthz` and everything else that does not
 * need the store go on. Once syncs have been fast for a while, the usual way comes back;
 * also when the thread cannot be started or has ended: then everything waits for the disk.
 *
 * Reading waits too: what a page shows is told in the order of commits, and an unfinished
 * commit could be read before it is safe.
 *
 * A failed sync cannot be repeated: the commit can be read already, and Linux reports a
 * failed write once and then takes the page for clean, so that a second sync proves
 * nothing. Whoever is told of it ends the process, as PostgreSQL does
 * (https://wiki.postgresql.org/wiki/Fsync_Errors); the next start checks what the log holds
 * by its checksums.
 */
import type { Database } from "bun:sqlite"
import { realpathSync } from "node:fs"
import { minuteMs } from "../../contract/durations.ts"
import { log } from "../../observe/log.ts"
import { type StartSyncThread, type SyncThread, startSyncThread } from "./sync-thread.ts"

/** A pause that people notice. */
const slowMsDefault = 200
const calmMs = 5 * minuteMs
const pagesPerFold = 1_000

export interface SlowDiskOptions {
  /** Called when it is unknown, and stays unknown, whether the last commits are on disk. */
  readonly onLost: (cause: unknown) => void
  /** Called when there is no thread to sync the log, though the disk is slow. */
  readonly onTrouble?: (cause: unknown) => void
  /** A commit or sync that takes this long is slow. */
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
  /** When starting the thread failed. */
  #troubledAtMs = -Infinity
  #lost: { readonly cause: unknown } | undefined
  #isClosed = false

  /** The database must sync its log at every commit. */
  constructor(db: Database, options: SlowDiskOptions) {
    this.#db = db
    this.#options = options
    this.#elapsedMs = options.elapsedMs ?? (() => performance.now())
    this.#slowMs = options.slowMs ?? slowMsDefault
  }

  /** Whether commits need `sync` to be on disk. */
  get isSlow(): boolean {
    return this.#thread !== undefined
  }

  /**
   * Call it with the time of a commit that did its own sync. Always resolves, once it is decided who does the next one.
   */
  async took(ms: number): Promise<void> {
    if (ms < this.#slowMs || this.#isClosed || !canSync(this.#db)) return
    this.#slowAtMs = this.#elapsedMs()
    if (this.#slowAtMs - this.#troubledAtMs < calmMs) return
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined
    })
    await this.#starting
  }

  /** Resolves once everything committed is on disk. After a failed sync it never resolves again. */
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

  /** It had nothing to do: everything committed is on disk. */
  #gone(cause: unknown): void {
    this.#usually()
    this.#troubled(cause)
  }

  /** Only now and then: until then it is not tried again. */
  #troubled(cause: unknown): void {
    this.#troubledAtMs = this.#elapsedMs()
    const { onTrouble = tellOfTrouble } = this.#options
    onTrouble(cause)
  }

  async #stop(): Promise<void> {
    const thread = this.#thread
    if (thread === undefined) return
    this.#usually()
    // It may be folding the log; nobody else can meanwhile.
    await thread.end()
  }

  #usually(): void {
    this.#thread = undefined
    this.#db.run("PRAGMA synchronous = FULL")
    this.#db.run(`PRAGMA wal_autocheckpoint = ${pagesPerFold}`)
  }
}

/** On macOS, a sync from here would leave the data in the drive's cache. */
function canSync({ filename }: Database): boolean {
  return process.platform !== "darwin" && filename !== ":memory:"
}

function tellOfTrouble(cause: unknown): void {
  log.warn("The disk is slow, and everything waits for it, as no thread can sync it: {cause}", { cause })
}

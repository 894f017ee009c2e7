/**
 * Keeps the event loop going while the disk is slow.
 *
 * SQLite syncs its log within a commit, on the thread of everything else: the cheapest way
 * as long as that takes a millisecond. Once a commit took long, commits leave it out, and a
 * thread syncs the log after each, while the store's queue waits for it: as ever, nothing is
 * told that is not on the disk, but pings, typing, `/healthz` and whatever else asks nothing
 * of the store go on. Time with syncs that are quick again brings the usual way back.
 *
 * A sync that failed cannot be made up for: the commit can be read already, and Linux
 * reports a failed write once and takes the page for clean from then on, so that a second
 * sync proves nothing. Whoever is told of it ends the process, as PostgreSQL does
 * (https://wiki.postgresql.org/wiki/Fsync_Errors); what the log holds of it is checked by
 * its sums at the next start.
 */
import type { Database } from "bun:sqlite"
import { realpathSync } from "node:fs"
import { Worker } from "node:worker_threads"

/** What a person notices of a pause. */
const slowMsDefault = 200
const calmMs = 5 * 60_000
/** SQLite folds the log into the file each 1,000 pages, with syncs of its own; the thread does it about as often. */
const syncsPerFold = 64
const pagesPerFold = 1_000

export interface SlowDiskOptions {
  /** Called when what was committed may not be on the disk, and never will be known to be. */
  readonly onLost: (cause: unknown) => void
  /** A commit or a sync that takes so long is slow. */
  readonly slowMs?: number | undefined
  /** Of a clock that does not step back. */
  readonly elapsedMs?: (() => number) | undefined
}

type Synced = { readonly error?: { readonly message: string; readonly code: unknown } }

export class SlowDisk {
  readonly #db: Database
  readonly #options: SlowDiskOptions
  readonly #elapsedMs: () => number
  readonly #slowMs: number
  #thread: Worker | undefined
  #slowAtMs = 0

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

  /** How long a commit took that did its own sync. */
  took(ms: number): void {
    if (ms < this.#slowMs || !canSync(this.#db)) return
    this.#slowAtMs = this.#elapsedMs()
    this.#thread = startThread(realpathSync(this.#db.filename))
    this.#db.run("PRAGMA synchronous = NORMAL")
    this.#db.run("PRAGMA wal_autocheckpoint = 0")
  }

  /** Resolves once all that was committed is on the disk. */
  async sync(): Promise<void> {
    const startedMs = this.#elapsedMs()
    try {
      await ask(this.#thread)
    } catch (cause) {
      this.#options.onLost(cause)
      throw cause
    }
    const nowMs = this.#elapsedMs()
    if (nowMs - startedMs >= this.#slowMs) this.#slowAtMs = nowMs
    else if (nowMs - this.#slowAtMs >= calmMs) await this.close()
  }

  /** Back to the usual way. */
  async close(): Promise<void> {
    const thread = this.#thread
    if (thread === undefined) return
    this.#db.run("PRAGMA synchronous = FULL")
    this.#db.run(`PRAGMA wal_autocheckpoint = ${pagesPerFold}`)
    this.#thread = undefined
    // It may be folding the log, and nobody else can meanwhile.
    const ended = new Promise((resolve) => thread.once("exit", resolve))
    thread.postMessage("end")
    await ended
  }
}

/** On macOS a sync from here would leave the data in the drive's cache. */
function canSync({ filename }: Database): boolean {
  return process.platform !== "darwin" && filename !== ":memory:"
}

function startThread(file: string): Worker {
  const thread = new Worker(`(${work})()`, { eval: true, workerData: { file, syncsPerFold } })
  thread.unref()
  return thread
}

async function ask(thread: Worker | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<Synced>()
  thread?.once("message", resolve)
  thread?.once("error", reject)
  thread?.ref()
  thread?.postMessage("sync")
  const { error } = await promise.finally(() => {
    thread?.off("error", reject)
    thread?.unref()
  })
  if (error) throw Object.assign(new Error(error.message), { code: error.code })
}

/** The thread runs this function's text, so it uses nothing that is around it: see query-thread.ts. */
async function work(): Promise<void> {
  const { parentPort, workerData } = await import("node:worker_threads")
  const { closeSync, fsyncSync, openSync } = await import("node:fs")
  const { Database } = await import("bun:sqlite")
  const { file, syncsPerFold } = workerData
  const db = new Database(file)
  let syncs = 0
  const sync = (): Synced => {
    try {
      const log = openSync(`${file}-wal`, "r+")
      try {
        fsyncSync(log)
      } finally {
        closeSync(log)
      }
      return {}
    } catch (error) {
      const { message, code } = error as Error & { code?: string }
      return { error: { message, code } }
    }
  }
  const fold = () => {
    try {
      db.run("PRAGMA wal_checkpoint(PASSIVE)")
    } catch {
      // The log stays as it is, and grows until it can be folded.
    }
  }
  parentPort?.on("message", (message) => {
    if (message === "end") {
      db.close()
      parentPort?.close()
      return
    }
    parentPort?.postMessage(sync())
    syncs++
    if (syncs % syncsPerFold === 0) fold()
  })
}

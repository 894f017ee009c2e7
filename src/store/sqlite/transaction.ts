/** One transaction at a time, which never blocks the event loop while another program holds the lock. */
import type { Database } from "bun:sqlite"
import { codeOf } from "../../observe/operator-error.ts"
import type { StoreMeter } from "../../observe/store-meter.ts"
import type { SlowDisk } from "./slow-disk.ts"

/** How often a batch asks for the lock before it gives up; in between, everything else goes on. */
const lockAttemptsMax = 10
const lockRetryMs = 10

export class Transactions {
  readonly #db: Database
  readonly #sql
  readonly #beforeWriting: () => void
  readonly #disk: SlowDisk
  readonly #meter: StoreMeter | undefined

  /** `beforeWriting` throws while nothing may be written. */
  constructor(db: Database, beforeWriting: () => void, disk: SlowDisk, meter?: StoreMeter) {
    // SQLite's own wait for a lock would block the event loop.
    db.run("PRAGMA busy_timeout = 0")
    this.#db = db
    this.#beforeWriting = beforeWriting
    this.#disk = disk
    this.#meter = meter
    this.#sql = {
      read: db.query("BEGIN"),
      write: db.query("BEGIN IMMEDIATE"),
      commit: db.query("COMMIT"),
      rollback: db.query("ROLLBACK"),
    }
  }

  /**
   * Commits what `work` did, or nothing if it throws. `work` is synchronous: a commit would not wait for it. What was
   * committed is on disk once this resolves.
   */
  async run<T>(kind: "read" | "write", work: () => T): Promise<T> {
    await this.#begin(kind)
    const { result, startedMs } = this.#commit(work)
    if (kind === "read") return result
    const tookMs = performance.now() - startedMs
    if (this.#disk.isSlow) await this.#disk.sync()
    // Waits for a thread that is starting, so that the next commit is not slow as well.
    else await this.#disk.took(tookMs)
    this.#meter?.commit(performance.now() - startedMs)
    return result
  }

  #commit<T>(work: () => T): { readonly result: T; readonly startedMs: number } {
    try {
      const result = work()
      const startedMs = performance.now()
      this.#sql.commit.run()
      return { result, startedMs }
    } catch (cause) {
      this.#rollBack()
      throw cause
    }
  }

  /**
   * A transaction that writes takes the lock at once: if it took it after its first read, it would be refused when
   * another program has written in between.
   */
  async #begin(kind: "read" | "write"): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        // Only after a failed rollback: without this, no batch could ever begin again.
        this.#rollBack()
        if (kind === "write") this.#beforeWriting()
        this.#sql[kind].run()
        return
      } catch (cause) {
        if (codeOf(cause) !== "SQLITE_BUSY" || attempt === lockAttemptsMax) throw cause
      }
      await Bun.sleep(lockRetryMs)
    }
  }

  /** After some errors, such as a full disk, SQLite has rolled back by itself. */
  #rollBack(): void {
    if (this.#db.inTransaction) this.#sql.rollback.run()
  }
}

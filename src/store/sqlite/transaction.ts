/** One transaction at a time, without ever blocking the event loop for another program's lock. */
import type { Database } from "bun:sqlite"
import { codeOf } from "../../observe/operator-error.ts"
import type { StoreMeter } from "../../observe/store-meter.ts"
import type { SlowDisk } from "./slow-disk.ts"

/** A batch asks for the lock this often before it gives up; in between, everything else goes on. */
const lockAttemptsMax = 10
const lockRetryMs = 10

export class Transactions {
  readonly #db: Database
  readonly #sql
  readonly #beforeWriting: () => void
  readonly #disk: SlowDisk
  readonly #meter: StoreMeter | undefined

  /** `beforeWriting` throws while nothing must be written. */
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
   * Commits what `work` did, or nothing of it if that throws. `work` is synchronous: a commit would not wait for it.
   * What was committed is on the disk once this resolves.
   */
  async run<T>(kind: "read" | "write", work: () => T): Promise<T> {
    await this.#begin(kind)
    const { result, startedMs } = this.#commit(work)
    if (kind === "read") return result
    const tookMs = performance.now() - startedMs
    if (this.#disk.isSlow) await this.#disk.sync()
    // Waits for a thread that begins: the next commit need not be slow as well.
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

  /** One that writes takes the lock at once: one taken after the first read is refused if another program wrote in between. */
  async #begin(kind: "read" | "write"): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        // Only if a rollback failed too; without this, no batch would ever begin again.
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

  /** SQLite has already rolled back by itself after some errors, a full disk among them. */
  #rollBack(): void {
    if (this.#db.inTransaction) this.#sql.rollback.run()
  }
}

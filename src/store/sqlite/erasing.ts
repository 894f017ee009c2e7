/**
 * Brings about that what was deleted or edited away is in no file of the data any more.
 *
 * In the file itself SQLite overwrites it (`secure_delete`), once the log is folded into
 * it; the log keeps old pages until it is cut. Both happen by themselves at some time;
 * here they happen in time, at most once in `eraseAfterMs`. Times are of a clock that does
 * not step back.
 */
import type { Database } from "bun:sqlite"
import { minuteMs } from "../../contract/durations.ts"
import type { Changes } from "../unwritten.ts"

/** Half of the hour that is promised: while a backup reads, it has to be tried again. */
export const eraseAfterMs = 30 * minuteMs

export class Erasing {
  readonly #db: Database
  readonly #now: () => number
  /** What a server that was killed had not erased yet may still be in the log. */
  #dueMs: number | undefined

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
    this.#dueMs = now() + eraseAfterMs
  }

  /** Something was committed that replaces a text. */
  replaced(): void {
    this.#dueMs ??= this.#now() + eraseAfterMs
  }

  /** Outside a transaction, every minute or so. */
  look(): void {
    if (this.#dueMs === undefined || this.#now() < this.#dueMs) return
    const [[isBusy] = []] = this.#db.query("PRAGMA wal_checkpoint(TRUNCATE)").values()
    if (isBusy === 0) this.#dueMs = undefined
  }
}

/** Whether something is gone with these that people wrote or named. */
export function takesBack({ changedMessages, deletedRooms, files, purgeAt }: Changes): boolean {
  return changedMessages.size + deletedRooms.length + files.removed.length > 0 || purgeAt !== undefined
}

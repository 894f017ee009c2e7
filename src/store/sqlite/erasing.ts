/**
 * Makes sure that deleted and edited texts are gone from all files of the data.
 *
 * In the file itself SQLite overwrites them (`secure_delete`) once the log is folded into
 * it; the log keeps old pages until it is cut. Both happen by themselves at some time; this
 * makes them happen in time, at most once in `eraseAfterMs`. Times are of a clock that
 * never steps back.
 */
import type { Database } from "bun:sqlite"
import { minuteMs } from "../../contract/durations.ts"
import type { Changes } from "../unwritten.ts"
import { emptyLog } from "./empty-log.ts"

/** Half of the promised hour: while a backup reads, it has to be tried again. */
export const eraseAfterMs = 30 * minuteMs

export class Erasing {
  readonly #db: Database
  readonly #now: () => number
  /** The log may still hold what a killed server had not erased. */
  #dueMs: number | undefined

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
    this.#dueMs = now() + eraseAfterMs
  }

  /** A commit has replaced a text. */
  replaced(): void {
    this.#dueMs ??= this.#now() + eraseAfterMs
  }

  /** Call it outside a transaction, about every minute. */
  look(): void {
    if (this.#dueMs === undefined || this.#now() < this.#dueMs) return
    if (emptyLog(this.#db)) this.#dueMs = undefined
  }
}

/** Whether these changes remove something that people wrote or named. */
export function takesBack({ changedMessages, deletedRooms, files, purgeAt }: Changes): boolean {
  return changedMessages.size + deletedRooms.length + files.removed.length > 0 || purgeAt !== undefined
}

/**
 * Backups that a server makes of its own data at an interval. The names of existing backups
 * tell when the next one is due, so restarts neither skip one nor add one.
 *
 * After a failure it tries again soon, and older backups stay: only a complete new one
 * makes an old one superfluous.
 */
import { hourMs, minuteMs } from "../../contract/durations.ts"
import { momentOf } from "../../observe/moment.ts"
import { reasonOf } from "../../observe/operator-error.ts"

export interface MadeBackup {
  readonly file: string
  readonly bytes: number
  readonly messages: number
}

/** Where they are: a folder, or a bucket. */
export interface BackupPlace {
  /** For people. */
  readonly name: string
  /** When the newest complete one was made, if any. */
  latestAt(now: number): Promise<number | undefined>
  /** Makes one now and checks it; on failure nothing is left under its name. */
  make(at: number, signal: AbortSignal): Promise<MadeBackup>
  /** Deletes the oldest, beyond so many. */
  rotate(keep: number, now: number): Promise<void>
}

interface ScheduleOptions {
  readonly place: BackupPlace
  readonly everyMs: number
  /** How many are kept. */
  readonly keep: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly onDone: (backup: MadeBackup) => void
  readonly onFailure: (cause: unknown) => void
}

const lookIntervalMs = 1_000
const retryMs = 5 * minuteMs

export class ScheduledBackups {
  readonly #options: ScheduleOptions
  readonly #startedAt: number
  readonly #stop = new AbortController()
  #timer: ReturnType<typeof setInterval> | undefined
  #running: Promise<void> | undefined
  #retryAt = -Infinity
  #failure: string | undefined
  /** When the newest complete backup was made, if any. */
  #latestAt: number | undefined

  constructor(options: ScheduleOptions) {
    this.#options = options
    this.#startedAt = options.now()
  }

  begin(): void {
    void this.look()
    this.#timer = setInterval(() => void this.look(), lookIntervalMs)
    this.#timer.unref()
  }

  /** Makes one if it is due. Resolves once none is in progress. */
  look(): Promise<void> {
    if (this.#running === undefined && this.#isDue()) {
      this.#running = this.#make().finally(() => {
        this.#running = undefined
      })
    }
    return this.#running ?? Promise.resolve()
  }

  /** When the newest whole one was made. */
  get latestAt(): number | undefined {
    return this.#latestAt
  }

  /** Whether two intervals have passed since the newest, or since the start. */
  get isLate(): boolean {
    const { now, everyMs } = this.#options
    return Math.abs(now() - (this.#latestAt ?? this.#startedAt)) > 2 * everyMs
  }

  /** Warnings for health checks. */
  warnings(): readonly string[] {
    const { everyMs, place } = this.#options
    // If these settings never led to a backup, that is reported at once: whoever has just made them is watching.
    const hasNeverWorked = this.#latestAt === undefined && this.#failure !== undefined
    if (!this.isLate && !hasNeverWorked) return []
    const latest =
      this.#latestAt === undefined ? "There is no backup" : `The last backup is of ${momentOf(this.#latestAt)}`
    return [`${latest} in ${place.name}, and one is due every ${hours(everyMs)}. ${this.#failure ?? ""}`.trim()]
  }

  /** Ends one that is in progress; nothing of it is left. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort(new Error("The server is stopping."))
    await this.#running
  }

  #isDue(): boolean {
    const { now, everyMs } = this.#options
    const at = now()
    if (this.#stop.signal.aborted || at < this.#retryAt) return false
    return this.#latestAt === undefined || Math.abs(at - this.#latestAt) >= everyMs
  }

  async #make(): Promise<void> {
    const { place, keep, now, everyMs, onDone, onFailure } = this.#options
    try {
      this.#latestAt = await place.latestAt(now())
      if (!this.#isDue()) return
      const at = now()
      const made = await place.make(at, this.#stop.signal)
      ;[this.#latestAt, this.#failure] = [at, undefined]
      await place.rotate(keep, at)
      onDone(made)
    } catch (cause) {
      if (this.#stop.signal.aborted) return
      this.#retryAt = now() + Math.min(retryMs, everyMs)
      this.#failure = reasonOf(cause)
      onFailure(cause)
    }
  }
}

function hours(ms: number): string {
  const count = ms / hourMs
  return count >= 1 ? `${Math.round(count)} h` : `${Math.round(ms / minuteMs)} min`
}

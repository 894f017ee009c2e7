/**
 * Whether what was acknowledged outlives the server of PostgreSQL: a standby that commits do
 * not wait for is behind by some of them, and whoever makes it the primary loses those.
 *
 * It is a warning and no refusal. A standby may be there to be read only, or its settings
 * may change while this runs; and a service that copies its disks below PostgreSQL shows
 * none at all. Any user of the database may ask for what is read here.
 */
import type { Warning } from "../../contract/server.ts"
import { Connection } from "./connection.ts"

export interface Failover {
  readonly standby: "none" | "waited for" | "not waited for"
  /** Commits are on its disk before they are answered. */
  readonly isSynced: boolean
}

/** What copies the log for a backup, and what reads single tables from it, never becomes a primary. */
const query = `
  SELECT current_setting('fsync') = 'on' AS "isSynced", CASE
    WHEN NOT EXISTS (
      SELECT FROM pg_stat_replication AS one
      WHERE application_name <> ALL ('{pg_basebackup,pg_receivewal,pg_recvlogical}'::text[]) AND NOT EXISTS (
        SELECT FROM pg_replication_slots WHERE active_pid = one.pid AND slot_type = 'logical'
      )
    ) THEN 'none'
    WHEN current_setting('synchronous_standby_names') = '' THEN 'not waited for'
    ELSE 'waited for'
  END AS standby`

export const notWaitedFor =
  "PostgreSQL does not wait for its standby, so a failover would lose acknowledged messages: name it in synchronous_standby_names."

export async function readFailover(connection: Connection): Promise<Failover> {
  const [row] = await connection.run<Failover>(query)
  return row ?? { standby: "none", isSynced: true }
}

interface FailoverWatchOptions {
  readonly url: string
  /** Called with each look that finds it. */
  readonly onRisk: (text: string) => void
}

const lookEveryMs = 30_000

/** Looks every now and then: standbys come and go. */
export class FailoverWatch {
  readonly #options: FailoverWatchOptions
  #isAtRisk = false
  #timer: ReturnType<typeof setInterval> | undefined
  #looking: Promise<void> | undefined

  constructor(options: FailoverWatchOptions) {
    this.#options = options
  }

  warnings(): readonly Warning[] {
    return this.#isAtRisk ? [{ code: "standby", message: notWaitedFor }] : []
  }

  begin(): void {
    const look = () => {
      this.#looking = this.#look()
    }
    look()
    this.#timer = setInterval(look, lookEveryMs)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  async #look(): Promise<void> {
    const connection = new Connection(this.#options.url)
    try {
      this.#isAtRisk = (await readFailover(connection)).standby === "not waited for"
      if (this.#isAtRisk) this.#options.onRisk(notWaitedFor)
    } catch {
      // A database that cannot be reached is told of by whoever needs it.
    } finally {
      await connection.close()
    }
  }
}

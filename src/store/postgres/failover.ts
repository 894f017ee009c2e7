/**
 * Whether acknowledged messages survive the loss of the PostgreSQL server: a standby that
 * commits do not wait for lacks some of them, and promoting it loses those.
 *
 * It is a warning and no refusal. A standby may be for reading only, its settings may
 * change meanwhile, and a service that copies the disks below PostgreSQL shows none at all.
 * Any user of the database may read what is read here.
 */
import type { Warning } from "../../contract/server.ts"
import { Connection } from "./connection.ts"

export interface Failover {
  readonly standby: "none" | "waited for" | "not waited for"
  /** Commits are on its disk before they are answered. */
  readonly isSynced: boolean
}

/** A copy of the log for backups, or a reader of single tables, never becomes a primary. */
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
  /** Called at each check that finds it. */
  readonly onRisk: (text: string) => void
}

const lookEveryMs = 30_000

/** Checks now and then: standbys come and go. */
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
      // Whoever needs the database reports that it cannot be reached.
    } finally {
      await connection.close()
    }
  }
}

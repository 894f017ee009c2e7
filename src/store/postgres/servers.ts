/**
 * The servers of one database, each with the settings that all must share. Each row belongs
 * to the connection that holds its server's lock, so rows of killed servers do not count,
 * and no server has to repeat that it lives.
 */
import type { OperatorError } from "../../observe/operator-error.ts"
import type { Connection } from "./connection.ts"

/** What a server says of itself to the others. */
export interface Peers {
  readonly settings: () => string
  /** Called repeatedly with what the others say. Returns why this server may not join them, if it may not. */
  readonly meet: (others: readonly string[]) => OperatorError | undefined
}

interface Row {
  readonly isOwn: boolean
  readonly settings: string
}

/** `key` is of the lock that each of them shares. */
export function serversBy(key: number) {
  const living = `
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = ${key} AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  const look = `SELECT pid = pg_backend_pid() AS "isOwn", settings FROM servers WHERE pid = ANY (ARRAY(${living}))`
  const announce = `
    WITH gone AS (DELETE FROM servers WHERE pid <> pg_backend_pid() AND pid <> ALL (ARRAY(${living})))
    INSERT INTO servers VALUES (pg_backend_pid(), $1) ON CONFLICT (pid) DO UPDATE SET settings = excluded.settings`

  /** On the connection that holds the lock. Whoever is there already stays: whoever comes later is refused. */
  const meetServers = async (connection: Connection, { settings, meet }: Peers): Promise<OperatorError | undefined> => {
    const rows = await connection.run<Row>(look)
    const announced = rows.find(({ isOwn }) => isOwn)?.settings
    const refusal = meet(others(rows))
    if (announced === undefined && refusal !== undefined) return refusal
    if (announced !== settings()) await connection.run(announce, [settings()])
    return undefined
  }

  /** The same without joining them, whatever schema they have. */
  const refusalBy = async (connection: Connection, { meet }: Peers): Promise<OperatorError | undefined> => {
    const [found] = await connection.run<{ hasTable: boolean }>(
      `SELECT to_regclass('servers') IS NOT NULL AS "hasTable"`,
    )
    if (!found?.hasTable) return undefined
    return meet(others(await connection.run<Row>(look)))
  }
  return { living, meetServers, refusalBy }
}

function others(rows: readonly Row[]): string[] {
  return rows.filter(({ isOwn }) => !isOwn).map(({ settings }) => settings)
}

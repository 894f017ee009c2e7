/** Whether a database can be reached, and what a failover would lose. */
import { Connection } from "./connection.ts"
import { type Failover, readFailover } from "./failover.ts"
import { explained } from "./open.ts"

interface Reached extends Failover {
  /** "15.6". */
  readonly version: string
}

/** Changes nothing. Throws an OperatorError. */
export async function reachPostgres(url: string): Promise<Reached> {
  const connection = new Connection(url)
  return explained(url, async () => {
    try {
      const [row] = await connection.run<{ version: string }>("SELECT current_setting('server_version') AS version", [])
      return { version: row?.version.split(" ")[0] ?? "unknown", ...(await readFailover(connection)) }
    } finally {
      await connection.close()
    }
  })
}

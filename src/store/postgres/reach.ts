/** Whether a database can be reached. */
import { Connection } from "./connection.ts"
import { explained } from "./open.ts"

/** "15.6". Changes nothing. Throws an OperatorError. */
export async function postgresVersion(url: string): Promise<string> {
  const connection = new Connection(url)
  return explained(url, async () => {
    try {
      const [row] = await connection.run<{ version: string }>("SELECT current_setting('server_version') AS version", [])
      return row?.version.split(" ")[0] ?? "unknown"
    } finally {
      await connection.close()
    }
  })
}

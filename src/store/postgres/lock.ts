/**
 * A database belongs to one server: of two, neither would tell its members what the other
 * has stored. It is a lock that a connection holds for its life, so a `kill -9` leaves
 * none behind; where the connection was lost, the lock is taken again.
 */
import { OperatorError } from "../../observe/operator-error.ts"
import { Connection, PostgresFailure } from "./connection.ts"

/** Of 32 bits, and nobody else's: "Warr". */
const key = 0x57617272

const lockQuery = `
  SELECT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = ${key} AND pid = pg_backend_pid()
  ) OR pg_try_advisory_lock(${key}) AS held`

const lookIntervalMs = 2_000
/** How long a start waits for a server that is just being stopped. */
const patienceMs = 3_000
const retryMs = 100

/** Throws an OperatorError when another server has it. Returns the release. */
export async function lockDatabase(
  url: string,
  place: string,
  onFailure: (cause: unknown) => void,
): Promise<() => Promise<void>> {
  const connection = new Connection(url)
  const startedMs = performance.now()
  while (!(await isHeld(connection))) {
    if (performance.now() - startedMs < patienceMs) await Bun.sleep(retryMs)
    else {
      await connection.close()
      throw new OperatorError(
        `Another Warren is using the database at ${place}: stop it, or give this one a DATABASE_URL of its own.`,
      )
    }
  }
  const looking = setInterval(() => look(connection, place, onFailure), lookIntervalMs)
  return () => {
    clearInterval(looking)
    return connection.close()
  }
}

async function isHeld(connection: Connection): Promise<boolean> {
  const [row] = await connection.run<{ held: boolean }>(lockQuery)
  return row?.held === true
}

/** A database that cannot be reached is told of by whoever needs it. */
function look(connection: Connection, place: string, onFailure: (cause: unknown) => void): void {
  isHeld(connection).then(
    (held) => {
      if (!held)
        onFailure(new PostgresFailure(`Another Warren uses the database at ${place}`, { code: "POSTGRES_TAKEN" }))
    },
    () => {},
  )
}

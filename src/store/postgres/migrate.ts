/**
 * Brings a database to the schema of this version, and names the life of its data.
 *
 * Steps are numbered files, each taken once and all in one transaction. Several servers
 * may start at the same moment: an advisory lock lets one after the other look.
 */
import { minuteMs } from "../../contract/durations.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import { newEpoch } from "../new-epoch.ts"
import type { Connection } from "./connection.ts"
import first from "./migrations/001.sql" with { type: "text" }

const steps: readonly string[] = [first]
const schemaVersion = steps.length

/** Of 64 bits, and nobody else's: "Warren". */
const advisoryLock =
  "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(96125529744750)"
const versionMin = 130_000
const encodingNeeded = "UTF8"
/** For a step over large tables, and for another server's before it. */
const migrationMs = 10 * minuteMs

type Run = Connection["run"]

/**
 * Throws an OperatorError for a server that is too old, and for a database of another encoding or program, a newer Warren or a move
 * that has not ended, unless it is to be filled by one.
 */
export async function migrate(connection: Connection, { isFilled = false } = {}): Promise<void> {
  await checkServer(connection.run.bind(connection))
  await connection.transact(migrationMs, async (run) => {
    await run(advisoryLock)
    const version = await versionOf(run)
    if (version > schemaVersion) throw newer(version)
    if (!isFilled && (await isPart(run))) throw part()
    if (version === schemaVersion) return
    for (const step of steps.slice(version)) await run(step)
    await run("UPDATE warren SET version = $1", [schemaVersion])
  })
}

/** Data that was restored, copied, or failed over begins a new life. */
export async function nameEpoch(connection: Connection): Promise<void> {
  await connection.run(
    `UPDATE warren SET epoch = $1, place = warren_place(), timeline = warren_timeline()
     WHERE epoch = '' OR place <> warren_place() OR timeline <> warren_timeline()`,
    [newEpoch()],
  )
}

async function checkServer(run: Run): Promise<void> {
  const [row] = await run<{ number: string; version: string; encoding: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,
       current_setting('server_encoding') AS encoding`,
  )
  const { number, version, encoding } = row ?? {}
  if (!(Number(number) >= versionMin)) {
    const needed = "Warren needs version 13 or newer, so upgrade it, or use another"
    throw new OperatorError(`DATABASE_URL leads to PostgreSQL ${version}: ${needed}.`)
  }
  if (encoding !== encodingNeeded) {
    const make = `createdb --encoding=${encodingNeeded} --template=template0`
    throw new OperatorError(
      `The database of DATABASE_URL is encoded in ${encoding}, which cannot hold all texts: make one with ${make}.`,
    )
  }
}

/** 0 of an empty database. */
async function versionOf(run: Run): Promise<number> {
  const [found] = await run<{ isOurs: boolean; hasTables: boolean }>(
    `SELECT to_regclass('warren') IS NOT NULL AS "isOurs", EXISTS (
       SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
     ) AS "hasTables"`,
  )
  if (found?.isOurs) return (await run<{ version: number }>("SELECT version FROM warren"))[0]?.version ?? 0
  if (!found?.hasTables) return 0
  throw new OperatorError("The database of DATABASE_URL belongs to another program: make one for Warren alone.")
}

/** Whether a move into it has begun and not ended. */
async function isPart(run: Run): Promise<boolean> {
  return (
    (await run<{ isPart: boolean }>(`SELECT to_regclass('warren_copy') IS NOT NULL AS "isPart"`))[0]?.isPart ?? false
  )
}

function part(): OperatorError {
  return new OperatorError(
    "The database of DATABASE_URL holds a part of the data that is moved into it: run that command again, to its end.",
  )
}

function newer(version: number): OperatorError {
  const known = `schema ${version}, this one knows ${schemaVersion}`
  return new OperatorError(`The database of DATABASE_URL was written by a newer Warren (${known}): start that version.`)
}

/**
 * Brings a database to the schema of this version, and names its epoch.
 *
 * Steps are numbered files, each taken once and all in one transaction. Several servers may
 * start at the same moment: an advisory lock lets them check one after the other.
 */
import { minuteMs } from "../../contract/durations.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import { newEpoch } from "../new-epoch.ts"
import { type Connection, notPassedOn, PostgresFailure, sessionSettings, sqlState } from "./connection.ts"
import { accountsKey, isServed } from "./lock.ts"
import first from "./migrations/001.sql" with { type: "text" }

const steps: readonly string[] = [first]
export const schemaVersion = steps.length

/** Of 64 bits, and nobody else's: "Warren". A server that hangs in the middle holds the others up no longer than this. */
const advisoryLock = `
  SET LOCAL idle_in_transaction_session_timeout = 10000; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;
  SELECT pg_advisory_xact_lock(96125529744750)`
/**
 * Current writers end first, and later ones find the new version: a batch locks the table of rooms before it checks the
 * version, and a change of accounts takes their lock.
 */
const stopWriters = `LOCK TABLE rooms IN EXCLUSIVE MODE; SELECT pg_advisory_xact_lock(${accountsKey})`
/**
 * While a step waits for a reader, such as pg_dump, nobody can write. So it gives up before the writers do, and tries again
 * after they had their turn.
 */
const waitBriefly = "SET LOCAL lock_timeout = 3000"
const pauseMs = 1_000
/**
 * PostgreSQL continues a step whose server is gone, and nobody else writes meanwhile. Since version 14 it can notice
 * that, on most systems.
 */
const endWithServer = `
  DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '1s', true); EXCEPTION WHEN OTHERS THEN NULL; END $$`
/** A step and a reader may also lock the tables in different orders: one of them is given up, and starts again. */
const repeatable: readonly (string | undefined)[] = [sqlState.lockTimeout, sqlState.deadlock]
const attemptsMax = 10
const versionMin = 130_000
const encodingNeeded = "UTF8"
/** For a step over large tables, and for another server's before it. */
const migrationMs = 10 * minuteMs

type Run = Connection["run"]

/** The purpose of opening: a tool works beside servers; the last two are the ends of a move. */
type Use = "serving" | "beside" | "reading" | "filling"

/**
 * Throws an OperatorError for a server that is too old, and for a database of another encoding or program, a newer Warren, an
 * older one that serves it, if that may go on, a move into it that has not ended, unless it is being filled, or one out of it, if
 * it is to be served.
 */
export async function migrate(connection: Connection, use: Use = "serving"): Promise<void> {
  await checkServer(connection.run.bind(connection))
  for (let attempt = 1; ; attempt++) {
    try {
      return await connection.transact(migrationMs, (run) => takeSteps(run, use))
    } catch (cause) {
      const isRepeatable = cause instanceof PostgresFailure && repeatable.includes(cause.state)
      if (!isRepeatable || attempt === attemptsMax) throw cause
    }
    await Bun.sleep(pauseMs)
  }
}

async function takeSteps(run: Run, use: Use): Promise<void> {
  await run(advisoryLock)
  const version = await versionOf(run)
  if (version > schemaVersion) throw newer(version)
  if (use !== "filling") await checkMoves(run, use)
  if (version === schemaVersion) return
  if (use === "beside" && version > 0 && (await isServed(run))) throw servedByAnother()
  await run(endWithServer)
  await run(waitBriefly)
  if (version > 0) await run(stopWriters)
  for (const step of steps.slice(version)) await run(step)
  await run("UPDATE warren SET version = $1", [schemaVersion])
}

/** Data that was restored, copied, or failed over begins a new epoch. */
export async function nameEpoch(connection: Connection): Promise<void> {
  await connection.run(
    `UPDATE warren SET epoch = $1, place = warren_place(), timeline = warren_timeline()
     WHERE epoch = '' OR place <> warren_place() OR timeline <> warren_timeline()`,
    [newEpoch()],
  )
}

async function checkServer(run: Run): Promise<void> {
  const [row] = await run<{ number: string; version: string; encoding: string; planning: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,
       current_setting('server_encoding') AS encoding, current_setting('plan_cache_mode') AS planning`,
  )
  const { number, version, encoding, planning } = row ?? {}
  if (!(Number(number) >= versionMin)) {
    const needed = "Warren needs version 13 or newer, so upgrade it, or use another"
    throw new OperatorError(`DATABASE_URL leads to PostgreSQL ${version}: ${needed}.`)
  }
  // One that it asks for with each connection.
  if (planning !== sessionSettings.plan_cache_mode) throw new OperatorError(notPassedOn)
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

/** A move into the database marks it until it has ended; a move out of it marks it for good. */
async function checkMoves(run: Run, use: Use): Promise<void> {
  const [found] = await run<{ isPart: boolean; isMoved: boolean }>(
    `SELECT to_regclass('warren_copy') IS NOT NULL AS "isPart", to_regclass('warren_moved') IS NOT NULL AS "isMoved"`,
  )
  if (found?.isPart) {
    throw new OperatorError(
      "The database of DATABASE_URL holds a part of the data that is moved into it: run that command again, to its end.",
    )
  }
  if (found?.isMoved && use !== "reading") {
    throw new OperatorError(
      "The data of this DATABASE_URL was moved to a folder: start without DATABASE_URL. To serve it from here again, as it was then, drop the table warren_moved.",
    )
  }
}

const changedSchema = "the database has another schema by now"

/** Call it in a transaction, once nobody can change it any more. */
export const checkVersion = `
  DO $$ BEGIN
    IF (SELECT version <> ${schemaVersion} FROM warren) THEN
      RAISE EXCEPTION '${changedSchema}' USING ERRCODE = '${sqlState.otherVersion}';
    END IF;
  END $$`

/** What such a transaction fails with, of one that only reads. */
export function otherVersion(): PostgresFailure {
  const state = sqlState.otherVersion
  return new PostgresFailure(changedSchema, { code: `SQLSTATE_${state}`, state })
}

/** The error of a server that went on while another one changed the schema. */
export function outdated(): OperatorError {
  return new OperatorError(
    "Another version of Warren has changed the schema of the database of DATABASE_URL, so this one ends: start that version.",
  )
}

function servedByAnother(): OperatorError {
  return new OperatorError(
    "The database of DATABASE_URL is served by another version of Warren: use that one's command.",
  )
}

function newer(version: number): OperatorError {
  const known = `schema ${version}, this one knows ${schemaVersion}`
  return new OperatorError(`The database of DATABASE_URL was written by a newer Warren (${known}): start that version.`)
}

/**
 * A database belongs to one server, or to several that hear each other: otherwise none of
 * them would tell its members what another has stored. A connection holds the lock for its
 * life, alone or shared, so a `kill -9` releases it; after a lost connection the lock is
 * taken again.
 */
import { minuteMs } from "../../contract/durations.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import { Connection, PostgresFailure } from "./connection.ts"
import { type Peers, serversBy } from "./servers.ts"

/** Of 32 bits, and nobody else's: "Warr". */
const key = 0x57617272

/** Another lock: servers that start at the same moment prepare the data one after the other. */
const startKey = key + 1

/** A connection that has it takes it once more, which changes nothing. */
const queries = {
  alone: `SELECT pg_try_advisory_lock(${key}) AS held`,
  shared: `SELECT pg_try_advisory_lock_shared(${key}) AS held`,
} as const

/** Of 64 bits, and nobody else's: "Accounts" without its middle. Whoever changes accounts holds it meanwhile. */
export const accountsKey = 71_949_611_594_868

interface LockOptions {
  /** Where it is, for people. */
  readonly place: string
  readonly as: keyof typeof queries
  readonly onFailure: (cause: unknown) => void
  /** The other servers that share it, where anybody needs to know them. */
  readonly peers?: Peers | undefined
  /** Called when this server may not join the others: it lost its lock, and they came meanwhile. */
  readonly onLost?: ((cause: unknown) => void) | undefined
}

export interface HeldLock {
  /** Throws an OperatorError where it may not join the servers that are there. */
  readonly check: () => Promise<void>
  /** Announces this server to the others, once the schema is right. Throws an OperatorError where it may not join. */
  readonly announce: () => Promise<void>
  readonly release: () => Promise<void>
}

const { living, meetServers, refusalBy } = serversBy(key)

const startMs = minuteMs
/** A server that hangs in the middle holds the others up for half of their patience. */
const startLock = `
  SET LOCAL idle_in_transaction_session_timeout = 30000; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;
  SELECT pg_advisory_xact_lock(${startKey})`

const lookIntervalMs = 2_000
/** How long a start waits for a server that is being stopped. */
const patienceMs = 3_000
const retryMs = 100

/** Throws an OperatorError when another server has it. */
export async function lockDatabase(url: string, options: LockOptions): Promise<HeldLock> {
  const { peers } = options
  const connection = new Connection(url)
  try {
    await take(connection, options)
  } catch (cause) {
    await connection.close()
    throw cause
  }
  const check = async () => {
    const refusal = peers && (await refusalBy(connection, peers))
    if (refusal !== undefined) throw refusal
  }
  let isAnnounced = false
  const looking = setInterval(() => void look(connection, options, () => isAnnounced), lookIntervalMs)
  const announce = async () => {
    if (peers === undefined) return
    const refusal = await meetServers(connection, peers)
    if (refusal !== undefined) throw refusal
    isAnnounced = true
  }
  const release = () => {
    clearInterval(looking)
    return connection.close()
  }
  return { check, announce, release }
}

/** Whether any server holds it. */
export async function isServed(run: Connection["run"]): Promise<boolean> {
  const [row] = await run<{ isServed: boolean }>(`SELECT EXISTS (${living}) AS "isServed"`)
  return row?.isServed === true
}

/** Runs `prepare` while no other server does. */
export async function oneAfterTheOther(url: string, prepare: () => Promise<void>): Promise<void> {
  const connection = new Connection(url)
  try {
    await connection.transact(startMs, async (run) => {
      await run(startLock)
      await prepare()
    })
  } finally {
    await connection.close()
  }
}

const remedies = {
  alone: "stop it, or give this one a DATABASE_URL of its own",
  shared: "it is not one of several, so stop it, or give it REDIS_URL too",
} as const satisfies Record<LockOptions["as"], string>

/** Waits a little for it. */
async function take(connection: Connection, { place, as }: LockOptions): Promise<void> {
  const startedMs = performance.now()
  while (!(await isHeld(connection, as))) {
    if (performance.now() - startedMs >= patienceMs)
      throw new OperatorError(`Another Warren is using the database at ${place}: ${remedies[as]}.`)
    await Bun.sleep(retryMs)
  }
}

async function isHeld(connection: Connection, as: LockOptions["as"]): Promise<boolean> {
  const [row] = await connection.run<{ held: boolean }>(queries[as])
  return row?.held === true
}

/** Whoever needs the database reports that it cannot be reached. */
async function look(connection: Connection, options: LockOptions, isAnnounced: () => boolean): Promise<void> {
  const { place, as, peers, onFailure, onLost } = options
  try {
    if (!(await isHeld(connection, as)))
      return onFailure(new PostgresFailure(`Another Warren uses the database at ${place}`, { code: "POSTGRES_TAKEN" }))
    const refusal = peers && isAnnounced() ? await meetServers(connection, peers) : undefined
    if (refusal !== undefined) onLost?.(refusal)
  } catch {}
}

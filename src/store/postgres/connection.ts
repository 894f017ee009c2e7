/**
 * One connection to PostgreSQL, opened when first needed and again after it failed.
 *
 * No driver gives up on a query whose answer does not come: a cut cable says nothing. So
 * each query has a deadline, and a connection that missed it, or that leads to a server
 * which became a standby, is thrown away with everything that waits on it.
 */
import { ChatError } from "../../contract/errors.ts"
import { codeOf, OperatorError, reasonOf } from "../../observe/operator-error.ts"

/** For an answer. */
const answerMs = 5_000
/** PostgreSQL itself gives up a little earlier, so the outcome of the query is known. */
const [statementShare, lockShare] = [0.9, 0.8]
const connectTimeoutS = 3

/**
 * Every query here follows an index, also on tables that were empty when it was planned; READ COMMITTED lets a statement
 * see what was committed before the lock that the one before it took.
 */
export const sessionSettings = {
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  jit: "off",
  plan_cache_mode: "force_generic_plan",
  default_transaction_isolation: "read committed",
  // What is acknowledged is on disk, and at every standby that is to be waited for, whatever the database's own default.
  synchronous_commit: "on",
  // PostgreSQL lets go of what a server held that vanished without a word, in about 25 s instead of two hours.
  tcp_keepalives_idle: "10",
  tcp_keepalives_interval: "5",
  tcp_keepalives_count: "3",
  application_name: "warren",
} as const

/** Of a pooler that leaves them out, or refuses them. It would lend the connection that holds a lock to others, too. */
export const notPassedOn =
  "DATABASE_URL leads to a pooler, such as PgBouncer, that does not pass on what a connection is set to: let it lead to PostgreSQL itself."

/** PostgreSQL's own (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
export const sqlState = {
  uniqueViolation: "23505",
  serializationFailure: "40001",
  deadlock: "40P01",
  lockTimeout: "55P03",
  /** Warren's own: another version of it has changed the schema. */
  otherVersion: "WV001",
} as const

/** The connection is useless: the server is shutting down, became a standby, or is one. */
const spoiling = ["25006", "55000", "57P01", "57P02", "57P03"]

type Value = string | number | null

/** `code` is SQLSTATE_ and PostgreSQL's own, or the driver's. It holds no password: the driver's messages name none. */
export class PostgresFailure extends Error {
  override readonly name = "PostgresFailure"
  readonly code: string
  readonly state: string | undefined

  constructor(message: string, { code, state, ...options }: ErrorOptions & { code: string; state?: string }) {
    super(message, options)
    this.code = code
    this.state = state
  }
}

export class Connection {
  readonly #url: string
  readonly #deadlineMs: number
  #client: Bun.SQL | undefined
  #isClosed = false

  constructor(url: string, { deadlineMs = answerMs }: { readonly deadlineMs?: number } = {}) {
    this.#url = url
    this.#deadlineMs = deadlineMs
  }

  /** Throws a PostgresFailure. After one without a `state` it is not known whether the query had its effect. */
  async run<Row>(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    return this.#within(this.#deadlineMs, async (client) => [...(await client.unsafe(sql, [...values]))])
  }

  /** Commits what `work` ran, or nothing if it throws. For long work; batches are one call each. */
  async transact<T>(ms: number, work: (run: Connection["run"]) => Promise<T>): Promise<T> {
    return this.#within(ms, (client) =>
      client.begin((transaction) =>
        work(async (sql, values = []) => [...(await transaction.unsafe(sql, [...values]))]),
      ),
    )
  }

  async #within<T>(ms: number, work: (client: Bun.SQL) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new PostgresFailure("The connection was closed", { code: "POSTGRES_CLOSED" })
    this.#client ??= open(this.#url, this.#deadlineMs)
    const client = this.#client
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(tooLate(ms)), ms)
    try {
      return await Promise.race([work(client), late.promise])
    } catch (cause) {
      const failure = failureOf(cause)
      if (failure instanceof PostgresFailure && !isUsableAfter(failure)) this.#discard(client)
      throw failure
    } finally {
      clearTimeout(timer)
    }
  }

  /** For good: whoever is in the middle of something does not connect once more. */
  async close(): Promise<void> {
    this.#isClosed = true
    const client = this.#client
    this.#client = undefined
    await client?.close({ timeout: 1 })
  }

  /** Everything else that waits on it fails at once. */
  #discard(client: Bun.SQL): void {
    if (this.#client === client) this.#client = undefined
    client.close({ timeout: 0 }).catch(() => {})
  }
}

function open(url: string, deadlineMs: number): Bun.SQL {
  return new Bun.SQL({
    url,
    adapter: "postgres",
    // Otherwise a PGDATABASE of the environment would win over the URL.
    ...databaseOf(url),
    max: 1,
    connectionTimeout: connectTimeoutS,
    connection: {
      ...sessionSettings,
      statement_timeout: `${Math.round(statementShare * deadlineMs)}`,
      lock_timeout: `${Math.round(lockShare * deadlineMs)}`,
    },
  })
}

function databaseOf(url: string): { database?: string } {
  const database = decodeURIComponent(new URL(url).pathname.slice(1))
  return database === "" ? {} : { database }
}

function tooLate(ms: number): PostgresFailure {
  return new PostgresFailure(`PostgreSQL did not answer within ${ms / 1_000} s`, { code: "POSTGRES_DEADLINE" })
}

function isUsableAfter({ state }: PostgresFailure): boolean {
  return state !== undefined && !spoiling.includes(state)
}

/** A refusal or an operator's mistake that the work itself found is passed on unchanged. */
function failureOf(cause: unknown): PostgresFailure | OperatorError | ChatError {
  if (cause instanceof PostgresFailure || cause instanceof OperatorError || cause instanceof ChatError) return cause
  if (cause instanceof Bun.SQL.PostgresError && cause.errno !== undefined)
    return new PostgresFailure(cause.message, { cause, code: `SQLSTATE_${cause.errno}`, state: cause.errno })
  return new PostgresFailure(reasonOf(cause), {
    cause,
    code: codeOf(cause) ?? "POSTGRES_UNEXPECTED",
  })
}

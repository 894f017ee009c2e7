/** Opens a database, or says in one sentence why it cannot be used. No sentence contains its password. */
import type { ChatStore } from "../../chat/store.ts"
import { isDiskFull, OperatorError, reasonOf } from "../../observe/operator-error.ts"
import { Connection, notPassedOn, PostgresFailure, sqlState } from "./connection.ts"
import { type HeldLock, lockDatabase, oneAfterTheOther } from "./lock.ts"
import { migrate, nameEpoch } from "./migrate.ts"
import { placeOf } from "./place.ts"
import type { Peers } from "./servers.ts"
import { PostgresStore, type PostgresStoreOptions } from "./store.ts"

interface PostgresOptions extends Omit<PostgresStoreOptions, "reader" | "writer" | "release"> {
  /**
   * `true`: no other server may use the database. `false`: no server that is alone. A tool that is no server leaves it
   * out.
   */
  readonly isAlone?: boolean
  /** The others, where it is one of several. */
  readonly peers?: Peers
  /** Called before it is used, by one server after the other. */
  readonly prepare?: (store: ChatStore) => Promise<void>
  /** For the answer to a query. */
  readonly deadlineMs?: number
}

/** Brings the database to this version's schema first. Throws an OperatorError. */
export async function openPostgresStore(
  url: string,
  { isAlone, peers, prepare, deadlineMs, ...options }: PostgresOptions,
): Promise<ChatStore> {
  const connect = () => new Connection(url, { ...(deadlineMs && { deadlineMs }) })
  const [reader, writer] = [connect(), connect()]
  return explained(url, async () => {
    let held: HeldLock | undefined
    const release = async () => held?.release()
    try {
      // First, so that a server that is refused does not touch the schema.
      if (isAlone !== undefined) {
        const { onFailure, onLost } = options
        held = await lockDatabase(url, {
          place: placeOf(url),
          as: isAlone ? "alone" : "shared",
          peers,
          onFailure,
          onLost,
        })
        await held.check()
      }
      await migrate(writer, isAlone === undefined ? "beside" : "serving")
      await nameEpoch(writer)
      const store = new PostgresStore({ ...options, reader, writer, release })
      await store.look()
      if (held !== undefined || prepare !== undefined)
        await oneAfterTheOther(url, async () => {
          await held?.announce()
          await prepare?.(store)
        })
      return store
    } catch (cause) {
      await Promise.all([reader.close(), writer.close(), release()])
      throw cause
    }
  })
}

/** Turns every failure into a sentence, except those that the caller reports. */
export async function explained<T>(
  url: string,
  use: () => Promise<T>,
  isForCaller: (cause: unknown) => boolean = () => false,
): Promise<T> {
  try {
    return await use()
  } catch (cause) {
    if (cause instanceof OperatorError || isForCaller(cause)) throw cause
    throw new OperatorError(whyUnusable(url, cause), { cause })
  }
}

/** Never with the password. */
export function whyUnusable(url: string, cause: unknown): string {
  const place = placeOf(url)
  if (isDiskFull(cause)) return `The disk of PostgreSQL at ${place} is full: free some space.`
  if (/\bstartup parameter\b/.test(reasonOf(cause))) return notPassedOn
  const state = cause instanceof PostgresFailure ? cause.state : undefined
  switch (state) {
    case "28P01":
    case "28000":
      if (/\bpg_hba\.conf\b/.test(reasonOf(cause))) return whyNotLetIn(url)
      return `PostgreSQL at ${place} refused the user or the password of DATABASE_URL.`
    case "3D000":
      return `PostgreSQL at ${place} has no such database: make it with createdb, or change DATABASE_URL.`
    case "42501":
      return `The user of DATABASE_URL may not make or use tables at ${place}: let it own the database and what is in it.`
    case "25006":
    case "55000":
      return `PostgreSQL at ${place} takes no writes: let DATABASE_URL lead to the primary, or see what made it read-only (some services do that when its disk is full).`
    case sqlState.lockTimeout:
      return `Somebody holds tables at ${place}, such as pg_dump or another server: start again when that has ended.`
    case "53300":
      return `PostgreSQL at ${place} takes no more connections: raise max_connections, or the limit of the user or the database. Each Warren needs up to six.`
    default:
      return `PostgreSQL at ${place} cannot be used: ${reasonOf(cause).replace(/\.$/, "")}. Check DATABASE_URL, and whether it runs.`
  }
}

function whyNotLetIn(url: string): string {
  const isEncrypted = /^(require|verify-.+)$/.test(new URL(url).searchParams.get("sslmode") ?? "")
  return isEncrypted
    ? `PostgreSQL at ${placeOf(url)} has no line in its pg_hba.conf that lets this user in from here: add one.`
    : `PostgreSQL at ${placeOf(url)} lets this user in from here with encryption at most: add ?sslmode=verify-full to DATABASE_URL, or a line to its pg_hba.conf.`
}

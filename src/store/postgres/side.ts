/** A PostgreSQL database as one end of a move. While it is being filled, a table in it says with what. */
import type { Counts } from "../../chat/store.ts"
import { minuteMs } from "../../contract/durations.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import type { Source, Target } from "../move/sides.ts"
import { allTables, namesOf, type Row, type Table } from "../move/tables.ts"
import { Connection, PostgresFailure } from "./connection.ts"
import { lockDatabase } from "./lock.ts"
import { migrate, nameEpoch } from "./migrate.ts"
import { explained } from "./open.ts"
import { placeOf } from "./place.ts"
import { readCounts } from "./totals.ts"

/** For a step over a whole table. */
const longMs = 10 * minuteMs

/** Throws an OperatorError when it cannot be used, or is used. */
export async function postgresSource(url: string): Promise<Source> {
  return explained(url, async () => {
    const {
      connection,
      place,
      close,
      prepared: epoch,
    } = await enter(url, async (entered) => {
      await migrate(entered, "reading")
      await nameEpoch(entered)
      const [life] = await entered.run<{ epoch: string }>("SELECT epoch FROM warren")
      return life?.epoch ?? ""
    })
    return {
      place,
      epoch,
      rows: (table, after, limit) => explained(url, () => readRows(connection, table, after, limit)),
      counts: () => explained(url, () => readCounts(connection)),
      retire: () => explained(url, () => retire(connection)),
      close,
    }
  })
}

/** Throws an OperatorError when it cannot be used, or is used. */
export async function postgresTarget(url: string): Promise<Target> {
  return explained(url, async () => {
    const { connection, place, close } = await enter(url, (entered) => migrate(entered, "filling"))
    return {
      place,
      rows: (table, after, limit) => explained(url, () => readRows(connection, table, after, limit)),
      begin: (epoch) => explained(url, () => begin(connection, place, epoch)),
      lastKey: (table) => explained(url, () => lastKey(connection, table)),
      clear: ({ name }) => explained(url, async () => void (await connection.run(`TRUNCATE ${name}`))),
      write: (table, rows) => explained(url, () => write(connection, table, rows), isOfRows),
      finish: (epoch, counts) => explained(url, () => finish(connection, epoch, counts)),
      close,
    }
  })
}

async function lastKey(connection: Connection, { name }: Table): Promise<number> {
  const [row] = await connection.run<{ pk: number }>(`SELECT coalesce(max(pk), 0)::float8 AS pk FROM ${name}`)
  return row?.pk ?? 0
}

async function write(connection: Connection, table: Table, rows: readonly Row[]): Promise<void> {
  await connection.run(insertOf(table), [JSON.stringify(rows)])
}

/**
 * A server that is started with it by mistake is told; one that is meant to use it finds that its data began another
 * epoch.
 */
function retire(connection: Connection): Promise<void> {
  return connection.transact(longMs, async (run) => {
    await run("UPDATE warren SET epoch = ''")
    await run("CREATE TABLE IF NOT EXISTS warren_moved ()")
  })
}

/** Classes 22 and 23: the rows themselves are wrong, and no database accepts them. */
function isOfRows(cause: unknown): boolean {
  return cause instanceof PostgresFailure && /^2[23]/.test(cause.state ?? "")
}

function finish(connection: Connection, epoch: string, counts: Counts): Promise<void> {
  return connection.transact(longMs, async (run) => {
    for (const { name } of allTables)
      await run(`SELECT setval(pg_get_serial_sequence('${name}', 'pk'), max(pk)) FROM ${name}`)
    await run("UPDATE totals SET rooms = 0, messages = 0")
    await run("UPDATE totals SET rooms = $1, messages = $2 WHERE shard = 0", [counts.rooms, counts.messages])
    await run("UPDATE warren SET epoch = $1, place = warren_place(), timeline = warren_timeline()", [epoch])
    await run("DROP TABLE warren_copy")
  })
}

/** Where `prepare` fails, nothing is held any more. */
async function enter<T>(url: string, prepare: (entered: Connection) => Promise<T>) {
  const place = `The database at ${placeOf(url)}`
  const connection = new Connection(url, { deadlineMs: minuteMs })
  const { release } = await lockDatabase(url, { place: placeOf(url), as: "alone", onFailure: () => {} })
  const close = async () => {
    await connection.close()
    await release()
  }
  try {
    return { connection, place, close, prepared: await prepare(connection) }
  } catch (cause) {
    await close()
    throw cause
  }
}

/** To empty tables, or to those that hold a part of the same data. */
async function begin(connection: Connection, place: string, epoch: string): Promise<void> {
  await connection.run("CREATE TABLE IF NOT EXISTS warren_copy (epoch text NOT NULL)")
  const [begun] = await connection.run<{ epoch: string }>("SELECT epoch FROM warren_copy")
  if (begun?.epoch === epoch) return
  if (begun !== undefined) throw new OperatorError(`${place} holds a part of other data: make an empty one.`)
  const [found] = await connection.run<{ isEmpty: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM rooms) AND NOT EXISTS (SELECT FROM users) AND NOT EXISTS (SELECT FROM accounts) AS "isEmpty"`,
  )
  if (!found?.isEmpty) {
    await connection.run("DROP TABLE warren_copy")
    throw new OperatorError(`${place} is not empty: make an empty one.`)
  }
  await connection.run("INSERT INTO warren_copy VALUES ($1)", [epoch])
}

async function readRows(connection: Connection, table: Table, after: number, limit: number): Promise<Row[]> {
  const names = namesOf(table)
  // Numbers, as int8 would be a text.
  const columns = table.columns.map(([name, type]) => (type === "integer" ? `${name}::float8 AS ${name}` : name))
  const rows = await connection.run<Record<string, string | number | null>>(
    `SELECT ${columns} FROM ${table.name} WHERE pk > $1::bigint ORDER BY ${table.name}.pk LIMIT $2::integer`,
    [after, limit],
  )
  return rows.map((row) => names.map((name) => row[name] ?? null))
}

const sqlTypes = { integer: "bigint", text: "text", uuid: "uuid" } as const

function insertOf(table: Table): string {
  const values = table.columns.map(([, type], index) => `(row->>${index})::${sqlTypes[type]}`)
  return `INSERT INTO ${table.name} (${namesOf(table)}) SELECT ${values} FROM jsonb_array_elements($1::text::jsonb) AS row`
}

/**
 * Accounts in the server's file, on a connection of their own: commands in the terminal
 * write them too, beside the server. Each transaction ends within one turn of the event
 * loop, so it never meets one of the chat; it waits for another process without blocking.
 */
import type { Database } from "bun:sqlite"
import { realpathSync } from "node:fs"
import { dirname } from "node:path"
import type { AccountStore } from "../../accounts/tables.ts"
import { codeOf } from "../../observe/operator-error.ts"
import { accountTables, type Row, type Run } from "../accounts.ts"
import { CompiledOnce } from "./compiled-once.ts"
import { type FreeBytes, spaceLeft } from "./free-disk.ts"
import { filesInPlace } from "./in-place.ts"

const lockAttemptsMax = 50
const lockRetryMs = 10

/** Of a file that is open, or was, with the schema of this version. */
export function openSqliteAccounts(path: string, freeBytes?: FreeBytes): AccountStore {
  const db = new CompiledOnce(path, { strict: true })
  db.run("PRAGMA busy_timeout = 0")
  db.run("PRAGMA synchronous = FULL")
  db.run("PRAGMA fullfsync = ON")
  db.run("PRAGMA secure_delete = ON")
  const checks = [filesInPlace(db), spaceLeft(dirname(realpathSync(path)), freeBytes)]
  const tables = accountTables(runner(db))
  const check = () => {
    for (const one of checks) one()
  }
  const inTurn = oneAfterTheOther()
  return {
    read: (work) => inTurn(() => transact(db, "BEGIN", () => work(tables))),
    write: (work) =>
      inTurn(() => {
        check()
        return transact(db, "BEGIN IMMEDIATE", () => work(tables))
      }),
    close: () => inTurn(async () => db.close()),
  }
}

/** `?1` is SQLite's own form of a numbered parameter. */
function runner(db: Database): Run {
  return async (sql, values = []) =>
    db.query<Row, (string | number | null)[]>(sql.replace(/\$(\d)/g, "?$1")).all(...values)
}

/** A connection has one transaction at a time. */
function oneAfterTheOther() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
}

async function transact<T>(db: Database, begin: string, work: () => Promise<T>): Promise<T> {
  await beginning(db, begin)
  try {
    const result = await work()
    db.run("COMMIT")
    return result
  } catch (cause) {
    if (db.inTransaction) db.run("ROLLBACK")
    throw cause
  }
}

async function beginning(db: Database, begin: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (db.inTransaction) db.run("ROLLBACK")
      db.run(begin)
      return
    } catch (cause) {
      if (codeOf(cause) !== "SQLITE_BUSY" || attempt === lockAttemptsMax) throw cause
    }
    await Bun.sleep(lockRetryMs)
  }
}

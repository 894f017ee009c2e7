/** Accounts in PostgreSQL, on a connection of their own. Writers wait for each other, on all servers. */
import type { AccountStore } from "../../accounts/tables.ts"
import { accountTables } from "../accounts.ts"
import { Connection } from "./connection.ts"
import { accountsKey } from "./lock.ts"
import { checkVersion } from "./migrate.ts"

const transactionMs = 5_000

/** A server that hangs in a transaction blocks the others no longer than this. */
const lock = `SET LOCAL idle_in_transaction_session_timeout = 4000; SELECT pg_advisory_xact_lock(${accountsKey}); ${checkVersion}`

/** The database must have the schema of this version. */
export function openPostgresAccounts(url: string): AccountStore {
  const connection = new Connection(url)
  return {
    read: (work) => work(accountTables((sql, values) => connection.run(sql, values))),
    write: (work) =>
      connection.transact(transactionMs, async (run) => {
        await run(lock)
        return work(accountTables((sql, values) => run(sql, values)))
      }),
    close: () => connection.close(),
  }
}

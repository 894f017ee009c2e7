/** What the commands about people share: the data, wherever it is, and refusals as sentences. */
import { randomSecret } from "../accounts/secrets.ts"
import type { AccountStore } from "../accounts/tables.ts"
import type { TerminalParts } from "../accounts/terminal.ts"
import { type Config, configError } from "../config.ts"
import { ChatError } from "../contract/errors.ts"
import { urlHost } from "../server/listen.ts"
import { openPostgresAccounts } from "../store/postgres/accounts.ts"
import { openPostgresStore } from "../store/postgres/open.ts"
import { openFolderAccounts } from "../store/sqlite/beside.ts"
import { tellOfUpgrade } from "./upgrade.ts"

/** Works beside a running server too. Throws an OperatorError for what is refused. */
export async function withPeople<T>(config: Config, work: (parts: TerminalParts) => Promise<T>): Promise<T> {
  process.umask(0o077)
  const store = await openPeople(config)
  const parts = {
    store,
    newSecret: randomSecret,
    newId: () => crypto.randomUUID(),
    epochMs: () => Date.now(),
    address: () => siteOf(config),
  }
  try {
    return await work(parts)
  } catch (cause) {
    if (cause instanceof ChatError) throw configError([cause.message])
    throw cause
  } finally {
    await store.close()
  }
}

async function openPeople({ databaseUrl, dataDir }: Config): Promise<AccountStore> {
  if (databaseUrl === undefined) return openFolderAccounts(dataDir, tellOfUpgrade(process.stderr))
  // Brings the database to this version's schema.
  await (await openPostgresStore(databaseUrl, { pendingMax: 1, onFailure: () => {}, address: () => "" })).close()
  return openPostgresAccounts(databaseUrl)
}

/** Where people open the page, as far as the settings tell. */
export function siteOf({ publicUrl, host, port }: Config): string {
  if (publicUrl !== undefined) return publicUrl
  return `http://${urlHost(host === "0.0.0.0" || host === "::" ? "localhost" : host)}:${port}`
}

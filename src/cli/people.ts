/** What the commands about people share: the data, wherever it is, and refusals as sentences. */
import { join } from "node:path"
import { randomSecret } from "../accounts/secrets.ts"
import type { AccountStore } from "../accounts/tables.ts"
import type { TerminalParts } from "../accounts/terminal.ts"
import type { Config } from "../config.ts"
import type { Link } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import { OperatorError } from "../observe/operator-error.ts"
import { visible } from "../observe/visible.ts"
import { urlHost } from "../server/listen.ts"
import { openPostgresAccounts } from "../store/postgres/accounts.ts"
import { PostgresFailure } from "../store/postgres/connection.ts"
import { openPostgresStore, whyUnusable } from "../store/postgres/open.ts"
import { openFolderAccounts } from "../store/sqlite/beside.ts"
import { databaseName } from "../store/sqlite/folder.ts"
import { whyNotWritten } from "../store/sqlite/trouble.ts"
import { tellOfUpgrade } from "./upgrade.ts"

/** Also works beside a running server. Throws an OperatorError for refusals. */
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
    // The names in it were typed, or came from a file: they must not control the terminal.
    if (cause instanceof ChatError) throw new OperatorError(visible(cause.message))
    const why = whyFailed(config, cause)
    throw why === undefined ? cause : new OperatorError(why, { cause })
  } finally {
    await store.close()
  }
}

/** Makes the link, and warns on standard error if it does not work yet: standard output is the link alone. */
export async function linked(parts: TerminalParts, making: Promise<Link>): Promise<Link> {
  const link = await making
  const { auth } = await parts.store.read((tables) => tables.access())
  if (auth !== "accounts")
    process.stderr.write(
      `This data was last served with AUTH=${auth}: links work once it is served with AUTH=accounts.\n`,
    )
  return link
}

/** What can fail between opening the data and writing it. */
function whyFailed({ databaseUrl, dataDir }: Config, cause: unknown): string | undefined {
  if (databaseUrl === undefined) return whyNotWritten(dataDir, join(dataDir, databaseName), cause)
  return cause instanceof PostgresFailure ? whyUnusable(databaseUrl, cause) : undefined
}

async function openPeople({ databaseUrl, dataDir }: Config): Promise<AccountStore> {
  if (databaseUrl === undefined) return openFolderAccounts(dataDir, tellOfUpgrade(process.stderr))
  // Brings the database to this version's schema, unless another one serves it.
  await (await openPostgresStore(databaseUrl, { pendingMax: 1, onFailure: () => {}, address: () => "" })).close()
  return openPostgresAccounts(databaseUrl)
}

export const aboutLinks =
  "Its address is PUBLIC_URL, or else HOST and PORT: give the command the settings that the server has."

/** Where people open the page, as far as the settings tell. */
export function siteOf({ publicUrl, host, port }: Config): string {
  if (publicUrl !== undefined) return publicUrl
  return `http://${urlHost(host === "0.0.0.0" || host === "::" ? "localhost" : host)}:${port}`
}

/**
 * By what somebody may sign in to an account: a password, the provider, passkeys. The last
 * of them stays, since whoever takes it away could not come back.
 */
import type { WaysIn } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import type { AccountsParts } from "./parts.ts"
import type { AccountRecord, AccountTables } from "./tables.ts"

/** What this server cannot take any more, since a setting has changed, is none. */
export async function waysInOf(
  { hasProvider, site }: Pick<AccountsParts, "hasProvider" | "site">,
  tables: AccountTables,
  { pk, password }: AccountRecord,
): Promise<WaysIn> {
  return {
    hasPassword: password !== null,
    hasProvider: hasProvider && (await tables.outsideIdsOf(pk)).length > 0,
    passkeys: site() === undefined ? 0 : (await tables.passkeysOf(pk)).length,
  }
}

/** Throws ERR_FORBIDDEN where none is left. */
export function checkOneLeft({ hasPassword, hasProvider, passkeys }: WaysIn): void {
  if (hasPassword || hasProvider || passkeys > 0) return
  throw new ChatError("ERR_FORBIDDEN", { message: "Nothing else signs you in: set a password first." })
}

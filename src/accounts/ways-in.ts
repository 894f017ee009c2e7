/**
 * The ways to sign in to an account: a password, the provider, passkeys. The last one
 * cannot be removed, since its owner could not come back.
 */
import type { WaysIn } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import type { AccountsParts } from "./parts.ts"
import type { AccountRecord, AccountTables } from "./tables.ts"

/** What a changed setting has switched off on this server does not count. */
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

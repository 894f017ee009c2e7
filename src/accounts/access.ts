/**
 * Data that was served to people who were known is not served to anybody under any name by
 * a forgotten setting: the change back is made by a command of its own.
 */
import type { Auth } from "../contract/accounts.ts"
import type { AccountStore } from "./tables.ts"

/** How it was served before, if it may not be served so now; else it is written down that it is. */
export async function refusedAccess(store: AccountStore, auth: Auth): Promise<Auth | undefined> {
  const before = await store.read(async (tables) => (await tables.access()).auth)
  if (before === auth) return undefined
  if (auth === "open") return before
  await store.write((tables) => tables.setAuth(auth))
  return undefined
}

/**
 * Once data was served to known people, a forgotten setting must not open it to anybody
 * under any name: to go back takes a command of its own (`warren auth open`).
 */
import type { Auth } from "../contract/accounts.ts"
import type { AccountStore } from "./tables.ts"

/** Returns the `AUTH` that the data was served with, if it may not be served with this one; else records this one. */
export async function refusedAccess(store: AccountStore, auth: Auth): Promise<Auth | undefined> {
  const before = await store.read(async (tables) => (await tables.access()).auth)
  if (before === auth) return undefined
  if (auth === "open") return before
  await store.write((tables) => tables.setAuth(auth))
  return undefined
}

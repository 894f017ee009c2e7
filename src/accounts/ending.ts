/**
 * Ends sessions, together with the links by which their owner could come back, and makes
 * every server check its sockets again. Call it within a transaction.
 */
import type { AccountTables } from "./tables.ts"

/**
 * Ends the links to other devices too: this session may have made one. Does nothing if the account has no such session.
 */
export async function endSession(tables: AccountTables, account: number, id: string): Promise<void> {
  if (!(await tables.endSession(account, id))) return
  await tables.endDeviceLinks(account)
  await tables.addRevision()
}

/** Ends all sessions of the account, or all but one, and every link that signs in to it. */
export async function endSessions(tables: AccountTables, account: number, except?: string): Promise<void> {
  await tables.endSessions(account, except)
  await tables.endLinksOf(account)
  await tables.addRevision()
}

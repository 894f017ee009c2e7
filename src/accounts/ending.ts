/**
 * How sessions end, whatever ended them: with the links by which whoever had them could be
 * back, and so that every server looks at its sockets again. Within a transaction.
 */
import type { AccountTables } from "./tables.ts"

/** And the links to other devices: that device may have made one. Nothing if the account has no such session. */
export async function endSession(tables: AccountTables, account: number, id: string): Promise<void> {
  if (!(await tables.endSession(account, id))) return
  await tables.endDeviceLinks(account)
  await tables.addRevision()
}

/** All of the account, or all but one, and every link that signs in to it. */
export async function endSessions(tables: AccountTables, account: number, except?: string): Promise<void> {
  await tables.endSessions(account, except)
  await tables.endLinksOf(account)
  await tables.addRevision()
}

/**
 * The chat's side of a new account: a user, and their first rooms. It is a transaction of
 * its own, so it stays marked as due until it is done, and is repeated if a server died in
 * between.
 */
import type { AccountsParts } from "./parts.ts"
import type { AccountRecord } from "./tables.ts"

/** Everybody whom the chat does not know yet: accounts created in the terminal, or by a server that died. */
export async function welcomeDue(parts: AccountsParts): Promise<void> {
  for (const account of await parts.store.read((tables) => tables.unknownToChat())) await welcome(parts, account)
}

export async function welcome(parts: AccountsParts, account: AccountRecord): Promise<void> {
  const { id: userId, username, dueRooms: roomIds } = account
  if (roomIds === null) return
  await parts.welcome({ userId, username, roomIds })
  await parts.store.write(async (tables) => {
    const found = await tables.accountByKey(account.pk)
    if (found !== undefined) await tables.saveAccount({ ...found, dueRooms: null })
  })
}

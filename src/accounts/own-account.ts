/** What an account shows to its owner; nothing that signs in to it. */

import type { Actor } from "../chat/account-keeper.ts"
import { timeOf } from "../contract/moment.ts"
import type { OwnDataLine } from "../contract/own-data.ts"
import { type AccountsParts, actorOf } from "./parts.ts"
import { listPasskeys } from "./passkeys.ts"
import { listSessions } from "./sessions.ts"

/** Throws ERR_UNAUTHORIZED. */
export async function ownAccount(parts: AccountsParts, actor: Actor): Promise<readonly OwnDataLine[]> {
  const account = await parts.store.read((tables) => actorOf(tables, actor, parts.epochMs()))
  const { login, role, createdAt } = account
  const [sessions, passkeys] = [await listSessions(parts, actor), await listPasskeys(parts, actor)]
  return [
    { kind: "account", login, role, createdAt: timeOf(createdAt) },
    ...sessions.map(({ id, ...session }) => ({ kind: "session" as const, ...session })),
    ...passkeys.map(({ id, ...passkey }) => ({ kind: "passkey" as const, ...passkey })),
  ]
}

/** Whose a browser's cookie is, for one that knows nobody: no script can read it, so the server is asked. */
import type { Account } from "./account.ts"
import type { Connection } from "./connection.ts"
import type { Payload } from "./wire.ts"

/** `undefined` where it is nobody's, or the server has no accounts. The login stays unknown until the next sign-in. */
export async function accountOf(connection: Connection): Promise<Account | undefined> {
  // Where somebody is known, the server says who asks.
  const reply = await connection.request("my_rooms", { limit: 1 } as Payload<"my_rooms">)
  if (!reply.ok || reply.me.role === undefined) return undefined
  const { userId, username, role } = reply.me
  return { userId, login: "", username, role }
}

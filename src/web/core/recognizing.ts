/** Finds out whose cookie a browser has: no script can read it, so the server is asked. */
import type { Account } from "./account.ts"
import { call, waysIn } from "./account-calls.ts"

/** `undefined` if it is nobody's; a server without accounts is not asked. */
export async function accountOfCookie(): Promise<Account | undefined> {
  if (!(await waysIn())?.hasAccounts) return undefined
  const answer = await call<{ user: Account }>("me", {})
  return answer.ok ? answer.user : undefined
}

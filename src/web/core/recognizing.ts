/** Whose a browser's cookie is: no script can read it, so the server is asked. */
import type { Account } from "./account.ts"
import { call, waysIn } from "./account-calls.ts"

/** `undefined` where it is nobody's, or the server has no accounts and is not asked for them. */
export async function accountOfCookie(): Promise<Account | undefined> {
  if (!(await waysIn())?.hasAccounts) return undefined
  const answer = await call<{ user: Account }>("me", {})
  return answer.ok ? answer.user : undefined
}

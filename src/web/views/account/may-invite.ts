/** Who brings people: administrators always, everybody else where the server says so. */
import { useEffect, useState } from "preact/hooks"
import type { Account } from "../../core/account.ts"
import { waysIn } from "../../core/account-calls.ts"

/** `undefined` until it is known. Whoever has no account invites nobody. */
export function useMayInvite(account: Account | undefined): boolean | undefined {
  const [doMembers, setMembers] = useState<boolean>()
  const isMember = account?.role === "member"
  useEffect(() => {
    if (isMember) void waysIn().then((ways) => setMembers(ways?.membersInvite === true))
  }, [isMember])
  return isMember ? doMembers : account !== undefined
}

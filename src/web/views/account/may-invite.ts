/** Who may invite people: administrators, and members if the server allows it. */
import { useEffect, useState } from "preact/hooks"
import type { Account } from "../../core/account.ts"
import { waysIn } from "../../core/account-calls.ts"

/** `undefined` until it is known. Without an account nobody can invite. */
export function useMayInvite(account: Account | undefined): boolean | undefined {
  const [doMembers, setMembers] = useState<boolean>()
  const isMember = account?.role === "member"
  useEffect(() => {
    if (isMember) void waysIn().then((ways) => setMembers(ways?.membersInvite === true))
  }, [isMember])
  return isMember ? doMembers : account !== undefined
}

/** The link to the first administrator's account. A server without an administrator prints a new one at each start. */
import type { Link } from "../contract/accounts.ts"
import { limits } from "../contract/limits.ts"
import { type AccountsParts, addLink } from "./parts.ts"
import { signInLink } from "./sessions.ts"

/** None where there is an administrator. */
export async function setupLink(
  parts: Pick<AccountsParts, "store" | "newSecret" | "newId" | "epochMs" | "address">,
): Promise<Link | undefined> {
  return parts.store.write(async (tables) => {
    if ((await tables.countActiveAdmins()) > 0) return undefined
    return signInLink(parts, await addLink(parts, tables, { kind: "setup", lifetimeMs: limits.setupLinkMs }))
  })
}

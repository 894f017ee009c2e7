/** What administrators do with accounts, over a socket or in the terminal. There is always an active administrator. */

import type { Actor } from "../chat/account-keeper.ts"
import { type KnownUser, type Link, loginKeyOf, type Role } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { UserId } from "../contract/values.ts"
import { endSessions } from "./ending.ts"
import { handOver } from "./owners.ts"
import { type AccountsParts, addLink, adminOf, usernameOf } from "./parts.ts"
import { signInLink } from "./sessions.ts"
import type { AccountRecord, AccountTables } from "./tables.ts"

/** What is left out stays as it is. */
export interface Change {
  readonly role?: Role | undefined
  readonly isActive?: boolean | undefined
}

export async function updateUser(
  parts: AccountsParts,
  actor: Actor,
  targetId: UserId,
  change: Change,
): Promise<KnownUser> {
  const user = await parts.store.write(async (tables) => {
    const admin = await adminOf(tables, actor, parts.epochMs())
    const target = await accountOf(tables, targetId)
    if (await changeAccount(tables, target, change))
      parts.tell("administration", "{admin} made {login} {role}, {state}.", { admin: admin.login, ...describe(target) })
    return shown(target, await usernameOf(tables, target))
  })
  parts.onChanged()
  // Also for who is activated again: they may be the only one left in a room without an owner.
  if (change.isActive !== undefined) await handOver(parts)
  return user
}

function describe({ login, role, isActive }: AccountRecord) {
  return { login, role: role === "admin" ? "an administrator" : "a member", state: isActive ? "active" : "deactivated" }
}

/** Call it within a transaction. Returns whether anything changed. Throws ERR_FORBIDDEN for the last administrator. */
export async function changeAccount(
  tables: AccountTables,
  account: AccountRecord,
  { role = account.role, isActive = account.isActive }: Change,
): Promise<boolean> {
  if (role === account.role && isActive === account.isActive) return false
  const isLowered = account.role === "admin" && account.isActive && !(role === "admin" && isActive)
  if (isLowered && (await tables.countActiveAdmins()) <= 1) throw lastAdmin()
  Object.assign(account, { role, isActive })
  await tables.saveAccount(account)
  if (!isActive) await endSessions(tables, account.pk)
  // By a link that they kept they would come back, as a new person or with a new password.
  if (isLowered || !isActive) await tables.endLinksBy(account.id)
  await tables.addRevision()
  return true
}

export function createResetLink(parts: AccountsParts, actor: Actor, targetId: UserId): Promise<Link> {
  return parts.store.write(async (tables) => {
    const admin = await adminOf(tables, actor, parts.epochMs())
    const target = await accountOf(tables, targetId)
    const link = await resetLink(parts, tables, target, admin.id)
    const logins = { admin: admin.login, login: target.login }
    parts.tell("administration", "{admin} made a link to a new password for {login}.", logins)
    return link
  })
}

/** Call it within a transaction. Throws ERR_FORBIDDEN for a deactivated account, whom no link would let in. */
export async function resetLink(
  parts: Pick<AccountsParts, "newSecret" | "newId" | "epochMs" | "address">,
  tables: AccountTables,
  account: AccountRecord,
  creatorId: UserId | null,
): Promise<Link> {
  if (!account.isActive)
    throw new ChatError("ERR_FORBIDDEN", { message: "This account is deactivated: activate it first." })
  const draft = { kind: "reset", account: account.pk, creatorId, lifetimeMs: limits.resetLinkMs } as const
  return signInLink(parts, await addLink(parts, tables, draft))
}

/** By login, after one. */
export function listAccounts(
  { store, epochMs }: AccountsParts,
  actor: Actor,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<{ readonly users: KnownUser[]; readonly hasMore: boolean }> {
  return store.read(async (tables) => {
    await adminOf(tables, actor, epochMs())
    const people = await tables.people(loginKeyOf(after ?? ""), limit + 1)
    const users = people.slice(0, limit).map(({ account, username }) => shown(account, username))
    return { users, hasMore: people.length > limit }
  })
}

async function accountOf(tables: AccountTables, id: UserId): Promise<AccountRecord> {
  const account = await tables.accountById(id)
  if (account === undefined)
    throw new ChatError("ERR_NOT_FOUND", {
      message: "There is no account with this userId.",
      details: { field: "targetId" },
    })
  return account
}

export function shown({ id, login, role, isActive }: AccountRecord, username: string): KnownUser {
  return { userId: id, login, username, role, isActive }
}

function lastAdmin(): ChatError {
  return new ChatError("ERR_FORBIDDEN", { message: "This is the last administrator: make another one first." })
}

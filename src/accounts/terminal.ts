/**
 * What the operator does with accounts in the terminal: the same rules as for
 * administrators, without an account. It works beside a running server, which notices the
 * changes by a counter that each of them raises.
 */
import { type KnownUser, type Link, loginKeyOf, type Role } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { type AccountsParts, addLink, usernameOf } from "./parts.ts"
import { type Change, changeAccount, resetLink, shown } from "./people.ts"
import { signInLink } from "./sessions.ts"
import { newAccount } from "./sign-in.ts"
import type { AccountRecord, AccountTables } from "./tables.ts"

export type TerminalParts = Pick<AccountsParts, "store" | "newSecret" | "newId" | "epochMs" | "address">

/** How many are read at a time. */
const pageLength = 500

export async function listPeople({ store }: TerminalParts): Promise<KnownUser[]> {
  const all: KnownUser[] = []
  for (let after = ""; ; ) {
    const page = await store.read((tables) => tables.people(after, pageLength))
    all.push(...page.map(({ account, username }) => shown(account, username)))
    if (page.length < pageLength) return all
    after = page.at(-1)?.account.loginKey ?? after
  }
}

interface NewPerson {
  readonly login: string
  readonly username: string
  readonly role: Role
}

/** The link is for choosing a password. ERR_CONFLICT. */
export function addPerson(parts: TerminalParts, { login, username, role }: NewPerson): Promise<Link> {
  return parts.store.write(async (tables) => {
    const account = await newAccount(parts, tables, { login, username, password: null, role })
    // A running server makes the chat know them.
    await tables.addRevision()
    return resetLink(parts, tables, account, null)
  })
}

/** ERR_NOT_FOUND, and ERR_FORBIDDEN for the last administrator. */
export function changePerson({ store }: TerminalParts, login: string, change: Change): Promise<KnownUser> {
  return store.write(async (tables) => {
    const account = await accountNamed(tables, login)
    await changeAccount(tables, account, change)
    return shown(account, await usernameOf(tables, account))
  })
}

/** ERR_NOT_FOUND, and ERR_FORBIDDEN for a deactivated account. */
export function resetPerson(parts: TerminalParts, login: string): Promise<Link> {
  return parts.store.write(async (tables) => {
    const account = await accountNamed(tables, login)
    if (account.isActive) return resetLink(parts, tables, account, null)
    throw new ChatError("ERR_FORBIDDEN", {
      message: `${account.login} is deactivated: "warren user activate ${account.login}" lets them in again.`,
    })
  })
}

/** Signs in whoever opens it, up to so many times. ERR_NOT_FOUND. */
export function deviceLinkOf(
  parts: TerminalParts,
  login: string,
  { uses, lifetimeMs }: { readonly uses: number; readonly lifetimeMs: number },
): Promise<Link> {
  return parts.store.write(async (tables) => {
    const { pk } = await accountNamed(tables, login)
    return signInLink(parts, await addLink(parts, tables, { kind: "device", account: pk, uses, lifetimeMs }))
  })
}

interface Wanted {
  readonly roomId: RoomId | undefined
  /** The earlier user that its user becomes; the invite then works once. */
  readonly userId: UserId | undefined
  readonly uses: number
  readonly expiresInMs: number
}

/** ERR_NOT_FOUND for a room or a user that is not there, ERR_CONFLICT for a user who has an account. */
export function inviteFromTerminal(parts: TerminalParts, { roomId, userId, uses, expiresInMs }: Wanted): Promise<Link> {
  return parts.store.write(async (tables) => {
    if (roomId !== undefined && (await tables.roomName(roomId)) === undefined)
      throw new ChatError("ERR_NOT_FOUND", { message: `There is no room ${roomId} that people can be invited to.` })
    if (userId !== undefined) await checkEarlier(tables, userId)
    const draft = { kind: "invite", roomId: roomId ?? null, userId: userId ?? null, lifetimeMs: expiresInMs } as const
    return signInLink(parts, await addLink(parts, tables, { ...draft, uses: userId === undefined ? uses : 1 }))
  })
}

/** Who people are no longer matters: the data may be served to anybody under any name. */
export function openAccess({ store }: TerminalParts): Promise<void> {
  return store.write((tables) => tables.setAuth("open"))
}

async function checkEarlier(tables: AccountTables, userId: UserId): Promise<void> {
  if ((await tables.accountById(userId)) !== undefined)
    throw new ChatError("ERR_CONFLICT", {
      message: `The user ${userId} has an account already: "warren user list" lists all.`,
    })
  if ((await tables.usernameOf(userId)) === undefined)
    throw new ChatError("ERR_NOT_FOUND", {
      message: `There is no user ${userId}: --as takes the userId that somebody had before.`,
    })
}

async function accountNamed(tables: AccountTables, login: string): Promise<AccountRecord> {
  const account = (await tables.accountByLogin(loginKeyOf(login))) ?? (await tables.accountById(login as UserId))
  if (account !== undefined) return account
  throw new ChatError("ERR_NOT_FOUND", { message: `Nobody has the login ${login}: "warren user list" lists all.` })
}

/**
 * Signing in, joining by a link, and links that sign in. Each ends in a new session, whose
 * token is told once. What takes time, such as hashing a password, is done outside the
 * transaction, which then checks that nothing has changed.
 */
import { type Call, type CallPayload, loginKeyOf, type WaysIn } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { UserId } from "../contract/values.ts"
import { endSession, endSessions } from "./ending.ts"
import {
  type AccountsParts,
  guessed,
  isGood,
  isOpen,
  isValid,
  notValid,
  signedOut,
  usernameOf,
  type Visitor,
} from "./parts.ts"
import { hashOf, newToken } from "./secrets.ts"
import type { AccountRecord, AccountTables, LinkRecord } from "./tables.ts"
import { waysInOf } from "./ways-in.ts"
import { welcome } from "./welcome.ts"

/** Only its holder knows the `token` from here on. */
export interface Entered {
  readonly token: string
  readonly account: AccountRecord
  readonly username: string
}

type Wanted<C extends Call> = Omit<CallPayload<C>, "as">

export async function signIn(parts: AccountsParts, wanted: Wanted<"sign-in">, visitor: Visitor): Promise<Entered> {
  const loginKey = loginKeyOf(wanted.login)
  const attempt = parts.attempts.begin({ login: loginKey, address: visitor.address }, parts.elapsedMs())
  const account = await parts.store.read((tables) => tables.accountByLogin(loginKey))
  const isRight = await parts.passwords.isRight(wanted.password, account?.password ?? null).catch((error) => {
    attempt.giveBack()
    throw error
  })
  if (account === undefined || !isRight) throw refused(parts, visitor)
  attempt.giveBack()
  return enter(parts, visitor, async (tables) => {
    const found = await tables.accountByKey(account.pk)
    // It may have changed during the comparison.
    if (found?.password !== account.password) throw refused(parts, visitor)
    return found
  })
}

export async function join(parts: AccountsParts, wanted: Wanted<"join">, visitor: Visitor): Promise<Entered> {
  const hash = hashOf(wanted.invite)
  const attempt = parts.attempts.beginCode(visitor.address, parts.elapsedMs())
  const { link, holder } = await parts.store.read(async (tables) => ({
    link: await tables.linkByHash(hash),
    holder: await tables.accountByLogin(loginKeyOf(wanted.login)),
  }))
  if (link === undefined || !isForNewcomers(link)) throw guessed(parts, visitor.address, "invite")
  attempt.giveBack()
  // The answer to an earlier attempt of the same join was lost.
  if (holder?.linkId === link.id) return signIn(parts, wanted, visitor)
  if (!isOpen(link, parts.epochMs())) throw notValid("invite")
  if (holder !== undefined) throw taken()
  const password = await parts.passwords.hash(wanted.password)
  try {
    return await enter(parts, visitor, (tables) => create(parts, tables, hash, wanted, password))
  } catch (error) {
    if (error instanceof AlreadyJoined) return signIn(parts, wanted, visitor)
    throw error
  }
}

/** By the same link at the same moment. */
class AlreadyJoined extends ChatError {
  constructor() {
    super("ERR_CONFLICT")
  }
}

async function create(
  parts: AccountsParts,
  tables: AccountTables,
  hash: string,
  { login, username }: Wanted<"join">,
  password: string,
): Promise<AccountRecord> {
  const at = parts.epochMs()
  const link = await tables.linkByHash(hash)
  const holder = await tables.accountByLogin(loginKeyOf(login))
  if (link !== undefined && holder?.linkId === link.id) throw new AlreadyJoined()
  if (link === undefined || !(await isGood(tables, link, at))) throw notValid("invite")
  if (holder !== undefined) throw taken()
  if (link.kind === "setup" && (await tables.countActiveAdmins()) > 0) throw notValid("invite")
  if (link.userId !== null && (await tables.accountById(link.userId)) !== undefined) throw notValid("invite")
  await tables.useLink(link.id)
  const role = link.kind === "setup" ? "admin" : "member"
  const account = await newAccount(parts, tables, { login, username, password, role, link })
  parts.tell("account", "{login} joined as {role}.", { login, role })
  return account
}

interface NewAccount extends Pick<AccountRecord, "login" | "username" | "password" | "role"> {
  readonly link?: LinkRecord
}

/** Within a transaction. Throws ERR_CONFLICT. */
export async function newAccount(
  { newId, epochMs }: Pick<AccountsParts, "newId" | "epochMs">,
  tables: AccountTables,
  { login, username, password, role, link }: NewAccount,
): Promise<AccountRecord> {
  const loginKey = loginKeyOf(login)
  if ((await tables.accountByLogin(loginKey)) !== undefined) throw taken()
  const general = await tables.firstRoom()
  const rooms = [general, link?.roomId ?? undefined].filter((id) => id !== undefined)
  const account: AccountRecord = {
    pk: 0,
    id: link?.userId ?? (newId() as UserId),
    login,
    loginKey,
    username,
    password,
    role,
    isActive: true,
    linkId: link?.id ?? null,
    dueRooms: [...new Set(rooms)],
    createdAt: epochMs(),
  }
  account.pk = await tables.addAccount(account)
  return account
}

export async function redeem(parts: AccountsParts, wanted: Wanted<"redeem">, visitor: Visitor): Promise<Entered> {
  const hash = hashOf(wanted.code)
  const attempt = parts.attempts.beginCode(visitor.address, parts.elapsedMs())
  const link = await parts.store.read((tables) => tables.linkByHash(hash))
  if (link === undefined || !isOpen(link, parts.epochMs()) || isForNewcomers(link))
    throw guessed(parts, visitor.address)
  attempt.giveBack()
  const password = link.kind === "reset" ? await parts.passwords.hash(needed(wanted.password)) : undefined
  const admit = async (tables: AccountTables) => {
    const found = await tables.linkByHash(hash)
    if (found?.account === undefined || found.account === null || !isOpen(found, parts.epochMs())) throw notValid()
    const account = await tables.accountByKey(found.account)
    if (account === undefined) throw notValid()
    await tables.useLink(found.id)
    if (password !== undefined) await reset(tables, account, password)
    const how = password === undefined ? "signed in on another device" : "chose a new password"
    const { login } = account
    parts.tell("account", "{login} {how} by a link, from {address}.", { login, how, address: visitor.address })
    return account
  }
  return enter(parts, visitor, admit, password !== undefined)
}

async function reset(tables: AccountTables, account: AccountRecord, password: string): Promise<void> {
  account.password = password
  await tables.saveAccount(account)
  await endSessions(tables, account.pk)
  // Somebody else who got into the account may have added some.
  await tables.removePasskeys(account.pk)
  await tables.removeOutsideIds(account.pk, account.createdAt)
}

/** What a link is for, without using it. */
export async function peek(parts: AccountsParts, { code }: Wanted<"peek">, { address }: Visitor) {
  const attempt = parts.attempts.beginCode(address, parts.elapsedMs())
  return parts.store.read(async (tables) => {
    const link = await tables.linkByHash(hashOf(code))
    if (link === undefined || !(await isGood(tables, link, parts.epochMs()))) throw guessed(parts, address)
    attempt.giveBack()
    const account = link.account === null ? undefined : await tables.accountByKey(link.account)
    const whose = account?.id ?? link.creatorId
    const username = whose === null ? undefined : ((await tables.usernameOf(whose)) ?? account?.username)
    const roomName = link.roomId === null ? undefined : await tables.roomName(link.roomId)
    return { kind: link.kind, ...(username !== undefined && { username }), ...(roomName !== undefined && { roomName }) }
  })
}

/** Who has a session's token, and how they may come in. Throws ERR_UNAUTHORIZED. */
export function whose(
  parts: AccountsParts,
  token: string,
): Promise<Omit<Entered, "token"> & { readonly waysIn: WaysIn }> {
  return parts.store.read(async (tables) => {
    const found = await tables.sessionByHash(hashOf(token))
    if (found === undefined || !isValid(found, parts.epochMs())) throw signedOut()
    const { account } = found
    const username = await usernameOf(tables, account)
    return { account, username, waysIn: await waysInOf(parts, tables, account) }
  })
}

/**
 * `admit` finds the account, or creates it, in the transaction that begins the session. `isProven`: it took something
 * that only the owner has, and not just their device.
 */
export async function enter(
  parts: AccountsParts,
  { client }: Visitor,
  admit: (tables: AccountTables) => Promise<AccountRecord>,
  isProven = true,
): Promise<Entered> {
  const token = newToken(parts.newSecret)
  const at = parts.epochMs()
  const { account, username } = await parts.store.write(async (tables) => {
    const account = await admit(tables)
    if (!account.isActive) throw closed()
    const tooMany = (await tables.sessionsOf(account.pk)).slice(limits.sessionsPerAccountMax - 1)
    for (const old of tooMany) await endSession(tables, account.pk, old.id)
    const times = { createdAt: at, usedAt: at, provenAt: isProven ? at : null }
    await tables.addSession({ id: parts.newId(), hash: hashOf(token), account: account.pk, client, ...times })
    return { account, username: await usernameOf(tables, account) }
  })
  parts.onChanged()
  await welcome(parts, account)
  return { token, account, username }
}

function isForNewcomers({ kind }: LinkRecord): boolean {
  return kind === "setup" || kind === "invite"
}

function needed(password: string | undefined): string {
  if (password !== undefined) return password
  throw new ChatError("ERR_VALIDATION", { message: "password is required.", details: { field: "password" } })
}

/** Does not tell which of the two was wrong. */
function refused({ tell }: AccountsParts, { address }: Visitor): ChatError {
  tell("refused sign-in", "A sign-in from {address} was refused.", { address })
  return new ChatError("ERR_UNAUTHORIZED", { message: "The login or the password is wrong." })
}

/** Told only to whoever has proven to be the owner. */
function closed(): ChatError {
  const message = "This account is closed: ask an administrator."
  return new ChatError("ERR_FORBIDDEN", { message, details: { field: "login" } })
}

function taken(): ChatError {
  return new ChatError("ERR_CONFLICT", { message: "This login is taken: choose another.", details: { field: "login" } })
}

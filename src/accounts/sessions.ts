/** Where an account is signed in, and how that ends. */
import type { Actor } from "../chat/account-keeper.ts"
import type { Link } from "../contract/accounts.ts"
import { hourMs } from "../contract/durations.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import { timeOf } from "../contract/moment.ts"
import type { AccountSession } from "../contract/sessions.ts"
import type { SignInId } from "../contract/values.ts"
import { endSession, endSessions } from "./ending.ts"
import {
  type AccountsParts,
  actorOf,
  addLink,
  checkProven,
  endOf,
  isValid,
  linkOf,
  sessionOf,
  signedInOf,
  signedOut,
  usernameOf,
} from "./parts.ts"
import { hashOf } from "./secrets.ts"
import type { AccountRecord, SessionRecord, SignedIn } from "./tables.ts"
import { welcome } from "./welcome.ts"

/** How often it is recorded that a session is in use. */
const touchIntervalMs = hourMs

/** Who a token says its connection is. */
interface Admitted extends Actor {
  readonly username: string
  readonly isAdmin: boolean
  /** The session is not valid after this, however often it is used. */
  readonly expiresMs: number
}

/** Throws ERR_UNAUTHORIZED. */
export async function admit(parts: AccountsParts, token: string): Promise<Admitted> {
  const at = parts.epochMs()
  const found = await parts.store.read(async (tables) => {
    const signedIn = await tables.sessionByHash(hashOf(token))
    return signedIn && { ...signedIn, username: await usernameOf(tables, signedIn.account) }
  })
  if (found === undefined || !isValid(found, at)) throw signedOut()
  await touch(parts, [found], at)
  await welcome(parts, found.account)
  const { account, session } = found
  return {
    userId: account.id,
    sessionId: session.id as SignInId,
    username: found.username,
    isAdmin: account.role === "admin",
    expiresMs: session.createdAt + limits.sessionAgeMaxMs,
  }
}

/** Of the given sessions, those that are still valid, with what their accounts may do. */
export async function stillValid(
  parts: AccountsParts,
  ids: readonly SignInId[],
): Promise<ReadonlyMap<SignInId, { readonly isAdmin: boolean }>> {
  const at = parts.epochMs()
  const found = await parts.store.read((tables) => tables.sessionsById(ids))
  await touch(parts, found, at)
  const valid = found.filter(({ account, session }) => account.isActive && leftOf(session, at) > 0)
  return new Map(valid.map(({ account, session }) => [session.id as SignInId, { isAdmin: account.role === "admin" }]))
}

async function touch({ store }: AccountsParts, sessions: readonly SignedIn[], at: number): Promise<void> {
  const due = sessions.filter(({ session }) => at - session.usedAt >= touchIntervalMs)
  if (due.length === 0) return
  await store.write(async (tables) => {
    for (const { session } of due) await tables.touchSession(session.id, at)
  })
}

export function listSessions({ store, epochMs }: AccountsParts, actor: Actor): Promise<AccountSession[]> {
  return store.read(async (tables) => {
    const { pk } = await actorOf(tables, actor, epochMs())
    return (await tables.sessionsOf(pk)).map(({ id, client, createdAt, usedAt }) => ({
      id: id as SignInId,
      client,
      createdAt: timeOf(createdAt),
      usedAt: timeOf(usedAt),
      isCurrent: id === actor.sessionId,
    }))
  })
}

export async function endOwnSession(parts: AccountsParts, actor: Actor, sessionId: SignInId): Promise<void> {
  await parts.store.write(async (tables) => {
    const { pk } = await actorOf(tables, actor, parts.epochMs())
    await endSession(tables, pk, sessionId)
  })
  parts.onChanged()
}

/** By the token itself, for a browser whose page is just being opened. A token that is not valid is no error. */
export async function endByToken(parts: AccountsParts, token: string): Promise<void> {
  await parts.store.write(async (tables) => {
    const found = await tables.sessionByHash(hashOf(token))
    if (found !== undefined) await endSession(tables, found.account.pk, found.session.id)
  })
  parts.onChanged()
}

export function linkDevice(parts: AccountsParts, actor: Actor): Promise<Link> {
  const at = parts.epochMs()
  return parts.store.write(async (tables) => {
    const { account, session } = await signedInOf(tables, actor, at)
    parts.tell("account", "{login} made a link to another device.", { login: account.login })
    return signInLink(parts, await addLink(parts, tables, deviceLink(account, leftOf(session, at))))
  })
}

/** It lasts no longer than the session that makes it. */
function deviceLink({ pk, id }: AccountRecord, leftMs: number) {
  const lifetimeMs = Math.min(limits.deviceLinkMs, leftMs)
  return { kind: "device", account: pk, creatorId: id, lifetimeMs } as const
}

/** Being connected counts as using the session. */
function leftOf(session: SessionRecord, at: number): number {
  return endOf({ ...session, usedAt: at }) - at
}

export function signInLink(
  parts: Pick<AccountsParts, "address">,
  { link, code }: Awaited<ReturnType<typeof addLink>>,
): Link {
  return { url: linkOf(parts, code), expiresAt: timeOf(link.expiresAt) }
}

/**
 * Whoever has no password sets one right after signing in: nothing else tells the owner from somebody who found their
 * device.
 */
export async function changePassword(
  parts: AccountsParts,
  actor: Actor,
  { old, next }: { readonly old: string | undefined; readonly next: string },
): Promise<void> {
  const { store, passwords, epochMs } = parts
  const account = await store.read((tables) => actorOf(tables, actor, epochMs()))
  if (account.password !== null) await checkOld(parts, actor, account, old)
  const password = await passwords.hash(next)
  await store.write(async (tables) => {
    const found = await actorOf(tables, actor, epochMs())
    // It was changed meanwhile.
    if (found.password !== account.password) throw signedOut()
    if (found.password === null) await checkProven(tables, actor, epochMs())
    await tables.saveAccount({ ...found, password })
    await endSessions(tables, found.pk, actor.sessionId)
    parts.tell("account", "{login} has a new password.", { login: found.login })
  })
  parts.onChanged()
}

/** A wrong password counts as an attempt of this session. */
async function checkOld(
  { attempts, passwords, elapsedMs, tell }: AccountsParts,
  actor: Actor,
  account: AccountRecord,
  old: string | undefined,
): Promise<void> {
  if (old === undefined) throw wrongPassword()
  const attempt = attempts.begin({ login: account.loginKey, address: sessionOf(actor) }, elapsedMs())
  const isRight = await passwords.isRight(old, account.password).catch((error) => {
    attempt.giveBack()
    throw error
  })
  if (!isRight) {
    tell("refused sign-in", "{login} gave a wrong old password.", { login: account.login })
    throw wrongPassword()
  }
  attempt.giveBack()
}

function wrongPassword(): ChatError {
  return new ChatError("ERR_FORBIDDEN", { message: "The old password is wrong.", details: { field: "old" } })
}

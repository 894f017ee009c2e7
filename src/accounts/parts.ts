/** What the rules about accounts work with, and what several of them need. */
import type { Actor } from "../chat/account-keeper.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { Attempts } from "./attempts.ts"
import type { Challenges } from "./challenges.ts"
import type { Passwords } from "./passwords.ts"
import { hashOf, type NewSecret, newCode } from "./secrets.ts"
import type { Site } from "./site.ts"
import type {
  AccountRecord,
  AccountStore,
  AccountTables,
  LinkRecord,
  NewOwner,
  SessionRecord,
  SignedIn,
} from "./tables.ts"

export interface AccountsParts {
  readonly store: AccountStore
  readonly passwords: Passwords
  readonly attempts: Attempts
  readonly challenges: Challenges
  readonly newSecret: NewSecret
  readonly newId: () => string
  readonly epochMs: () => number
  readonly elapsedMs: () => number
  /** Where people open the page: what a link begins with. */
  readonly address: () => string
  /** The site that passkeys belong to; none where browsers allow it none. */
  readonly site: () => Site | undefined
  /** Whether people may sign in by a provider. */
  readonly hasProvider: boolean
  /** Whether members may invite people to rooms they are in, and not only administrators. */
  readonly membersInvite: boolean
  /** Makes the chat know a user, as a member of these rooms. May be called again for the same. */
  readonly welcome: (newcomer: Newcomer) => Promise<void>
  /** Makes the heir the owner of the room. May be called again for the same. */
  readonly handOverRoom: (change: NewOwner) => Promise<void>
  /** Sessions or rights have changed. */
  readonly onChanged: () => void
  /** For the log; never with a secret. */
  readonly tell: (name: Told, text: string, properties: Record<string, unknown>) => void
}

/** Each name has a rate of its own in the log, so that many lines of one kind hide none of another. */
type Told = "refused sign-in" | "account" | "administration"

export interface Newcomer {
  readonly userId: UserId
  readonly username: string
  readonly roomIds: readonly RoomId[]
}

/** The address that an HTTP request comes from. */
export interface Visitor {
  readonly address: string
  /** What the browser or program calls itself. */
  readonly client: string
}

const codeParameter = "code"

/** In the fragment, which browsers do not send and servers do not log. */
export function linkOf({ address }: Pick<AccountsParts, "address">, code: string): string {
  return `${address()}/#${codeParameter}=${code}`
}

type LinkDraft = Pick<LinkRecord, "kind"> & Partial<LinkRecord> & { readonly lifetimeMs: number }

/** Call it within a transaction. The record holds the hash, not the code. */
export async function addLink(
  parts: Pick<AccountsParts, "newSecret" | "newId" | "epochMs">,
  tables: AccountTables,
  { lifetimeMs, uses = 1, ...draft }: LinkDraft,
): Promise<{ readonly link: LinkRecord; readonly code: string }> {
  const at = parts.epochMs()
  const code = newCode(parts.newSecret)
  const link: LinkRecord = {
    id: parts.newId(),
    hash: hashOf(code),
    account: null,
    creatorId: null,
    roomId: null,
    userId: null,
    uses,
    usesLeft: uses,
    createdAt: at,
    expiresAt: at + lifetimeMs,
    ...draft,
  }
  await tables.sweep(at, at - limits.sessionIdleMaxMs, at - limits.sessionAgeMaxMs)
  await tables.addLink(link)
  return { link, code }
}

export function isOpen({ usesLeft, expiresAt }: LinkRecord, at: number): boolean {
  return usesLeft > 0 && at < expiresAt
}

/**
 * An invite to a room works while its creator is in the room: whoever was removed can invite nobody, and not come back
 * by it.
 */
export async function isGood(tables: AccountTables, link: LinkRecord, at: number): Promise<boolean> {
  const { creatorId, roomId } = link
  if (!isOpen(link, at)) return false
  return creatorId === null || roomId === null || tables.isMember(creatorId, roomId)
}

/** When the session ends if it is not used again. */
export function endOf({ createdAt, usedAt }: SessionRecord): number {
  return Math.min(createdAt + limits.sessionAgeMaxMs, usedAt + limits.sessionIdleMaxMs)
}

export function isValid({ account, session }: SignedIn, at: number): boolean {
  return account.isActive && at < endOf(session)
}

/** The account behind a socket as it is now, not as it was when it connected. Throws ERR_UNAUTHORIZED. */
export async function signedInOf(tables: AccountTables, { sessionId, userId }: Actor, at: number): Promise<SignedIn> {
  const [found] = await tables.sessionsById([sessionId])
  if (found === undefined || found.account.id !== userId || !isValid(found, at)) throw signedOut()
  return found
}

/** Throws ERR_UNAUTHORIZED. */
export async function actorOf(tables: AccountTables, actor: Actor, at: number): Promise<AccountRecord> {
  return (await signedInOf(tables, actor, at)).account
}

/** What others see of its owner. */
export async function usernameOf(tables: AccountTables, { id, username }: AccountRecord): Promise<string> {
  return (await tables.usernameOf(id)) ?? username
}

/** Throws ERR_FORBIDDEN unless the actor has proven, a moment ago and in this session, that the account is theirs. */
export async function checkProven(tables: AccountTables, { sessionId }: Actor, at: number): Promise<void> {
  const [found] = await tables.sessionsById([sessionId])
  const provenAt = found?.session.provenAt ?? null
  if (provenAt !== null && at < provenAt + limits.provenMs) return
  throw new ChatError("ERR_FORBIDDEN", { message: "Sign out and in again, and then do this within 15 minutes." })
}

/** Stands for an address where somebody who is signed in tries something. */
export function sessionOf({ sessionId }: Actor): string {
  return `session ${sessionId}`
}

/** Throws ERR_FORBIDDEN too. */
export async function adminOf(tables: AccountTables, actor: Actor, at: number): Promise<AccountRecord> {
  const account = await actorOf(tables, actor, at)
  if (account.role === "admin") return account
  throw new ChatError("ERR_FORBIDDEN", { message: "Only an administrator may do this." })
}

export function signedOut(): ChatError {
  return new ChatError("ERR_UNAUTHORIZED", { message: "This session has ended: sign in again." })
}

/** The field of a request that has a link's code. */
type CodeField = "code" | "invite"

/** The code was never given out, or is no longer valid: it may be a guess. */
export function guessed({ tell }: AccountsParts, address: string, field?: CodeField): ChatError {
  tell("refused sign-in", "A link that is not valid was used from {address}.", { address })
  return notValid(field)
}

/** Does not tell whether it is unknown, used or expired. */
export function notValid(field: CodeField = "code"): ChatError {
  return new ChatError("ERR_NOT_FOUND", { message: "This link is not valid, or not any more.", details: { field } })
}

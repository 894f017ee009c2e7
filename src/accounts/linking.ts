/**
 * Adds the provider as another way to sign in to an existing account. Only whoever is
 * signed in to the account, and was when they set out, can add it: the answer of the
 * provider arrives from another site, and says nothing about the account.
 */
import type { Actor } from "../chat/account-keeper.ts"
import { ChatError } from "../contract/errors.ts"
import type { SignInId } from "../contract/values.ts"
import { endSessions } from "./ending.ts"
import type { OutsidePerson } from "./outside.ts"
import { type AccountsParts, actorOf, isValid, sessionOf, signedOut } from "./parts.ts"
import { hashOf } from "./secrets.ts"
import type { SignedIn } from "./tables.ts"
import { checkOneLeft, waysInOf } from "./ways-in.ts"

/** Names the session that set out, in a way that only its token and data of this server can produce. */
export interface Setting {
  readonly sessionId: string
  readonly proof: string
}

/** Throws ERR_UNAUTHORIZED. */
export async function setOut({ store, epochMs }: AccountsParts, token: string, secret: string): Promise<Setting> {
  const found = await store.read((tables) => tables.sessionByHash(hashOf(token)))
  if (found === undefined || !isValid(found, epochMs())) throw signedOut()
  return { sessionId: found.session.id, proof: proofOf(found, secret) }
}

/**
 * `prove` asks the provider. Throws ERR_UNAUTHORIZED; ERR_CONFLICT if the identity belongs to another account, or the
 * account has one already; ERR_RATE_LIMITED where too many of a session were refused.
 */
export async function linkOutside(
  parts: AccountsParts,
  prove: () => Promise<OutsidePerson>,
  { sessionId, proof, secret }: Setting & { readonly secret: string },
): Promise<void> {
  const { store, epochMs } = parts
  const [found] = await store.read((tables) => tables.sessionsById([sessionId]))
  if (found === undefined || !isValid(found, epochMs()) || proofOf(found, secret) !== proof) throw signedOut()
  const actor = { sessionId: found.session.id as SignInId, userId: found.account.id }
  const attempt = parts.attempts.beginCode(sessionOf(actor), parts.elapsedMs())
  const person = await prove().catch((error) => {
    if (!(error instanceof ChatError && error.code === "ERR_UNAUTHORIZED")) attempt.giveBack()
    throw error
  })
  attempt.giveBack()
  await store.write(async (tables) => {
    const { pk, login } = await actorOf(tables, actor, epochMs())
    const owner = await tables.accountByOutsideId(person)
    if (owner?.pk === pk) return
    if (owner !== undefined) throw conflict("This identity at the provider already signs in to another account here.")
    const others = await tables.outsideIdsOf(pk)
    if (others.some(({ issuer }) => issuer === person.issuer))
      throw conflict("Your account is already linked to another identity at the provider: unlink that one first.")
    await tables.addOutsideId(person, pk, epochMs())
    parts.tell("account", "{login} may sign in by {issuer}.", { login, issuer: person.issuer })
  })
}

/**
 * The provider no longer signs in to the account, and everybody it may have signed in is signed out: all other sessions
 * end. Throws ERR_FORBIDDEN where there is no other way to sign in.
 */
export async function unlinkOutside(parts: AccountsParts, actor: Actor): Promise<void> {
  await parts.store.write(async (tables) => {
    const account = await actorOf(tables, actor, parts.epochMs())
    if ((await tables.outsideIdsOf(account.pk)).length === 0) return
    checkOneLeft({ ...(await waysInOf(parts, tables, account)), hasProvider: false })
    await tables.removeOutsideIds(account.pk)
    await endSessions(tables, account.pk, actor.sessionId)
    parts.tell("account", "{login} signs in by no provider any more.", { login: account.login })
  })
  parts.onChanged()
}

/** Made of the session's hash, which is never shown: whoever knows only the session's id cannot make it. */
function proofOf({ session }: SignedIn, secret: string): string {
  return new Bun.CryptoHasher("sha256", session.hash).update(`link ${secret}`).digest("base64url")
}

function conflict(message: string): ChatError {
  return new ChatError("ERR_CONFLICT", { message })
}

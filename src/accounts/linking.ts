/**
 * The provider's word for who somebody is, as another way in to an account that is there
 * already. It is added by whoever is signed in to the account and was when they set out: what
 * comes back from the provider comes from another site, and says nothing about the account.
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

/** Which session set out, and that it was it: made with what only its token and this server's data give. */
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
 * `prove` asks the provider. Throws ERR_UNAUTHORIZED, ERR_CONFLICT for whom is somebody else's, or one too many, and
 * ERR_RATE_LIMITED where a session had too many refused.
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
 * From here on the provider signs nobody in to the account, and whom it may have signed in is signed out: all other
 * sessions end. Throws ERR_FORBIDDEN where nothing else signs in.
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

/** Of the session's hash, which is told to nobody: who knows the session's id alone cannot make it. */
function proofOf({ session }: SignedIn, secret: string): string {
  return new Bun.CryptoHasher("sha256", session.hash).update(`link ${secret}`).digest("base64url")
}

function conflict(message: string): ChatError {
  return new ChatError("ERR_CONFLICT", { message })
}

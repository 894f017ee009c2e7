/**
 * Passkeys beside passwords (WebAuthn). The browser finds this site's passkey, and the
 * device asks its owner: so it is worth a password, and it names the account too. The
 * server keeps the public key, and a counter of uses, which never goes back.
 */
import type { Actor } from "../chat/account-keeper.ts"
import type { CallPayload } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import type { Request } from "../contract/events.ts"
import { limits } from "../contract/limits.ts"
import { timeOf } from "../contract/moment.ts"
import type { Passkey } from "../contract/passkeys.ts"
import type { PasskeyId } from "../contract/values.ts"
import { type AccountsParts, actorOf, type Visitor } from "./parts.ts"
import { type Entered, enter } from "./sign-in.ts"
import type { Site } from "./site.ts"
import type { PasskeyRecord } from "./tables.ts"
import { checkOneLeft, waysInOf } from "./ways-in.ts"

interface Challenged {
  readonly challenge: string
  readonly rpId: string
}

const signingIn = "sign in"

export async function beginPasskey(parts: AccountsParts, actor: Actor) {
  const known = await parts.store.read(async (tables) => {
    const { pk } = await actorOf(tables, actor, parts.epochMs())
    return (await tables.passkeysOf(pk)).map(({ credentialId }) => credentialId)
  })
  return { ...challenged(parts, `add ${actor.userId}`), known }
}

export function beginPasskeySignIn(parts: AccountsParts): Challenged {
  return challenged(parts, signingIn)
}

function challenged(parts: AccountsParts, purpose: string): Challenged {
  const { rpId } = siteHere(parts)
  return { challenge: parts.challenges.issue(purpose, parts.elapsedMs()), rpId }
}

export function listPasskeys({ store, epochMs }: AccountsParts, actor: Actor): Promise<Passkey[]> {
  return store.read(async (tables) => {
    const { pk } = await actorOf(tables, actor, epochMs())
    return (await tables.passkeysOf(pk)).map(shownPasskey)
  })
}

export async function addPasskey(
  parts: AccountsParts,
  actor: Actor,
  { name, id, clientData, attestation }: Omit<Request<"add_passkey">, "userId">,
): Promise<Passkey> {
  const { rpId, origin } = siteHere(parts)
  const { credential } = await checked(async () => {
    if (!(await isUnattested(attestation))) return undefined
    const { verifyRegistrationResponse } = await import("@simplewebauthn/server")
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: "public-key",
        response: { clientDataJSON: clientData, attestationObject: attestation },
        clientExtensionResults: {},
      },
      expectedChallenge: (challenge) => parts.challenges.take(`add ${actor.userId}`, challenge, parts.elapsedMs()),
      expectedOrigin: origin,
      expectedRPID: rpId,
    })
    return verified ? registrationInfo : undefined
  })
  const { publicKey, counter } = credential
  return parts.store.write(async (tables) => {
    const account = await actorOf(tables, actor, parts.epochMs())
    if ((await tables.passkeysOf(account.pk)).length >= limits.passkeysPerAccountMax) throw tooMany()
    if ((await tables.passkeyByCredential(credential.id)) !== undefined) throw refused()
    const passkey: PasskeyRecord = {
      id: parts.newId(),
      credentialId: credential.id,
      account: account.pk,
      name,
      publicKey: Buffer.from(publicKey).toString("base64url"),
      counter,
      createdAt: parts.epochMs(),
      usedAt: null,
    }
    await tables.addPasskey(passkey)
    parts.tell("account", "{login} added a passkey.", { login: account.login })
    return shownPasskey(passkey)
  })
}

export function removePasskey(parts: AccountsParts, actor: Actor, passkeyId: PasskeyId): Promise<void> {
  return parts.store.write(async (tables) => {
    const account = await actorOf(tables, actor, parts.epochMs())
    const { pk, login } = account
    if (!(await tables.removePasskey(pk, passkeyId))) return
    checkOneLeft(await waysInOf(parts, tables, account))
    parts.tell("account", "{login} removed a passkey.", { login })
  })
}

export async function signInByPasskey(
  parts: AccountsParts,
  { id, clientData, authenticatorData, signature }: Omit<CallPayload<"passkey-sign-in">, "as">,
  visitor: Visitor,
): Promise<Entered> {
  const { rpId, origin } = siteHere(parts)
  const attempt = parts.attempts.beginCode(visitor.address, parts.elapsedMs())
  const passkey = await parts.store.read((tables) => tables.passkeyByCredential(id))
  const { newCounter } = await checked(async () => {
    if (passkey === undefined) return undefined
    const { verifyAuthenticationResponse } = await import("@simplewebauthn/server")
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: "public-key",
        response: { clientDataJSON: clientData, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedChallenge: (challenge) => parts.challenges.take(signingIn, challenge, parts.elapsedMs()),
      expectedOrigin: origin,
      expectedRPID: rpId,
      credential: {
        id,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
        counter: passkey.counter,
      },
    })
    return verified ? authenticationInfo : undefined
  }).catch((error) => {
    parts.tell("refused sign-in", "A passkey from {address} was refused.", { address: visitor.address })
    throw error
  })
  const entered = await enter(parts, visitor, async (tables) => {
    const found = await tables.passkeyByCredential(id)
    const account = found && (await tables.accountByKey(found.account))
    // It may have been removed or used meanwhile.
    if (found === undefined || account === undefined || found.counter !== passkey?.counter) throw refused()
    await tables.usePasskey(found.id, newCounter, parts.epochMs())
    return account
  })
  attempt.giveBack()
  return entered
}

/**
 * The page asks for no attestation, so certificates mean nothing here; and the library would fetch their revocation
 * lists from any address that they name.
 */
async function isUnattested(attestation: string): Promise<boolean> {
  const { decodeAttestationObject } = await import("@simplewebauthn/server/helpers")
  const decoded = decodeAttestationObject(new Uint8Array(Buffer.from(attestation, "base64url")))
  const format = decoded.get("fmt")
  return format === "none" || (format === "packed" && decoded.get("attStmt").get("x5c") === undefined)
}

/** The library throws for anything that is wrong with what a browser sent. */
async function checked<T>(check: () => Promise<T | undefined>): Promise<T> {
  const result = await check().catch(() => undefined)
  if (result === undefined) throw refused()
  return result
}

function siteHere({ site }: AccountsParts): Site {
  const found = site()
  if (found !== undefined) return found
  const message = "Passkeys need the server at an https address with a name, or at localhost: set PUBLIC_URL."
  throw new ChatError("ERR_FORBIDDEN", { message })
}

function shownPasskey({ id, name, createdAt, usedAt }: PasskeyRecord): Passkey {
  const used = usedAt === null ? null : timeOf(usedAt)
  return { id: id as PasskeyId, name, createdAt: timeOf(createdAt), usedAt: used }
}

/** Does not tell whether it is unknown, removed or wrong. */
function refused(): ChatError {
  return new ChatError("ERR_UNAUTHORIZED", { message: "This passkey is not known here, or was removed." })
}

function tooMany(): ChatError {
  const message = `You have ${limits.passkeysPerAccountMax} passkeys: remove one first.`
  return new ChatError("ERR_FORBIDDEN", { message })
}

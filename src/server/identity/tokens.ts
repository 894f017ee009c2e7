/**
 * Turns a token into an identity, or into the reason why not. Nothing of a token is ever
 * logged, and nothing of it counts before its signature, issuer, audience and time were
 * checked. What it says of the user obeys the same rules as a payload.
 */
import { errors, type JWTPayload, jwtVerify } from "jose"
import * as v from "valibot"
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import { lengthOf } from "../../contract/text.ts"
import { Avatar, UserId, Username } from "../../contract/values.ts"
import type { Identify, TokenIdentity } from "./identify.ts"
import type { Keys } from "./keys.ts"

/** Whoever has a valid token enters as the user whom it names. */
export function byToken(rules: TokenRules, epochMs: () => number): Identify {
  return ({ token }) => verifyToken(token, rules, epochMs())
}

export interface TokenRules {
  readonly keys: Keys
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

/** Throws ERR_UNAUTHORIZED with a message for the client; any other error means that the keys cannot be fetched. */
export async function verifyToken(token: unknown, rules: TokenRules, epochMs: number): Promise<TokenIdentity> {
  if (typeof token !== "string" || token === "") throw refusal("A token is needed, as auth.token of the handshake.")
  if (token.length > limits.tokenLengthMax) throw refusal(`A token has at most ${limits.tokenLengthMax} characters.`)
  return identityOf(await claimsOf(token, rules, epochMs))
}

async function claimsOf(token: string, { keys, issuer, audience }: TokenRules, epochMs: number): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys.find, {
      algorithms: [...keys.algorithms],
      requiredClaims: ["sub", "exp"],
      clockTolerance: limits.tokenLeewayMs / 1000,
      currentDate: new Date(epochMs),
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    })
    return payload
  } catch (cause) {
    const reason = explain(cause)
    throw reason === undefined ? cause : refusal(reason)
  }
}

const Claims = v.object({ sub: UserId, exp: v.number("must be a number") })

function identityOf(claims: JWTPayload): TokenIdentity {
  const result = v.safeParse(Claims, claims, { abortEarly: true })
  if (!result.success) {
    const [issue] = result.issues
    throw refusal(`The token's ${v.getDotPath(issue)} ${issue.message}.`)
  }
  const { sub, exp } = result.output
  const profile = { username: nameIn(claims["name"]), avatar: avatarIn(claims["avatar"]) }
  return { userId: sub, ...profile, isAdmin: claims["admin"] === true, expiresMs: exp * 1000 + limits.tokenLeewayMs }
}

const graphemes = new Intl.Segmenter()

/** Optional claims never decide who may enter: a name is shortened to fit, and left out if that is not enough. */
export function nameIn(claim: unknown): string | undefined {
  if (typeof claim !== "string") return undefined
  let name = ""
  let length = 0
  // Both a name that is one character too long and one that fills the token are shortened.
  const start = [...claim.trim()].slice(0, limits.usernameLengthMax + 1).join("")
  for (const { segment } of graphemes.segment(start)) {
    length += lengthOf(segment)
    if (length > limits.usernameLengthMax) break
    name += segment
  }
  const result = v.safeParse(Username, name.trim())
  return result.success ? result.output : undefined
}

/** `null`: no picture. Anything that is no address says nothing. */
function avatarIn(claim: unknown): string | null | undefined {
  if (claim === null) return null
  const result = v.safeParse(Avatar, typeof claim === "string" ? claim.trim() : undefined)
  return result.success ? result.output : undefined
}

/** Undefined if the token is not the cause: the issuer does not answer, or its answer is no key set. */
function explain(cause: unknown): string | undefined {
  if (cause instanceof errors.JWTExpired) return `The token expired${when(" at ", cause.payload.exp)}.`
  if (cause instanceof errors.JWTClaimValidationFailed) return explainClaim(cause)
  if (cause instanceof errors.JOSEAlgNotAllowed || cause instanceof errors.JOSENotSupported)
    return "The token is signed in a way that is not accepted here."
  if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys)
    return "The token names no key that is known here."
  if (cause instanceof errors.JWSSignatureVerificationFailed) return "The token's signature is wrong."
  if (cause instanceof errors.JWSInvalid || cause instanceof errors.JWTInvalid) return "This is not a JWT."
  return undefined
}

function explainClaim({ claim, reason, payload }: errors.JWTClaimValidationFailed): string {
  if (reason === "missing") return `The token has no ${claim}.`
  if (claim === "nbf" && reason === "check_failed")
    return `The token is not valid${when(" before ", payload.nbf) || " yet"}.`
  return `The token's ${claim} is not the one that is needed here.`
}

/** Undefined for anything that is no time. */
function when(preposition: string, epochSeconds: number | undefined): string {
  const date = new Date((epochSeconds ?? Number.NaN) * 1000)
  return Number.isNaN(date.valueOf()) ? "" : preposition + date.toISOString()
}

function refusal(message: string): ChatError {
  return new ChatError("ERR_UNAUTHORIZED", { message })
}

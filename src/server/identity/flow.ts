/**
 * A sign-in by the provider that a browser has begun. Everything that the provider gets or
 * returns is derived from one secret in a cookie of that browser. So the server stores
 * nothing of sign-ins that never finish, and any of several servers can finish one.
 */
import type { Setting } from "../../accounts/linking.ts"
import type { NewSecret } from "../../accounts/secrets.ts"
import { limits } from "../../contract/limits.ts"

export interface Flow {
  readonly secret: string
  /** Milliseconds since the epoch. */
  readonly beganAt: number
  /** A path of this server's own page. */
  readonly returnTo: string
  /** Set for a sign-in that links the provider to an account: who set out. */
  readonly setting: Setting | undefined
}

const secretBytes = 32
const flowPattern = /^([\w-]{43})\.(\d{1,15})\.([\w-]{1,160})(?:\.([\w-]{1,64})\.([\w-]{43}))?$/

/** The page and its rooms; any other path is not returned to. */
export function isOwnPath(path: string): boolean {
  return /^\/(?:r\/[\w-]{1,64}(?:\/\d{1,15})?\/?)?$/.test(path)
}

export function newFlow(newSecret: NewSecret, beganAt: number, returnTo: string): Flow {
  return { secret: newSecret(secretBytes), beganAt, returnTo, setting: undefined }
}

/** For the cookie. */
export function textOfFlow({ secret, beganAt, returnTo, setting }: Flow): string {
  const parts = [secret, beganAt, Buffer.from(returnTo).toString("base64url")]
  return [...parts, ...(setting ? [setting.sessionId, setting.proof] : [])].join(".")
}

/** Undefined for an invalid or expired one. */
export function flowIn(text: string, epochMs: number): Flow | undefined {
  const [, secret, began, path, sessionId, proof] = flowPattern.exec(text) ?? []
  if (secret === undefined || began === undefined || path === undefined) return undefined
  const setting = sessionId === undefined || proof === undefined ? undefined : { sessionId, proof }
  const flow = { secret, beganAt: Number(began), returnTo: Buffer.from(path, "base64url").toString(), setting }
  const isFresh = flow.beganAt <= epochMs + limits.clockLagMaxMs && epochMs < flow.beganAt + limits.outsideSignInMs
  return isFresh && isOwnPath(flow.returnTo) ? flow : undefined
}

/** Cannot be derived from another one, nor without the secret. */
export function derived({ secret }: Flow, use: "state" | "nonce" | "verifier"): string {
  return new Bun.CryptoHasher("sha256").update(`${use} ${secret}`).digest("base64url")
}

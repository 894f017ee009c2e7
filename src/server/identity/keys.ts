/**
 * The keys that tokens are checked with: one secret, or the public keys of the issuer,
 * which come and go.
 */
import { readFileSync, statSync } from "node:fs"
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose"
import type { Incidents } from "../../observe/incidents.ts"
import { codeOf, OperatorError } from "../../observe/operator-error.ts"
import { keySet, keysOfUrl } from "./remote-keys.ts"

export interface Keys {
  readonly find: JWTVerifyGetKey
  readonly algorithms: readonly string[]
}

export function secretKey(secret: string): Keys {
  const bytes = new TextEncoder().encode(secret)
  return { find: async () => bytes, algorithms: ["HS256"] }
}

export interface KeyOptions {
  readonly incidents: Incidents
  readonly elapsedMs: () => number
}

/** From a JWKS: a file, which is read again when it changes, or a URL. Throws an OperatorError for an invalid file. */
export function publicKeys(source: string, { incidents, elapsedMs }: KeyOptions): Keys {
  const find = isUrl(source) ? keysOfUrl(source, elapsedMs) : keysOfFile(source, incidents)
  return { find, algorithms: ["RS256", "ES256", "EdDSA"] }
}

/** Reads them once. Throws where there are none. */
export async function tryPublicKeys(source: string, signal: AbortSignal): Promise<void> {
  if (isUrl(source)) await keySet(source, { headers: new Headers(), method: "GET", redirect: "manual", signal })
  else openFile(source)
}

function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source)
}

function keysOfFile(path: string, incidents: Incidents): JWTVerifyGetKey {
  let { keys, changedMs } = openFile(path)
  return (header, token) => {
    try {
      if (statSync(path).mtimeMs !== changedMs) ({ keys, changedMs } = readFile(path))
    } catch (cause) {
      // It may be in the middle of being written: the old keys stay, and the next token tries again.
      const text = "AUTH_JWKS, {path}, cannot be read again: {cause}"
      incidents.report("jwks", text, { path, cause }, { pace: "seldom" })
    }
    return keys(header, token)
  }
}

function openFile(path: string) {
  try {
    return readFile(path)
  } catch (cause) {
    const reason = codeOf(cause) === "ENOENT" ? "is not there" : `is not a JSON Web Key Set (${cause})`
    throw new OperatorError(`AUTH_JWKS, ${path}, ${reason}: name a file or an https:// URL that is one.`, { cause })
  }
}

function readFile(path: string) {
  const changedMs = statSync(path).mtimeMs
  const set: JSONWebKeySet = JSON.parse(readFileSync(path, "utf8"))
  return { keys: createLocalJWKSet(set), changedMs }
}

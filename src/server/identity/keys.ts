/**
 * The keys that tokens are checked with: one secret, or the public keys of whoever issues
 * the tokens, which come and go. A key that is not known is asked for again, at most
 * every `refreshIntervalMs`, so that tokens made up by strangers ask nothing of the issuer.
 */
import { readFileSync, statSync } from "node:fs"
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose"
import { log } from "../../observe/log.ts"
import { codeOf, OperatorError } from "../../observe/operator-error.ts"

/** A key that was withdrawn is believed for at most this long. */
const cacheAgeMaxMs = 600_000
const refreshIntervalMs = 30_000
const fetchTimeoutMs = 5_000

export interface Keys {
  readonly find: JWTVerifyGetKey
  readonly algorithms: readonly string[]
}

export function secretKey(secret: string): Keys {
  const bytes = new TextEncoder().encode(secret)
  return { find: async () => bytes, algorithms: ["HS256"] }
}

/** From a JWKS: a file, which is read again when it changes, or a URL. Throws an OperatorError for a file that is none. */
export function publicKeys(source: string): Keys {
  const find = /^https?:\/\//i.test(source) ? keysOfUrl(source) : keysOfFile(source)
  return { find, algorithms: ["RS256", "ES256", "EdDSA"] }
}

function keysOfUrl(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    cacheMaxAge: cacheAgeMaxMs,
    cooldownDuration: refreshIntervalMs,
    timeoutDuration: fetchTimeoutMs,
  })
}

function keysOfFile(path: string): JWTVerifyGetKey {
  let { keys, changedMs } = openFile(path)
  let isReadable = true
  return (header, token) => {
    try {
      if (statSync(path).mtimeMs !== changedMs) ({ keys, changedMs } = readFile(path))
      isReadable = true
    } catch (cause) {
      // Perhaps it is just being written: the keys read before stay, and the next token looks again. Said once, since
      // anybody can bring tokens.
      if (isReadable) log.warn("AUTH_JWKS, {path}, cannot be read again: {cause}", { path, cause })
      isReadable = false
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

/**
 * The public keys of an issuer, by URL. Anybody can send tokens, and each may need keys. So
 * the issuer is asked at most every `refreshIntervalMs` while it answers, more often while
 * it fails, but never at the will of clients; and no more of its answer is read than a key
 * set needs.
 */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from "jose"
import { textOf } from "../http/body.ts"

/** A withdrawn key is accepted for at most this long. */
const cacheAgeMaxMs = 600_000
const refreshIntervalMs = 30_000
const failureCountsMs = 5_000
const fetchTimeoutMs = 5_000
/** Some hundred keys, with their certificates. */
const bytesMax = 1024 * 1024

export function keysOfUrl(url: string, elapsedMs: () => number): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    cacheMaxAge: cacheAgeMaxMs,
    cooldownDuration: refreshIntervalMs,
    timeoutDuration: fetchTimeoutMs,
    [customFetch]: seldomWhileItFails(elapsedMs),
  })
}

function seldomWhileItFails(elapsedMs: () => number): FetchImplementation {
  let failedMs = -Infinity
  return async (url, options) => {
    if (elapsedMs() - failedMs < failureCountsMs) throw new Error("The issuer failed a moment ago.")
    try {
      return await keySet(url, options)
    } catch (error) {
      failedMs = elapsedMs()
      throw error
    }
  }
}

/** Throws where there is no set of keys. */
export const keySet: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options as RequestInit)
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`The issuer answered ${response.status}.`)
  }
  const text = await textOf(response, bytesMax)
  if (text === undefined) throw new Error(`The issuer's key set is larger than ${bytesMax} bytes.`)
  // Throws for an invalid key set, which is a failure like the others.
  createLocalJWKSet(JSON.parse(text))
  return new Response(text)
}

/** By whose tokens people are known, as the settings have it. */
import type { Config } from "../config.ts"
import type { Identify } from "../server/identity/identify.ts"
import { type KeyOptions, publicKeys, secretKey } from "../server/identity/keys.ts"
import { byToken, type TokenRules } from "../server/identity/tokens.ts"

export interface Tokens {
  readonly identify: Identify
  /** Takes other keys, from the next token on. Throws an OperatorError when they cannot be read. */
  readonly renew: (config: Config) => void
}

/** Throws an OperatorError when the keys cannot be read. */
export function tokensOf(config: Config, options: KeyOptions, epochMs: () => number): Tokens {
  const rules = tokenRules(config, options)
  return {
    identify: byToken(rules, epochMs),
    // The checker of tokens holds this very record, so it is changed in place.
    renew: (next) => void Object.assign(rules, tokenRules(next, options)),
  }
}

/** Throws an OperatorError when the keys cannot be read. */
export function tokenRules(
  { authSecret, authJwks, authIssuer, authAudience }: Config,
  options: KeyOptions,
): TokenRules {
  const keys = authSecret === undefined ? publicKeys(authJwks ?? "", options) : secretKey(authSecret)
  return { keys, issuer: authIssuer, audience: authAudience }
}

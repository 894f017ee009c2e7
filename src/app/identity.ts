/** By what people are known, as the settings have it: tokens, or a provider. */
import type { Config } from "../config.ts"
import { type KeyOptions, publicKeys, secretKey } from "../server/identity/keys.ts"
import type { ProviderSettings } from "../server/identity/provider.ts"
import type { TokenRules } from "../server/identity/tokens.ts"

/** None where clients say who they are. Throws an OperatorError when the keys cannot be read. */
export function tokenRules(config: Config, options: KeyOptions): TokenRules | undefined {
  const { auth, authSecret, authJwks, authIssuer, authAudience } = config
  if (auth !== "token") return undefined
  const keys = authSecret === undefined ? publicKeys(authJwks ?? "", options) : secretKey(authSecret)
  return { keys, issuer: authIssuer, audience: authAudience }
}

/** None unless people may sign in with one. */
export function providerSettings(config: Config): ProviderSettings | undefined {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = config
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined
  const { oidcName: name = new URL(issuer).hostname, oidcDomains: domains = [], oidcGroup: group } = config
  return { issuer, clientId, clientSecret, name, rules: { domains, group } }
}

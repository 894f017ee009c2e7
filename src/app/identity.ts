/**
 * How people are identified, by the settings: tokens, accounts, a provider. A server has at
 * most one of them, so each is loaded where it is needed.
 */
import type { Accounts } from "../accounts/accounts.ts"
import type { Config } from "../config.ts"
import type { ProviderSettings } from "../server/identity/provider.ts"
import type { Data } from "./data.ts"
import type { Tools } from "./parts.ts"
import type { Around } from "./people.ts"
import type { Tokens } from "./tokens.ts"

/** None unless a token says who somebody is. Throws an OperatorError when the keys cannot be read. */
export async function tokenCheck(config: Config, { incidents, clock }: Tools): Promise<Tokens | undefined> {
  if (config.auth !== "token") return undefined
  const { tokensOf } = await import("./tokens.ts")
  return tokensOf(config, { incidents, elapsedMs: clock.elapsedMs }, clock.epochMs)
}

/** None unless the server keeps its people itself. */
export async function accountsOf(
  config: Config,
  tools: Tools,
  { accountStore }: Data,
  around: Around,
): Promise<Accounts | undefined> {
  if (config.auth !== "accounts" || accountStore === undefined) return undefined
  const { keeper } = await import("./people.ts")
  return keeper(config, tools, accountStore, around)
}

/** None unless people may sign in with one. */
export function providerSettings(config: Config): ProviderSettings | undefined {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = config
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined
  const { oidcName: name = new URL(issuer).hostname, oidcDomains: domains = [], oidcGroup: group } = config
  return { issuer, clientId, clientSecret, name, rules: { domains, group } }
}

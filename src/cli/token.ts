/**
 * `warren token`: makes tokens with AUTH_SECRET, for tests and for people without an identity provider, and explains
 * tokens.
 */
import { decodeJwt, SignJWT } from "jose"
import * as v from "valibot"
import { tokenRules } from "../app/tokens.ts"
import { type Config, configError } from "../config.ts"
import { ChatError } from "../contract/errors.ts"
import { UserId, Username } from "../contract/values.ts"
import { Counters } from "../observe/counters.ts"
import { Incidents } from "../observe/incidents.ts"
import { visible, visibleJson } from "../observe/visible.ts"
import { verifyToken } from "../server/identity/tokens.ts"
import { durationMs } from "../setting-values.ts"
import type { Arguments, Command } from "./command.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { siteOf } from "./people.ts"

export const tokenCommand: Command = {
  wordsMax: 2,
  words: ["check"],
  run: async (args) => (args.positionals[0] === "check" ? check(args) : make(args)),
  summary: "Make a token for AUTH=token, or explain one.",
  usage: ["token --user ID [--name NAME] [--ttl TIME] [--link] [--json]", "token check TOKEN [--json]"],
  about: [
    "A token is signed with AUTH_SECRET, which must be the server's. With --link it is printed as the address that opens the page with it: PUBLIC_URL/#token=…",
    "check says whether a token is valid, for whom, and why not; - reads it from standard input. The exit status is the verdict.",
  ],
  flags: [
    { name: "user", value: "ID", help: "The userId that it is for." },
    { name: "name", value: "NAME", help: "The name to show; without one the user chooses." },
    { name: "ttl", value: "TIME", help: "How long it is valid, such as 90m, 12h or 30d. [default 7d]" },
    { name: "link", help: "Print the link that signs its user in on the page." },
    jsonFlag,
  ],
  settings: ["authSecret", "authJwks", "authIssuer", "authAudience", "publicUrl", "host", "port"],
  examples: [
    ["A link for Ann, good for a month", "warren token --user ann --name Ann --ttl 30d --link"],
    ["What is wrong with a token", 'warren token check "$TOKEN"'],
  ],
}

/** Prints only the token or the link, so that a script can put it into a variable. */
async function make({ positionals, flags, switches }: Arguments): Promise<number> {
  if (positionals.length > 0) throw configError([`"token" takes no "${positionals[0]}". See "warren help token".`])
  const config = tokenConfig(flags)
  const { authSecret, authIssuer, authAudience } = config
  if (authSecret === undefined) throw configError(["Tokens are signed with AUTH_SECRET: set the one of the server."])
  const lifetimeMs = durationMs(flags["ttl"] ?? "7d")
  const mistakes = [
    ...mistakeIn("--user", UserId, flags["user"]),
    ...(flags["name"] === undefined ? [] : mistakeIn("--name", Username, flags["name"])),
    ...(lifetimeMs === undefined ? ["--ttl must be a time such as 12h or 7d (s, m, h, d)."] : []),
  ]
  if (lifetimeMs === undefined || mistakes.length > 0) throw configError(mistakes)
  const issuedMs = Date.now()
  const expiresMs = issuedMs + lifetimeMs
  const token = new SignJWT({ ...(flags["name"] !== undefined && { name: flags["name"] }) })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(flags["user"] ?? "")
    .setIssuedAt(new Date(issuedMs))
    .setExpirationTime(new Date(expiresMs))
  if (authIssuer !== undefined) token.setIssuer(authIssuer)
  if (authAudience !== undefined) token.setAudience(authAudience)
  const signed = await token.sign(new TextEncoder().encode(authSecret))
  if (switches.has("json")) {
    const made = { token: signed, link: `${siteOf(config)}/#token=${signed}`, expiresAt: timeOf(expiresMs) }
    process.stdout.write(`${JSON.stringify(made)}\n`)
    return 0
  }
  process.stdout.write(switches.has("link") ? `${siteOf(config)}/#token=${signed}\n` : `${signed}\n`)
  if (process.stderr.isTTY) process.stderr.write(`It is valid until ${timeOf(expiresMs)}; --ttl sets another time.\n`)
  return 0
}

/** Exit status 0 for a token that the server would accept now. */
async function check({ positionals, flags, switches }: Arguments): Promise<number> {
  const [, given] = positionals
  if (given === undefined) throw configError(["Give the token: warren token check TOKEN, or - for standard input."])
  const token = given === "-" ? (await Bun.stdin.text()).trim() : given
  const claims = claimsOf(token)
  // That can be seen without a key.
  if (claims === undefined) {
    const reason = "This is not a JWT."
    process.stdout.write(
      switches.has("json") ? `${JSON.stringify({ isValid: false, reason })}\n` : `Not valid. ${reason}\n`,
    )
    return 1
  }
  const elapsedMs = () => performance.now()
  const incidents = new Incidents(new Counters(), elapsedMs)
  const rules = tokenRules(configFor(claims, flags), { incidents, elapsedMs })
  try {
    const { userId, username, expiresMs } = await verifyToken(token, rules, Date.now())
    if (switches.has("json")) {
      process.stdout.write(`${visibleJson({ isValid: true, userId, username, expiresAt: timeOf(expiresMs) })}\n`)
      return 0
    }
    const name = username === undefined ? "" : `, named ${JSON.stringify(username)}`
    process.stdout.write(visible(`Valid for the user ${JSON.stringify(userId)}${name}, until ${timeOf(expiresMs)}.`))
    process.stdout.write("\n")
    return 0
  } catch (cause) {
    const reason = cause instanceof ChatError ? cause.message : `The keys cannot be fetched: ${cause}`
    if (switches.has("json")) {
      process.stdout.write(`${visibleJson({ isValid: false, reason, claims: JSON.parse(claims) })}\n`)
      return 1
    }
    process.stdout.write(`Not valid. ${visible(reason)}\nThe token claims: ${visible(claims)}\n`)
    return 1
  }
}

/** Its claims can be shown without a key. */
function configFor(claims: string, flags: Arguments["flags"]): Config {
  try {
    return tokenConfig(flags)
  } catch (error) {
    process.stdout.write(`Not checked. The token claims: ${visible(claims)}\n`)
    throw error
  }
}

/** Checked as the server would, whatever AUTH says: the command is about tokens. */
function tokenConfig(flags: Arguments["flags"]) {
  return ownConfig({ ...flags, auth: "token" })
}

function mistakeIn(flag: string, schema: v.GenericSchema, value: string | undefined): string[] {
  if (value === undefined) return [`${flag} is needed.`]
  const result = v.safeParse(schema, value, { abortEarly: true })
  return result.success ? [] : [`${flag} ${result.issues[0].message}.`]
}

/** The claims of an invalid token, which nobody has verified. */
function claimsOf(token: string): string | undefined {
  try {
    return JSON.stringify(decodeJwt(token))
  } catch {
    return undefined
  }
}

function timeOf(epochMs: number): string {
  const date = new Date(epochMs)
  return Number.isNaN(date.valueOf()) ? "the end of time" : date.toISOString()
}

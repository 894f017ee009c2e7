/** `warren token`: makes tokens with AUTH_SECRET, for tests and for who has no identity provider, and explains them. */
import { decodeJwt, SignJWT } from "jose"
import * as v from "valibot"
import { tokenRules } from "../app.ts"
import { configError, readConfig } from "../config.ts"
import { ChatError } from "../contract/errors.ts"
import { UserId, Username } from "../contract/values.ts"
import { Counters } from "../observe/counters.ts"
import { Incidents } from "../observe/incidents.ts"
import { verifyToken } from "../server/identity/tokens.ts"
import type { Arguments, Command } from "./command.ts"

export const tokenCommand: Command = {
  wordsMax: 2,
  run: async (args) => (args.positionals[0] === "check" ? check(args) : make(args)),
  usage: [
    ["token --user ID [--name N] [--ttl 7d]", "Prints a token for AUTH=token, signed with AUTH_SECRET."],
    ["token check TOKEN", "Says whether a token is valid, for whom, and why not; - reads it from standard input."],
  ],
  flags: ["user", "name", "ttl"],
}

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const ttl = /^(?<count>[1-9]\d{0,5})(?<unit>[smhd])$/

/** Prints the token and nothing else, so that it can be put into a variable. */
async function make({ positionals, flags }: Arguments): Promise<number> {
  const { authSecret, authIssuer, authAudience } = tokenConfig(flags)
  if (positionals.length > 0) throw configError([`"token" takes no "${positionals[0]}"; --help lists the commands.`])
  if (authSecret === undefined) throw configError(["Tokens are signed with AUTH_SECRET: set the one of the server."])
  const lifetime = ttl.exec(flags["ttl"] ?? "7d")?.groups as { count: string; unit: keyof typeof unitsMs } | undefined
  const mistakes = [
    ...mistakeIn("--user", UserId, flags["user"]),
    ...(flags["name"] === undefined ? [] : mistakeIn("--name", Username, flags["name"])),
    ...(lifetime === undefined ? ["--ttl must be a time such as 12h or 7d (s, m, h, d)."] : []),
  ]
  if (lifetime === undefined || mistakes.length > 0) throw configError(mistakes)
  const issuedMs = Date.now()
  const token = new SignJWT({ ...(flags["name"] !== undefined && { name: flags["name"] }) })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(flags["user"] ?? "")
    .setIssuedAt(new Date(issuedMs))
    .setExpirationTime(new Date(issuedMs + Number(lifetime.count) * unitsMs[lifetime.unit]))
  if (authIssuer !== undefined) token.setIssuer(authIssuer)
  if (authAudience !== undefined) token.setAudience(authAudience)
  process.stdout.write(`${await token.sign(new TextEncoder().encode(authSecret))}\n`)
  return 0
}

/** Exit status 0 for a token that the server would accept now. */
async function check({ positionals, flags }: Arguments): Promise<number> {
  const config = tokenConfig(flags)
  const [, given] = positionals
  if (given === undefined) throw configError(["Give the token: warren token check TOKEN, or - for standard input."])
  const token = given === "-" ? (await Bun.stdin.text()).trim() : given
  const elapsedMs = () => performance.now()
  const rules = tokenRules(config, { incidents: new Incidents(new Counters(), elapsedMs), elapsedMs })
  if (rules === undefined) throw new Error("unreachable: the configuration was read for tokens")
  try {
    const { userId, username, expiresMs } = await verifyToken(token, rules, Date.now())
    const name = username === undefined ? "" : `, named ${JSON.stringify(username)}`
    process.stdout.write(`Valid for the user ${JSON.stringify(userId)}${name}, until ${timeOf(expiresMs)}.\n`)
    return 0
  } catch (cause) {
    const reason = cause instanceof ChatError ? cause.message : `The keys cannot be had: ${cause}`
    process.stdout.write(`Not valid. ${reason}\n${claimsOf(token)}`)
    return 1
  }
}

/** As the server's, whatever AUTH says: the command is about tokens. */
function tokenConfig(flags: Arguments["flags"]) {
  return readConfig({ ...flags, auth: "token" }, process.env)
}

function mistakeIn(flag: string, schema: v.GenericSchema, value: string | undefined): string[] {
  if (value === undefined) return [`${flag} is needed.`]
  const result = v.safeParse(schema, value, { abortEarly: true })
  return result.success ? [] : [`${flag} ${result.issues[0].message}.`]
}

/** What an invalid token says of itself, which is then a claim and no more. */
function claimsOf(token: string): string {
  try {
    return `It says: ${JSON.stringify(decodeJwt(token))}\n`
  } catch {
    return ""
  }
}

function timeOf(epochMs: number): string {
  const date = new Date(epochMs)
  return Number.isNaN(date.valueOf()) ? "the end of time" : date.toISOString()
}

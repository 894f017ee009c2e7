/**
 * Every setting: its flag, its variable, its default and its rule. Flags win over the
 * environment, which wins over `.env` (read by Bun). All mistakes are told at once.
 */
import * as v from "valibot"
import { logLevels } from "./observe/log.ts"
import { OperatorError } from "./observe/operator-error.ts"
import * as values from "./setting-values.ts"

export { isBucket } from "./setting-values.ts"

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
const EX_CONFIG = 78

export interface Setting {
  /** None for a secret: everybody on a machine can read the arguments of its processes. */
  readonly flag?: string
  readonly variable: string
  /** Its placeholder in the help. */
  readonly value: string
  /** None for a setting that may be left unset. */
  readonly initial?: string
  readonly schema: v.GenericSchema<string, unknown>
  /** A line of `--help`. */
  readonly help: string
  /** A valid value, shown after an invalid one. */
  readonly example: string
  /**
   * For several servers: a different value on one of them is refused, since it would let the wrong people in or split
   * the data (`equal`), or only reported, since it would confuse (`alike`). Without it each server may have its own.
   */
  readonly among?: "equal" | "alike"
}

export const settings = {
  host: {
    flag: "host",
    variable: "HOST",
    value: "ADDRESS",
    initial: "127.0.0.1",
    schema: values.hostName,
    help: "Address to listen on; 0.0.0.0 opens it to the network.",
    example: "127.0.0.1",
  },
  port: {
    flag: "port",
    variable: "PORT",
    value: "PORT",
    initial: "3000",
    schema: values.wholeNumber(0, 65_535),
    help: "Port to listen on; 0 picks a free one.",
    example: "3000",
  },
  dataDir: {
    flag: "data-dir",
    variable: "DATA_DIR",
    value: "FOLDER",
    initial: "./data",
    schema: values.folder,
    help: "Folder of the data; the server makes it when it is missing.",
    example: "./data",
  },
  databaseUrl: {
    variable: "DATABASE_URL",
    value: "URL",
    schema: values.postgresUrl,
    help: "A database of PostgreSQL 13 or newer, instead of the folder.",
    example: "postgres://warren:PASSWORD@127.0.0.1:5432/warren",
  },
  redisUrl: {
    variable: "REDIS_URL",
    value: "URL",
    schema: values.redisUrl,
    help: "Redis, which makes this one of several servers on that database.",
    example: "redis://127.0.0.1:6379",
  },
  auth: {
    flag: "auth",
    variable: "AUTH",
    value: "open|token|accounts",
    initial: "open",
    schema: values.oneOf("open", "token", "accounts"),
    help: "open: anyone can use any name. token: each user needs a JWT. accounts: people sign in.",
    example: "open",
    among: "equal",
  },
  authSecret: {
    variable: "AUTH_SECRET",
    value: "TEXT",
    schema: values.secret,
    help: "Key of HS256 tokens, at least 32 bytes.",
    example: '"$(openssl rand -base64 48)"',
    among: "alike",
  },
  authJwks: {
    flag: "auth-jwks",
    variable: "AUTH_JWKS",
    value: "FILE|URL",
    schema: values.keySource,
    help: "Public keys of RS256, ES256 or EdDSA tokens: a JWKS file or its URL.",
    example: "https://id.example.com/.well-known/jwks.json",
    among: "alike",
  },
  authIssuer: {
    flag: "auth-issuer",
    variable: "AUTH_ISSUER",
    value: "TEXT",
    schema: values.text("must be the iss of the tokens"),
    help: "The iss that a token must have.",
    example: "https://id.example.com",
    among: "alike",
  },
  authAudience: {
    flag: "auth-audience",
    variable: "AUTH_AUDIENCE",
    value: "TEXT",
    schema: values.text("must be the aud of the tokens"),
    help: "The aud that a token must have.",
    example: "warren",
    among: "alike",
  },
  oidcIssuer: {
    flag: "oidc-issuer",
    variable: "OIDC_ISSUER",
    value: "URL",
    schema: values.issuerUrl,
    help: "With accounts: a provider that people sign in with (OpenID Connect).",
    example: "https://id.example.com",
    among: "alike",
  },
  oidcClientId: {
    flag: "oidc-client-id",
    variable: "OIDC_CLIENT_ID",
    value: "TEXT",
    schema: values.text("must be what the provider calls this server"),
    help: "What the provider calls this server.",
    example: "warren",
    among: "alike",
  },
  oidcClientSecret: {
    variable: "OIDC_CLIENT_SECRET",
    value: "TEXT",
    schema: values.text("must be the secret that the provider gave out for this server"),
    help: "The secret that the provider gave out with it.",
    example: '"$(cat oidc-secret)"',
  },
  oidcName: {
    flag: "oidc-name",
    variable: "OIDC_NAME",
    value: "TEXT",
    schema: values.shortName,
    help: "What the button calls the provider. [default its host]",
    example: "Example",
  },
  oidcDomains: {
    flag: "oidc-domains",
    variable: "OIDC_DOMAINS",
    value: "LIST",
    schema: values.domains,
    help: "Whose verified e-mail address is at one of these gets an account at the first sign-in.",
    example: "example.com,example.org",
    among: "alike",
  },
  oidcGroup: {
    flag: "oidc-group",
    variable: "OIDC_GROUP",
    value: "TEXT",
    schema: values.text("must be a group of the provider"),
    help: "So does whoever the provider says is in this group.",
    example: "chat",
    among: "alike",
  },
  publicUrl: {
    flag: "public-url",
    variable: "PUBLIC_URL",
    value: "URL",
    schema: values.siteUrl,
    help: "The address that people use, when it is not this machine's.",
    example: "https://chat.example.com",
    among: "alike",
  },
  allowedOrigins: {
    flag: "allowed-origins",
    variable: "ALLOWED_ORIGINS",
    value: "LIST",
    schema: values.origins,
    help: "Other sites whose pages may connect: origins, https://*.example.com, or *.",
    example: "https://app.example.com,https://*.example.org",
    among: "alike",
  },
  trustedProxies: {
    flag: "trusted-proxies",
    variable: "TRUSTED_PROXIES",
    value: "LIST",
    initial: "loopback",
    schema: values.proxies,
    help: "Whose X-Forwarded-For is believed: addresses, ranges, loopback, none.",
    example: "loopback,10.0.0.0/8",
  },
  invites: {
    flag: "invites",
    variable: "INVITES",
    value: "admins|members",
    initial: "admins",
    schema: values.oneOf("admins", "members"),
    help: "Who may invite people, with accounts; members: each to rooms they are in.",
    example: "members",
    among: "alike",
  },
  fileBytesMax: {
    flag: "file-bytes-max",
    variable: "FILE_BYTES_MAX",
    value: "BYTES",
    initial: "25000000",
    schema: values.wholeNumber(0, 10_000_000_000),
    help: "Size of a file that people may send; 0: no files.",
    example: "25000000",
    among: "alike",
  },
  filesUrl: {
    flag: "files-url",
    variable: "FILES_URL",
    value: "URL",
    schema: values.bucketUrl,
    help: "Bucket for files, s3://bucket/prefix, instead of the folder; AWS_* and S3_* say how to reach it.",
    example: "s3://warren/files",
    among: "equal",
  },
  listRooms: {
    flag: "list-rooms",
    variable: "LIST_ROOMS",
    value: "on|off",
    initial: "on",
    schema: values.oneOf("on", "off"),
    help: "on: anyone can list the public rooms. off: a room is found only by its id.",
    example: "on",
    among: "alike",
  },
  listUsers: {
    flag: "list-users",
    variable: "LIST_USERS",
    value: "on|off",
    initial: "on",
    schema: values.oneOf("on", "off"),
    help: "on: everybody can list the users. off: only people they share a room with.",
    example: "on",
    among: "alike",
  },
  search: {
    flag: "search",
    variable: "SEARCH",
    value: "on|off",
    initial: "on",
    schema: values.oneOf("on", "off"),
    help: "off: messages cannot be searched, and no index is kept of them.",
    example: "on",
    among: "alike",
  },
  rateLimits: {
    flag: "rate-limits",
    variable: "RATE_LIMITS",
    value: "on|off",
    initial: "on",
    schema: values.oneOf("on", "off"),
    help: 'off: no limits on how often; "warren limits" lists them.',
    example: "on",
    among: "alike",
  },
  backupEvery: {
    flag: "backup-every",
    variable: "BACKUP_EVERY",
    value: "TIME",
    schema: values.duration(60_000, "must be a time such as 12h or 1d (m, h, d), at least 1m"),
    help: "The server backs its data up this often, into BACKUP_DIR.",
    example: "24h",
  },
  backupDir: {
    flag: "backup-dir",
    variable: "BACKUP_DIR",
    value: "PLACE",
    schema: values.folderOrBucket,
    help: "Folder of those backups, best on another disk, or a bucket: s3://bucket/prefix.",
    example: "/var/backups/warren",
  },
  backupKeep: {
    flag: "backup-keep",
    variable: "BACKUP_KEEP",
    value: "N",
    initial: "7",
    schema: values.wholeNumber(1, 10_000),
    help: "How many of them are kept.",
    example: "7",
  },
  retentionDays: {
    flag: "retention-days",
    variable: "RETENTION_DAYS",
    value: "DAYS",
    schema: values.wholeNumber(1, 36_500),
    help: "Messages older than this are removed, for good; without it all are kept.",
    example: "365",
    among: "alike",
  },
  metricsAddress: {
    flag: "metrics-address",
    variable: "METRICS_ADDRESS",
    value: "ADDRESS:PORT",
    schema: values.listener,
    help: "A listener of its own for /metrics (Prometheus); keep it on this machine or your own network.",
    example: "127.0.0.1:9464",
  },
  metricsToken: {
    variable: "METRICS_TOKEN",
    value: "TEXT",
    schema: values.bearer,
    help: "Whoever knows it reads /metrics on the server's own port; at least 32 bytes.",
    example: '"$(openssl rand -base64 48)"',
  },
  logLevel: {
    flag: "log-level",
    variable: "LOG_LEVEL",
    value: "LEVEL",
    initial: "info",
    schema: values.oneOf(...logLevels),
    help: "debug, info, warning or error.",
    example: "info",
  },
} as const satisfies Record<string, Setting>

type Settings = typeof settings
export type Config = {
  readonly [Name in keyof Settings]:
    | v.InferOutput<Settings[Name]["schema"]>
    | (Settings[Name] extends { initial: string } ? never : undefined)
}

/** Flags by name, and the environment. Throws one OperatorError that lists every mistake. */
export function readConfig(
  flags: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const mistakes: string[] = []
  const given = new Set<string>()
  const entries = Object.entries<Setting>(settings).map(([name, setting]) => {
    const { flag, variable, initial, schema, example } = setting
    const fromFlag = flag === undefined ? undefined : flags[flag]
    // An empty variable is one that is not set, as it is in a shell.
    const own = fromFlag ?? (environment[variable] || undefined)
    if (own !== undefined) given.add(name)
    const value = own ?? initial
    if (value === undefined) return [name, undefined]
    const result = v.safeParse(schema, value, { abortEarly: true })
    if (result.success) return [name, result.output]
    const write = (text: string) => (fromFlag === undefined ? `${variable}=${text}` : `--${flag} ${text}`)
    // A setting without a flag is a secret, and must not be shown on a terminal or in a log.
    const written = flag === undefined ? variable : write(quoted(value))
    mistakes.push(`${written} is wrong: it ${result.issues[0].message}. For example: ${write(example)}`)
    return [name, undefined]
  })
  const config = Object.fromEntries(entries) as Config
  mistakes.push(...combinationMistakes(config.auth, (name) => given.has(name)))
  if (mistakes.length > 0) throw configError(mistakes)
  return config
}

/** Quoted where one could not see the value. */
function quoted(text: string): string {
  return /^$|^\s|\s$/.test(text) ? `"${text}"` : text
}

type IsGiven = (name: keyof Config) => boolean

/** Settings that conflict with each other, or need each other. */
function combinationMistakes(auth: Config["auth"], isGiven: IsGiven): string[] {
  return [
    ...(isGiven("redisUrl") && !isGiven("databaseUrl") ? [redisAlone] : []),
    ...backupMistakes(isGiven),
    ...(auth === "token" ? tokenMistakes(isGiven) : []),
    ...(isGiven("auth") ? [] : keyMistakes(isGiven)),
    ...oidcMistakes(auth, isGiven),
  ]
}

const redisAlone =
  "REDIS_URL needs DATABASE_URL as well, since several servers share their data in PostgreSQL: set it, or unset REDIS_URL."

function backupMistakes(isGiven: IsGiven): string[] {
  const [isTimed, hasPlace] = [isGiven("backupEvery"), isGiven("backupDir")]
  if (isTimed && isGiven("databaseUrl"))
    return ["BACKUP_EVERY is for data in a folder: back PostgreSQL up with pg_dump, and unset BACKUP_EVERY."]
  if (isTimed && !hasPlace) return [`BACKUP_EVERY needs BACKUP_DIR as well, such as ${settings.backupDir.example}`]
  return hasPlace && !isTimed ? [`BACKUP_DIR needs BACKUP_EVERY as well, such as ${settings.backupEvery.example}`] : []
}

function tokenMistakes(isGiven: IsGiven): string[] {
  if (isGiven("authSecret") && isGiven("authJwks"))
    return ["AUTH_SECRET and AUTH_JWKS are both set: choose one of them to check tokens with."]
  if (isGiven("authSecret")) return []
  if (!isGiven("authJwks"))
    return ["AUTH=token needs a key to check tokens with: set AUTH_SECRET, or AUTH_JWKS with its issuer and audience."]
  // Whoever holds such keys also signs tokens for other services, which must not be accepted here.
  return (["authIssuer", "authAudience"] as const)
    .filter((name) => !isGiven(name))
    .map((name) => `AUTH_JWKS needs ${settings[name].variable} as well, such as ${settings[name].example}`)
}

/** Whoever gives a key wants it to be asked for: a server that let anybody in beside it would be a surprise. */
function keyMistakes(isGiven: IsGiven): string[] {
  return (["authSecret", "authJwks"] as const)
    .filter(isGiven)
    .map((name) => `${settings[name].variable} needs AUTH=token as well, or unset it.`)
}

const oidcSettings = ["oidcClientId", "oidcClientSecret", "oidcName", "oidcDomains", "oidcGroup"] as const

function oidcMistakes(auth: Config["auth"], isGiven: IsGiven): string[] {
  const variableOf = (name: keyof Config) => settings[name].variable
  if (!isGiven("oidcIssuer"))
    return oidcSettings.filter(isGiven).map((name) => `${variableOf(name)} needs OIDC_ISSUER as well, or unset it.`)
  if (auth !== "accounts") return ["OIDC_ISSUER needs AUTH=accounts, since who comes by it gets an account."]
  const missing = (["oidcClientId", "oidcClientSecret"] as const)
    .filter((name) => !isGiven(name))
    .map((name) => `OIDC_ISSUER needs ${variableOf(name)} as well, such as ${settings[name].example}`)
  // Otherwise everybody with an account at a worldwide provider would get one here.
  if (isGiven("oidcDomains") || isGiven("oidcGroup")) return missing
  return [...missing, "OIDC_ISSUER needs OIDC_DOMAINS or OIDC_GROUP as well, which say who gets an account."]
}

export function configError(mistakes: readonly string[]): OperatorError {
  return new OperatorError(mistakes.join("\n"), { status: EX_CONFIG })
}

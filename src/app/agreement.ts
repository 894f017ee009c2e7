/**
 * Whether several servers have the same settings. Each tells the others its own through the
 * database. A server with another AUTH or bucket is refused. Any other difference is only a
 * warning for as long as it lasts, since it occurs whenever servers are changed one after
 * the other. Of a secret only 16 bits of a keyed hash are told: enough to see that two
 * differ, and useless to whoever reads them.
 */
import { createHash, createHmac } from "node:crypto"
import { readFileSync } from "node:fs"
import { version } from "../../package.json"
import { type Config, configError, type Setting, settings } from "../config.ts"
import type { Warning } from "../contract/server.ts"
import type { OperatorError } from "../observe/operator-error.ts"

/** By the variable of each setting: its value as JSON, or what is told of it. */
type Told = Readonly<Record<string, string>>

const shared = Object.entries<Setting>(settings).filter(([, { among }]) => among !== undefined)
/** The version has no variable, but is told in the same way. */
const versionName = "version"
/** The name that this Redis has: one address may lead each machine to a Redis of its own. */
const redisName = settings.redisUrl.variable
/** Where the bucket of FILES_URL is: no setting of Warren's own, and named as whoever reads it names it. */
const bucketName = "S3_ENDPOINT"
/** Older versions do not tell these, nor does a server tell the name of a Redis that it has not reached yet. */
const places: readonly string[] = [redisName, bucketName]
const unset = "null"

interface AgreementOptions {
  readonly config: Config
  /** Of a bucket, where the environment names one. */
  readonly endpoint?: string | undefined
  /** Called when something starts to differ. */
  readonly onDifference: (text: string) => void
}

export class Agreement {
  readonly #onDifference: AgreementOptions["onDifference"]
  readonly #endpoint: string | undefined
  #config: Config
  /** Unset until Redis is first reached. */
  #redis = unset
  #others: readonly Told[] = []
  #warned: readonly string[] = []

  constructor({ config, endpoint, onDifference }: AgreementOptions) {
    this.#endpoint = endpoint
    this.#config = config
    this.#onDifference = onDifference
  }

  readonly settings = (): string => JSON.stringify(this.#own())

  /** Some settings were read again. */
  changed(config: Config): void {
    this.#config = config
  }

  /** Which Redis this server reaches, by the name that all servers give it. */
  readonly reaches = (redis: string): void => {
    this.#redis = redis
  }

  /** Why this server may not join the others, if it may not. */
  readonly meet = (others: readonly string[]): OperatorError | undefined => {
    this.#others = others.map((text) => JSON.parse(text))
    const own = this.#own()
    const differing = shared.filter(([, { variable, among }]) => among === "equal" && this.#refusing(own, variable))
    if (differing.length > 0) return configError(differing.map(([, { variable }]) => refusal(variable)))
    this.#warn()
    return undefined
  }

  /** Whether all servers have the same value. */
  has(name: keyof Config): boolean {
    return !this.#differing().includes(settings[name].variable)
  }

  /** For people. */
  warnings(): readonly Warning[] {
    return this.#sentences().map((message) => ({ code: "settings", message }))
  }

  #warn(): void {
    const sentences = this.#sentences()
    for (const text of sentences) if (!this.#warned.includes(text)) this.#onDifference(text)
    this.#warned = sentences
  }

  #sentences(): string[] {
    const differing = this.#differing()
    const names = differing.filter((name) => name !== versionName && name !== redisName)
    const waits = names.includes(settings.retentionDays.variable)
      ? " Until then nothing is removed by RETENTION_DAYS."
      : ""
    return [
      ...(names.length === 0 ? [] : [`Another server has another ${listed(names)}: give all the same.${waits}`]),
      ...(differing.includes(redisName) ? [apart] : []),
      ...(differing.includes(versionName) ? ["Another server is another version of Warren: let all be the same."] : []),
    ]
  }

  #differing(): string[] {
    const own = this.#own()
    const isKnown = (name: string, told: Told) => !places.includes(name) || ![undefined, unset].includes(told[name])
    return Object.keys(own).filter(
      (name) => isKnown(name, own) && this.#others.some((other) => isKnown(name, other) && other[name] !== own[name]),
    )
  }

  #own(): Told {
    return {
      ...toldOf(this.#config),
      [versionName]: version,
      [redisName]: this.#redis,
      [bucketName]: this.#config.filesUrl === undefined ? unset : endpointOf(this.#endpoint),
    }
  }

  /**
   * A bucket may be given to one server after the other; two are one too many. An older version does not tell what it
   * does not know.
   */
  #refusing(own: Told, variable: string): boolean {
    const values = [own, ...this.#others].flatMap((told) => told[variable] ?? []).filter((value) => value !== unset)
    return new Set(values).size > 1
  }
}

function toldOf(config: Config): Told {
  const told = shared.map(([name, { variable, flag }]): [string, string] => {
    const value = config[name as keyof Config]
    if (value === undefined) return [variable, unset]
    if (flag === undefined) return [variable, markOf(String(value))]
    return [variable, name === "authJwks" ? keysAt(String(value)) : JSON.stringify(value)]
  })
  return Object.fromEntries(told)
}

/** Amazon's own where there is none. Whoever writes keys into it shows them to nobody. */
function endpointOf(endpoint = ""): string {
  const url = URL.parse(/^https?:/i.test(endpoint) ? endpoint : `https://${endpoint}`)
  return url === null ? "" : url.origin + url.pathname.replace(/\/+$/, "")
}

/** Of a secret. */
function markOf(secret: string): string {
  return createHmac("sha256", secret).update("warren: which secret this is").digest("hex").slice(0, 4)
}

/** The keys themselves, which are public, where each server has a file of its own. */
function keysAt(source: string): string {
  if (/^https?:\/\//i.test(source)) return source
  try {
    return createHash("sha256").update(readFileSync(source)).digest("hex")
  } catch {
    // Whoever needs them says so.
    return ""
  }
}

const apart =
  "Another server is on another Redis, so people at the two do not see each other come, go and type, and what they write takes up to 2 s: let REDIS_URL lead all to the same one."

function refusal(variable: string): string {
  return `Another server that runs on this database has another ${variable}: give all the same, or stop the others first.`
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`
}

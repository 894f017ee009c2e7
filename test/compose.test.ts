/** The sample with containers, which nothing here can start: held against the settings, the proxy's file and itself. */
import { expect, test } from "bun:test"
import { join } from "node:path"
import { engines } from "../package.json"
import { readConfig, settings } from "../src/config.ts"

interface Service {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile_inline: string }
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>> | readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly volumes?: readonly string[]
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly networks: {
    readonly default: { readonly ipam: { readonly config: readonly { readonly subnet: string }[] } }
  }
}

const folder = join(import.meta.dir, "../deploy/cluster")
const { services, volumes, networks } = Bun.YAML.parse(await Bun.file(join(folder, "compose.yaml")).text()) as Compose
const caddyfile = await Bun.file(join(folder, "Caddyfile")).text()
const warrens = Object.entries(services).filter(([, { image }]) => image === "warren")

test("there are three servers, and the proxy knows each of them by its name and port", () => {
  const upstreams = /reverse_proxy (.+) \{/.exec(caddyfile)?.[1]?.split(" ")
  expect(warrens).toHaveLength(3)
  expect(upstreams).toEqual(warrens.map(([name]) => `${name}:${settings.port.initial}`))
})

test("every variable is a setting, and a server takes their values, with the defaults and with a bucket", () => {
  const variables = new Set<string>(Object.values(settings).map(({ variable }) => variable))
  const ofBucket = ["S3_ENDPOINT", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
  for (const [, { environment = {} }] of warrens) {
    const unknown = Object.keys(environment).filter((name) => !variables.has(name) && !ofBucket.includes(name))
    expect(unknown).toEqual([])
    const config = readConfig({}, filledIn(environment))
    expect(config).toMatchObject({ databaseUrl: "postgres://warren:change-me@postgres:5432/warren", host: "0.0.0.0" })
    expect([config.filesUrl, config.redisUrl]).toEqual([undefined, "redis://redis:6379"])
    expect(readConfig({}, filledIn(environment, { FILES_URL: "s3://bucket/warren" })).filesUrl).toBe(
      "s3://bucket/warren",
    )
  }
})

test("the database's user and password are the servers' own, and only the proxy's network is trusted", () => {
  const { POSTGRES_USER, POSTGRES_PASSWORD } = filledIn(services["postgres"]?.environment ?? {}, secret)
  for (const [, { environment = {} }] of warrens) {
    const { DATABASE_URL = "", TRUSTED_PROXIES } = filledIn(environment, secret)
    const { username, password, hostname } = new URL(DATABASE_URL)
    expect([username, password, hostname]).toEqual([POSTGRES_USER, POSTGRES_PASSWORD, "postgres"] as string[])
    expect(TRUSTED_PROXIES).toBe(networks.default.ipam.config[0]?.subnet)
  }
})

test("images have a version, and Bun's is the one that is required", () => {
  for (const { image } of Object.values(services)) expect(image).toMatch(/^warren$|^[a-z]+:\d+(\.\d+)*$/)
  const [, bun] = /FROM oven\/bun:([\d.]+)-slim/.exec(warrens[0]?.[1].build?.dockerfile_inline ?? "") ?? []
  expect(`>=${bun}`).toBe(engines.bun)
})

test("whoever is waited for is there and says when it is healthy, and named volumes are declared", () => {
  for (const { depends_on = [], volumes: mounts = [] } of Object.values(services)) {
    const awaited = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on)
    expect(awaited.filter((name: string) => services[name]?.healthcheck === undefined)).toEqual([])
    const named = mounts.map((mount) => mount.split(":")[0] ?? "").filter((from) => !from.startsWith("."))
    expect(named.filter((name) => !(name in volumes))).toEqual([])
  }
})

test("what a server writes outside of the database, it may write as the user that it runs as", () => {
  const [, { build, environment } = {} as Service] = warrens[0] ?? []
  const dockerfile = build?.dockerfile_inline ?? ""
  const [, user] = /^USER (\d+)$/m.exec(dockerfile) ?? []
  expect(dockerfile).toContain(`install -d -m 700 -o ${user} -g ${user} ${environment?.["DATA_DIR"]}`)
})

const secret = { POSTGRES_PASSWORD: "p4ssword" }

/** As compose does it: `${NAME:-default}`. */
function filledIn(
  environment: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const fill = (text: string) => text.replace(/\$\{(\w+):-([^}]*)\}/g, (_, name, initial) => given[name] ?? initial)
  return Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, fill(text)]))
}

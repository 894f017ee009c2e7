/** Runs a server from its start to the signal that ends it, and prints what people need. */
import { networkInterfaces } from "node:os"
import { resolve } from "node:path"
import { version } from "../../package.json"
import { type App, startApp } from "../app.ts"
import { placeOf as placeOfRedis } from "../cluster/place.ts"
import type { Config } from "../config.ts"
import { minuteMs } from "../contract/durations.ts"
import { limits } from "../contract/limits.ts"
import { isCompiled, openDoors } from "../door.ts"
import { watchDescriptors } from "../observe/descriptors.ts"
import { configureLog, log } from "../observe/log.ts"
import { OperatorError } from "../observe/operator-error.ts"
import { isLoopback } from "../server/http/address.ts"
import { placeOf } from "../store/postgres/place.ts"
import { databaseName } from "../store/sqlite/open.ts"
import type { Arguments } from "./command.ts"
import { counted } from "./counted.ts"
import { checkHost } from "./host.ts"
import type { reloading } from "./reload.ts"
import { outliveStrays, toldToStop } from "./signals.ts"
import { tellOfUpgrade } from "./upgrade.ts"

interface RunOptions {
  /** Calls back with new settings. */
  readonly reload?: ReturnType<typeof reloading>
  readonly onListening?: (app: App) => Promise<void>
  readonly onStopping?: () => void
  /** Mentioned if nobody typed it: some shells and build systems set HOST themselves. */
  readonly hostFrom?: "environment" | undefined
}

export function hostSource(flags: Arguments["flags"], environment = process.env): RunOptions["hostFrom"] {
  return flags["host"] === undefined && environment["HOST"] ? "environment" : undefined
}

/** Serves until SIGINT or SIGTERM. Resolves to the exit status. */
export async function runServer(config: Config, options: RunOptions = {}): Promise<number> {
  const { onListening, onStopping, hostFrom, reload } = options
  configureLog(config.logLevel, { isTerminal: process.stderr.isTTY })
  // Nobody else may read what people write, also if the folder existed before.
  process.umask(0o077)
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  const hasStarted = outliveStrays(hasTerminal)
  await checkHost(config.host)
  const { promise: lost, resolve: onLost } = Promise.withResolvers<unknown>()
  const app = await startApp(config, { upgradeWatcher: tellOfUpgrade(process.stderr), onLost })
  // Before the summary: whoever reads that may send the signal at once.
  const heed = (next: Config) => {
    app.reload(next)
    configureLog(next.logLevel, { isTerminal: process.stderr.isTTY })
  }
  const stop = toldToStop({ hasTerminal, ...(reload && { reload: () => reload(heed) }) })
  hasStarted()
  const unwatch = watchDescriptors()
  const isTerminal = process.stdout.isTTY
  process.stdout.write(
    isTerminal ? summaryForPeople(config, app, hostFrom) : `${JSON.stringify(summary(config, app, hostFrom))}\n`,
  )
  if (!isCompiled) setTimeout(openDoors, minuteMs).unref()
  await onListening?.(app)
  const status = await Promise.race([stop, lost.then(endFor)])
  if (status !== undefined) return status
  // A second signal finds no listener and ends the process at once.
  if (isTerminal) process.stdout.write("\nStopping.\n")
  onStopping?.()
  await app.stop()
  unwatch()
  return 0
}

/**
 * Going on would mean showing, and building on, data that the next power cut removes, or that other servers rule out.
 */
function endFor(cause: unknown): number {
  if (cause instanceof OperatorError) {
    log.error("{reason}", { reason: cause.message })
    return cause.status
  }
  log.error(
    "The disk did not keep what was written, so the server ends: check the disk, then start it again. {cause}",
    {
      cause,
    },
  )
  return 1
}

const identities = {
  open: "anyone can use any name; only for people you trust",
  token: "each user is known by a token",
  accounts: "people sign in; administrators invite them",
} as const satisfies Record<Config["auth"], string>
const durability = "messages are saved to disk before they are delivered"

function summary(config: Config, { url, metricsUrl, counts, setupLink }: App, hostFrom: RunOptions["hostFrom"]) {
  const { databaseUrl, redisUrl, auth } = config
  return {
    event: "listening",
    version,
    url,
    ...(hostFrom && { hostFrom }),
    ...(metricsUrl !== undefined && { metrics: metricsUrl }),
    pid: process.pid,
    ...(databaseUrl === undefined ? { dataFile: placeOfData(config) } : { database: placeOfData(config) }),
    ...(redisUrl !== undefined && { redis: placeOfRedis(redisUrl) }),
    ...(placeOfFiles(config) !== undefined && { files: placeOfFiles(config) }),
    ...counts,
    durability,
    auth,
    ...(auth === "open" && { warning: identities.open }),
    ...(setupLink !== undefined && { setupLink }),
  }
}

function summaryForPeople(config: Config, { url, counts, setupLink }: App, hostFrom: RunOptions["hostFrom"]): string {
  const rooms = counted(counts.rooms, "room")
  const messages = counted(counts.messages, "message")
  return `Warren ${version}

  Address     ${url}${hostFrom ? "   (HOST of the environment or .env)" : ""}${reachOf(config, url)}
  API         ${url}/docs
  Data        ${placeOfData(config)}: ${rooms}, ${messages}
${optional("Others", config.redisUrl && `by Redis at ${placeOfRedis(config.redisUrl)}`)}${optional("Files", placeOfFiles(config))}  Durability  ${durability}
  Identity    ${config.auth}: ${identities[config.auth]}
  Stop        Ctrl-C

${setupLink === undefined ? "" : `${setupText(setupLink.url)}\n\n`}`
}

/** If it is worth mentioning. */
function placeOfFiles({ filesUrl, redisUrl }: Config): string | undefined {
  return filesUrl ?? (redisUrl === undefined ? undefined : "none are taken; several servers need FILES_URL for them")
}

function optional(name: string, text: string | undefined): string {
  return text === undefined ? "" : `  ${name.padEnd(12)}${text}\n`
}

function setupText(url: string): string {
  const minutes = limits.setupLinkMs / minuteMs
  return `  There is no administrator yet. Open this to become one (once, within ${minutes} minutes):\n\n    ${url}`
}

/** The file, or the database without its user and password. */
function placeOfData({ databaseUrl, dataDir }: Config): string {
  return databaseUrl === undefined ? resolve(dataDir, databaseName) : `PostgreSQL at ${placeOf(databaseUrl)}`
}

/** Who can open it, and where, so that it can be told to others. */
function reachOf({ host }: Config, url: string): string {
  if (isLoopback(host)) return "   (this machine only; --host 0.0.0.0 opens it to the network)"
  if (host !== "0.0.0.0" && host !== "::") return ""
  const { port } = new URL(url)
  const addresses = Object.values(networkInterfaces())
    .flatMap((infos) => infos ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
  return addresses.map(({ address }) => `\n              http://${address}:${port}`).join("")
}

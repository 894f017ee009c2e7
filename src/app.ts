/**
 * The composition root: what the process is made of, and the order in which it starts and
 * stops. Tests start the same one. Each part is put together in a file of app/.
 */
import { version } from "../package.json"
import type { Accounts } from "./accounts/accounts.ts"
import { type Data, openData } from "./app/data.ts"
import { type Filing, filing } from "./app/files.ts"
import { accountsOf, providerSettings, tokenCheck } from "./app/identity.ts"
import type { ServedMetrics } from "./app/metrics.ts"
import { type Parts, type Tools, toolsOf } from "./app/parts.ts"
import { describing } from "./app/server-state.ts"
import type { Tokens } from "./app/tokens.ts"
import { type Upkeep, upkeepOf } from "./app/upkeep.ts"
import { Chat } from "./chat/chat.ts"
import type { Counts } from "./chat/store.ts"
import type { Cluster } from "./cluster/cluster.ts"
import type { Config } from "./config.ts"
import type { Link } from "./contract/accounts.ts"
import { warningsOf } from "./server/http/readiness.ts"
import { type RunningServer, startServer } from "./server/server.ts"

/** How long the store counts as failing after a failure. */
const storeFailureCountsMs = 5_000

export interface App {
  readonly url: string
  /** Where metrics are read on a listener of their own, if there is one. */
  readonly metricsUrl: string | undefined
  /** Counted at the start. */
  readonly counts: Counts
  /** The link to the first administrator's account, where people have accounts and there is no administrator. */
  readonly setupLink: Link | undefined
  /** Connections that are open now, of any transport. */
  readonly connections: () => number
  /** How often each limit was met, by its name in limits.ts, and each error was given, by its code. */
  readonly limited: () => Record<string, number>
  /**
   * Commits and answers what was accepted, closes all connections, and releases the data. It has no deadline: at most
   * `commandsPendingMax` were accepted, and whoever cannot wait for a slow disk can end the process.
   */
  readonly stop: () => Promise<void>
  /** Takes new keys for tokens, from the next connection on. Throws an OperatorError when they cannot be read. */
  readonly reload: (config: Config) => void
}

/** Throws an OperatorError when the folder, the database or the port cannot be used. */
export async function startApp(config: Config, given: Partial<Parts> = {}): Promise<App> {
  const tools = toolsOf(config, given)
  let address = ""
  // First, as it opens nothing: to open the data may change what other servers use.
  const tokens = await tokenCheck(config, tools)
  const data = await openData(config, tools, given, () => address)
  try {
    const upkeep = await upkeepOf(config, tools, data)
    const assembled = await assemble(config, tools, { data, upkeep, tokens })
    const { server, metrics, accounts } = assembled
    address = config.publicUrl ?? server.url
    void assembled.sweep.begin()
    upkeep.begin()
    return {
      url: server.url,
      metricsUrl: metrics?.url,
      counts: data.counts,
      setupLink: await accounts?.setupLink(),
      connections: server.connections,
      limited: () => server.counters.all(),
      stop: () => stop(data, upkeep, assembled),
      reload: (next) => {
        tokens?.renew(next)
        tools.agreement?.changed(next)
      },
    }
  } catch (error) {
    await data.close()
    throw error
  }
}

interface Assembled extends Filing {
  readonly cluster: Cluster
  readonly accounts: Accounts | undefined
  readonly chat: Chat
  readonly server: RunningServer
  /** None where nobody may read metrics: then none are collected. */
  readonly metrics: ServedMetrics | undefined
}

interface Opened {
  readonly data: Data
  readonly upkeep: Upkeep
  readonly tokens: Tokens | undefined
}

async function assemble(config: Config, tools: Tools, { data, upkeep, tokens }: Opened): Promise<Assembled> {
  const { incidents, clock, broadcasting, newRoomId, newMessageId, failures } = tools
  const { backups, search } = upkeep
  const cluster = await tools.join(data.store)
  const { store, neighbours } = cluster
  const { files, uploads, sweep } = filing(config, tools, store, { blobs: data.blobs, now: upkeep.time.now })
  const accounts = await accountsOf(config, tools, data, { chat: () => chat, server: () => server })
  const freeBytes = () => tools.freeBytes(config.dataDir)
  const isDataInFolder = config.databaseUrl === undefined
  const isStoreUp = () => failures.within(storeFailureCountsMs) === undefined
  const warnings = (free: number) => [...warningsOf(free), ...cluster.warnings(), ...upkeep.risks()]
  const describeServer = describing({
    store,
    isStoreUp,
    isOneOfSeveral: cluster.isBusUp !== undefined,
    connections: () => server.connections(),
    freeBytes,
    isDataInFolder,
    backups,
    search,
    warnings,
    startedAt: clock.epochMs(),
  })
  const chat = new Chat({
    store,
    neighbours,
    newRoomId,
    newMessageId,
    listsRooms: config.listRooms === "on",
    listsUsers: config.listUsers === "on",
    ...(accounts && { accounts }),
    searcher: search,
    describeServer,
  })
  const isMetered = config.metricsAddress !== undefined || config.metricsToken !== undefined
  const metering = isMetered ? await import("./app/metrics.ts") : undefined
  const server: RunningServer = startServer({
    host: config.host,
    port: config.port,
    chat,
    store,
    files,
    uploads,
    failures,
    incidents,
    clock,
    broadcasting,
    publicUrl: config.publicUrl,
    allowedOrigins: config.allowedOrigins ?? [],
    trustedProxies: config.trustedProxies,
    byToken: tokens?.identify,
    auth: config.auth,
    version,
    accounts,
    provider: providerSettings(config),
    isLimited: config.rateLimits === "on",
    servedAt: upkeep.time.servedAt,
    warnings: () => [...warnings(freeBytes()).map(({ message }) => message), ...(backups?.warnings() ?? [])],
    metrics: () => metrics?.onServer,
  })
  const metrics = metering?.serveMetrics(config, {
    server,
    store: tools.meter,
    isStoreUp,
    isBusUp: cluster.isBusUp,
    freeBytes: isDataInFolder ? freeBytes : undefined,
    latestBackupAt: backups && (() => backups.latestAt),
    searchBehind: search && (() => search.behind),
  })
  cluster.begin({
    hear: (news) => server.announce(chat.hear(news, clock.elapsedMs())),
    watched: () => chat.watchedRooms(),
    heads: (revs) => chat.knowsHeads(revs),
    sendAway: server.sendAway,
  })
  return { files, uploads, sweep, cluster, accounts, chat, server, metrics }
}

/** First refuses what is new, then stores and answers what was accepted, then closes the connections. */
async function stop(data: Data, upkeep: Upkeep, assembled: Assembled): Promise<void> {
  const { server, sweep, cluster, accounts, chat, metrics } = assembled
  server.refuse()
  await sweep.end()
  cluster.hush()
  // Before the store closes: the index reads the same file, and the store folds its log into it at the end.
  await upkeep.end()
  try {
    // An account that is just being created must still reach the chat.
    await (accounts ?? data.accountStore)?.close()
    await chat.rest()
    await cluster.store.close()
  } finally {
    await server.close()
    await metrics?.close()
    cluster.close()
  }
}

/** The composition root: what the process is made of, and the order in which it stops. Tests start the same one. */
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import { version } from "../package.json"
import { refusedAccess } from "./accounts/access.ts"
import { Accounts } from "./accounts/accounts.ts"
import { Attempts } from "./accounts/attempts.ts"
import { Challenges } from "./accounts/challenges.ts"
import type { Newcomer } from "./accounts/parts.ts"
import { argon2, type Hasher, Passwords } from "./accounts/passwords.ts"
import { randomSecret } from "./accounts/secrets.ts"
import { type Site, siteOf } from "./accounts/site.ts"
import type { AccountStore, NewOwner } from "./accounts/tables.ts"
import { type Broadcasting, bunPublish } from "./broadcast/bun-publish.ts"
import { Chat } from "./chat/chat.ts"
import type { ChatStore, Counts } from "./chat/store.ts"
import { alone, type Cluster } from "./cluster/cluster.ts"
import { joinByRedis } from "./cluster/redis.ts"
import { type Config, configError } from "./config.ts"
import type { Link } from "./contract/accounts.ts"
import { ChatError } from "./contract/errors.ts"
import type { MessageId, RoomId } from "./contract/values.ts"
import type { Blobs } from "./files/blobs.ts"
import { Files } from "./files/files.ts"
import { ResumableUploads } from "./files/resumable.ts"
import { S3Blobs } from "./files/s3-blobs.ts"
import { Sweep } from "./files/sweep.ts"
import { Thumbnails } from "./files/thumbnails.ts"
import { Vault } from "./files/vault.ts"
import { serveMetrics } from "./metrics.ts"
import { Counters } from "./observe/counters.ts"
import { areDescriptorsFree } from "./observe/descriptors.ts"
import { Incidents } from "./observe/incidents.ts"
import { log } from "./observe/log.ts"
import { StorageFailures } from "./observe/storage-failures.ts"
import { StoreMeter } from "./observe/store-meter.ts"
import { SearchThread } from "./search/thread.ts"
import type { Clock } from "./server/clock.ts"
import { type KeyOptions, publicKeys, secretKey } from "./server/identity/keys.ts"
import type { ProviderSettings } from "./server/identity/provider.ts"
import type { TokenRules } from "./server/identity/tokens.ts"
import { type RunningServer, startServer } from "./server/server.ts"
import { openPostgresAccounts } from "./store/postgres/accounts.ts"
import { openPostgresStore } from "./store/postgres/open.ts"
import { expireUnseen, purgeDeleted } from "./store/purge.ts"
import { Retention } from "./store/retention.ts"
import { openSqliteAccounts } from "./store/sqlite/accounts.ts"
import { freeBytesOf, freeShareOf } from "./store/sqlite/folder.ts"
import type { FreeBytes } from "./store/sqlite/free-disk.ts"
import { databaseName, openSqliteStore, upgradeFolder } from "./store/sqlite/open.ts"
import { ScheduledBackups } from "./store/sqlite/scheduled-backups.ts"
import type { UpgradeWatcher } from "./store/sqlite/upgrade.ts"

/** Commands in the store's queue: about a second's work of the disk, and at most 64 KiB each. */
const commandsPendingMax = 10_000

/** How long a failure of the store counts as its state. */
const storeFailureCountsMs = 5_000

export interface App {
  readonly url: string
  /** Where metrics are read on a listener of their own, if there is one. */
  readonly metricsUrl: string | undefined
  /** As they were at the start. */
  readonly counts: Counts
  /** To the first administrator's account, where people have accounts and there is none. */
  readonly setupLink: Link | undefined
  /** Open now, whatever their transport. */
  readonly connections: () => number
  /** How often each limit has bitten, by its name in limits.ts, and each error was given, by its code. */
  readonly limited: () => Record<string, number>
  /**
   * Commits and answers what was accepted, closes every connection, lets go of the data. It has no deadline: what was
   * accepted is at most `commandsPendingMax`, and whoever cannot wait for a slow disk ends the process.
   */
  readonly stop: () => Promise<void>
  /** Takes other keys for tokens, from the next connection on. Throws an OperatorError when they cannot be read. */
  readonly reload: (config: Config) => void
}

const systemClock: Clock = { epochMs: () => Date.now(), elapsedMs: () => performance.now() }

/** Random, so that it tells nothing and cannot be guessed. */
const newRoomId = () => crypto.randomUUID() as string as RoomId
/** Version 7 grows with time, so that the index of ids is written at its end. */
const newMessageId = () => Bun.randomUUIDv7() as string as MessageId

/** What the process is made of. A test hands in what it wants to be another than it is for a user. */
export interface Parts {
  readonly clock: Clock
  readonly broadcasting: Broadcasting
  /** Given, the folder or database of the configuration is left alone. */
  readonly store: ChatStore
  /** Given, or without where `store` is given: accounts are then those of the same data. */
  readonly accountStore: AccountStore | undefined
  readonly incidents: Incidents
  /** Makes the server one of several. Given the store that they share. */
  readonly join: (store: ChatStore) => Cluster
  readonly newRoomId: () => RoomId
  readonly newMessageId: () => MessageId
  /** Told while data of an older version is brought to this one's. */
  readonly upgradeWatcher: UpgradeWatcher
  /** What may still be written on the disk that holds a folder. */
  readonly freeBytes: FreeBytes
  /** How much of the disk that holds a folder is free, from 0 to 1. */
  readonly freeShare: (folder: string) => number
  /** Where files are; without, in the data folder. */
  readonly blobs: Blobs | undefined
  /** Called when the disk did not keep what was written: the process has to end. */
  readonly onLost: (cause: unknown) => void
  /** Of passwords: slow on purpose. */
  readonly hasher: Hasher
}

const silent: UpgradeWatcher = { onBegin: () => {}, onProgress: () => {}, onEnd: () => {} }

/** Throws an OperatorError when the folder, the database or the port cannot be used. */
export async function startApp(config: Config, parts: Partial<Parts> = {}): Promise<App> {
  const { clock = systemClock, upgradeWatcher = silent, freeBytes = freeBytesOf } = parts
  const { incidents = new Incidents(new Counters(), clock.elapsedMs) } = parts
  const failures = new StorageFailures(incidents, clock.elapsedMs)
  const onFailure = (cause: unknown) => failures.add(cause)
  const meter = new StoreMeter()
  const own = {
    broadcasting: bunPublish(),
    join: joining(config, { clock, incidents }),
    newRoomId,
    newMessageId,
    upgradeWatcher,
    freeBytes,
    freeShare: freeShareOf,
    onLost: onFailure,
    hasher: argon2,
  }
  const reached = { url: "" }
  const address = () => reached.url
  const store = parts.store ?? (await openStore(config, { ...own, ...parts, clock, onFailure, meter, address }))
  const accountStore = parts.accountStore ?? (parts.store ? undefined : openAccountStore(config, freeBytes))
  try {
    const blobs = parts.blobs ?? (await openBucket(config, { clock, incidents }))
    const whole: Parts = { ...own, ...parts, clock, incidents, store, accountStore, blobs }
    if (accountStore !== undefined) await checkAccess(accountStore, config)
    const counts = await ensureRoom(whole)
    const backups = parts.store === undefined ? scheduled(config, whole) : undefined
    const retention = retaining(config, whole)
    const search = parts.store === undefined ? searching(config, whole) : undefined
    const served = await serve(config, whole, { failures, backups, retention, meter, search })
    reached.url = config.publicUrl ?? served.url
    backups?.begin()
    retention.begin()
    search?.begin()
    return { counts, ...served }
  } catch (error) {
    await accountStore?.close()
    await store.close()
    throw error
  }
}

function openAccountStore({ databaseUrl, dataDir }: Config, freeBytes: FreeBytes): AccountStore {
  return databaseUrl === undefined
    ? openSqliteAccounts(join(dataDir, databaseName), freeBytes)
    : openPostgresAccounts(databaseUrl)
}

/** Throws an OperatorError. */
async function checkAccess(store: AccountStore, { auth }: Config): Promise<void> {
  const before = await refusedAccess(store, auth)
  if (before === undefined) return
  throw configError([
    `This data was served with AUTH=${before}, and with AUTH=${auth} anybody could take anybody's name: set AUTH=${before}, or run "warren auth open" first.`,
  ])
}

function joining({ redisUrl }: Config, { clock, incidents }: Pick<Parts, "clock" | "incidents">): Parts["join"] {
  if (redisUrl === undefined) return alone
  const report = (text: string) => incidents.report("cluster", text)
  const onError = ({ message }: Error) => {
    incidents.report("redis", "Redis cannot be reached: {message}", { message }, { pace: "seldom" })
  }
  return (store) => joinByRedis(store, { url: redisUrl, elapsedMs: clock.elapsedMs, report, onError })
}

interface StoreParts extends Pick<Parts, "clock" | "newRoomId" | "upgradeWatcher" | "freeBytes" | "onLost"> {
  readonly onFailure: (cause: unknown) => void
  readonly meter: StoreMeter
  readonly address: () => string
}

async function openStore({ databaseUrl, redisUrl, dataDir }: Config, parts: StoreParts): Promise<ChatStore> {
  const { onFailure, meter, address, upgradeWatcher, freeBytes } = parts
  const options = { pendingMax: commandsPendingMax, onFailure, meter, address }
  if (databaseUrl !== undefined) {
    const prepare = async (store: ChatStore) => void (await ensureRoom({ ...parts, store }))
    return openPostgresStore(databaseUrl, { ...options, isAlone: redisUrl === undefined, prepare })
  }
  await upgradeFolder(dataDir, upgradeWatcher, freeBytes)
  return openSqliteStore(dataDir, { ...options, freeBytes, onLost: parts.onLost })
}

const severalNeedBucket =
  "This server is one of several, so it takes files only with FILES_URL, a place that all reach."

/** None where files are in the data folder. Throws an OperatorError when it cannot be used. */
async function openBucket({ filesUrl }: Config, { clock, incidents }: Pick<Parts, "clock" | "incidents">) {
  if (filesUrl === undefined) return undefined
  const onFailure = (cause: unknown) =>
    incidents.report("files", "The bucket of the files cannot be reached: {cause}", { cause }, { pace: "seldom" })
  const bucket = new S3Blobs({ url: filesUrl, epochMs: clock.epochMs, onFailure })
  await bucket.check()
  return bucket
}

/** An empty server has a room to begin in. Of a deleted room a row stays, so one without any has never had one. */
async function ensureRoom({ store, clock, newRoomId }: Pick<Parts, "store" | "clock" | "newRoomId">): Promise<Counts> {
  const counts = await store.counts()
  if (counts.rooms > 0) return counts
  const general = { name: "General", visibility: "public", creator: null } as const
  // A failure is logged by the queue, and the next start tries again.
  await new Promise((resolve) => {
    store.submit({ kind: "createRoom", id: newRoomId(), ...general, at: clock.epochMs() }, resolve)
  })
  return await store.counts()
}

/** None unless it is to make some. */
function scheduled(config: Config, { clock, incidents }: Parts): ScheduledBackups | undefined {
  const { dataDir, backupEvery, backupDir, backupKeep } = config
  if (backupEvery === undefined || backupDir === undefined) return undefined
  return new ScheduledBackups({
    dataDir,
    folder: backupDir,
    everyMs: backupEvery,
    keep: backupKeep,
    now: clock.epochMs,
    onDone: (backup) => log.info("Backed up {messages} messages ({bytes} bytes) to {file}.", backup),
    onFailure: (cause) => incidents.report("backup", "The backup failed: {cause}", { cause }, { level: "error" }),
  })
}

/** Also without RETENTION_DAYS: a room's owner may keep less. */
function retaining({ retentionDays: days }: Config, { store, clock, incidents }: Parts): Retention {
  return new Retention({
    store,
    days,
    now: clock.epochMs,
    onRemoved: (messages) => log.info("Removed {messages} messages that were older than they are kept.", { messages }),
    onFailure: (cause) => incidents.report("retention", "Old messages were not removed: {cause}", { cause }),
  })
}

/** None where messages are not to be searched. */
function searching({ search, dataDir, databaseUrl }: Config, { incidents }: Parts): SearchThread | undefined {
  if (search === "off") return undefined
  return new SearchThread({
    canOpen: areDescriptorsFree,
    place: { folder: dataDir, databaseUrl },
    onProgress: (progress) => {
      if (progress.kind === "built") log.info("The search index is built: {read} messages in {ms} ms.", progress)
      else log.info("Building the search index: {read} of {total} messages.", progress)
    },
    onFailure: (cause) => incidents.report("search", "The search index failed: {cause}", { cause }, { level: "error" }),
  })
}

/** What is known of the store beside what it does, and what is done with it from time to time. */
interface Watched {
  readonly retention: Retention
  /** None where messages are not searched. */
  readonly search: SearchThread | undefined
  readonly failures: StorageFailures
  readonly meter: StoreMeter
  /** None unless the server makes some. */
  readonly backups: ScheduledBackups | undefined
}

async function serve(
  config: Config,
  parts: Parts,
  { failures, meter, backups, retention, search }: Watched,
): Promise<Omit<App, "counts">> {
  const { incidents, clock, broadcasting, newRoomId, newMessageId, freeBytes } = parts
  const cluster = parts.join(parts.store)
  const { store, neighbours } = cluster
  const warnings = () => [...cluster.warnings(), ...(backups?.warnings() ?? [])]
  const { auth, host, port, listRooms, publicUrl, allowedOrigins = [], trustedProxies, rateLimits } = config
  const vault = new Vault(join(config.dataDir, "files"), parts.blobs)
  const { epochMs } = clock
  const freeShare = () => parts.freeShare(config.dataDir)
  const thumbnails = new Thumbnails()
  const closed = parts.blobs === undefined && config.redisUrl !== undefined ? severalNeedBucket : undefined
  const files = new Files({ store, vault, thumbnails, bytesMax: config.fileBytesMax, closed, freeShare, epochMs })
  const uploads = new ResumableUploads({ files, vault, elapsedMs: clock.elapsedMs, epochMs })
  const sweep = new Sweep({
    files,
    uploads,
    vault,
    epochMs,
    onFailure: (cause) => incidents.report("files", "Files that nobody holds could not be removed: {cause}", { cause }),
  })
  const accounts = keeper(config, parts, failures, {
    site: () => siteOf(publicUrl ?? server.url, publicUrl !== undefined),
    address: () => publicUrl ?? reachable(server.url),
    onChanged: () => server.rightsChanged(),
    welcome: (newcomer) =>
      new Promise((resolve, reject) => {
        chat.welcome({ ...newcomer, at: clock.epochMs() }, (effects) => {
          if (effects instanceof ChatError) return reject(effects)
          server.announce(effects)
          resolve()
        })
      }),
    handOverRoom: (change) =>
      new Promise((resolve, reject) => {
        chat.handOver(change, (result) => (result === true ? resolve() : reject(result)))
      }),
  })
  const chat = new Chat({
    store,
    neighbours,
    newRoomId,
    newMessageId,
    listsRooms: listRooms === "on",
    listsUsers: config.listUsers === "on",
    ...(accounts && { accounts }),
    searcher: search,
  })
  const keyOptions = { incidents, elapsedMs: clock.elapsedMs }
  const tokens = tokenRules(config, keyOptions)
  const access = {
    publicUrl,
    allowedOrigins,
    trustedProxies,
    accounts,
    auth,
    version,
    tokens,
    provider: providerSettings(config),
    isLimited: rateLimits === "on",
    freeBytes: () => freeBytes(config.dataDir),
  }
  const server: RunningServer = startServer({
    host,
    port,
    chat,
    store,
    files,
    uploads,
    failures,
    incidents,
    clock,
    broadcasting,
    warnings,
    metrics: () => metrics.onServer,
    ...access,
  })
  const metrics = serveMetrics(config, {
    server,
    store: meter,
    isStoreUp: () => failures.within(storeFailureCountsMs) === undefined,
    isBusUp: cluster.isBusUp,
    freeBytes: config.databaseUrl === undefined ? access.freeBytes : undefined,
    latestBackupAt: backups && (() => backups.latestAt),
    searchBehind: search && (() => search.behind),
  })
  cluster.begin({
    hear: (news) => server.announce(chat.hear(news, clock.elapsedMs())),
    watched: () => chat.watchedRooms(),
    heads: (revs) => chat.knowsHeads(revs),
    sendAway: server.sendAway,
  })
  void sweep.begin()
  const endPurging = purgeDeleted(parts.store, clock.epochMs)
  const endExpiring = config.auth === "open" ? expireUnseen(parts.store, clock.epochMs) : () => {}
  const stop = async () => {
    endPurging()
    endExpiring()
    server.refuse()
    await sweep.end()
    cluster.hush()
    // The index reads the same file, which the store folds its log into at its end.
    await Promise.all([backups?.close(), retention.close(), search?.close()])
    try {
      // Whoever is being made an account is still to be made known to the chat.
      await (accounts ?? parts.accountStore)?.close()
      await chat.rest()
      await store.close()
    } finally {
      await server.close()
      await metrics.close()
      cluster.close()
    }
  }
  const { url, connections, counters } = server
  const setupLink = await accounts?.setupLink()
  const reload = (next: Config) => {
    // Whoever checks a token has this very record.
    if (tokens !== undefined) Object.assign(tokens, tokenRules({ ...next, auth }, keyOptions))
  }
  return { url, metricsUrl: metrics.url, setupLink, connections, limited: () => counters.all(), stop, reload }
}

interface Around {
  readonly site: () => Site | undefined
  readonly address: () => string
  readonly onChanged: () => void
  readonly welcome: (newcomer: Newcomer) => Promise<void>
  readonly handOverRoom: (change: NewOwner) => Promise<void>
}

/** None where the server does not keep its people itself. */
function keeper(config: Config, parts: Parts, failures: StorageFailures, around: Around): Accounts | undefined {
  const { clock, incidents, accountStore: store, hasher } = parts
  if (config.auth !== "accounts" || store === undefined) return undefined
  return new Accounts({
    ...around,
    store,
    passwords: new Passwords(hasher),
    attempts: new Attempts(),
    challenges: new Challenges(randomSecret),
    newSecret: randomSecret,
    newId: () => crypto.randomUUID(),
    epochMs: clock.epochMs,
    elapsedMs: clock.elapsedMs,
    hasProvider: config.oidcIssuer !== undefined,
    membersInvite: config.invites === "members",
    tell: (name, text, properties) => incidents.report(name, text, properties),
    onFailure: (cause) => failures.add(cause),
  })
}

/** For people on other machines, where it listens on all addresses. */
function reachable(url: string): string {
  const { hostname, port } = new URL(url)
  if (hostname !== "0.0.0.0" && hostname !== "[::]") return url
  const addresses = Object.values(networkInterfaces()).flatMap((infos) => infos ?? [])
  const address = addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "localhost"
  return `http://${address}:${port}`
}

/** None unless people may sign in with one. */
function providerSettings(config: Config): ProviderSettings | undefined {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = config
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined
  const { oidcName: name = new URL(issuer).hostname, oidcDomains: domains = [], oidcGroup: group } = config
  return { issuer, clientId, clientSecret, name, rules: { domains, group } }
}

/** None where clients say who they are. Throws an OperatorError when the keys cannot be read. */
export function tokenRules(config: Config, options: KeyOptions): TokenRules | undefined {
  const { auth, authSecret, authJwks, authIssuer, authAudience } = config
  if (auth !== "token") return undefined
  const keys = authSecret === undefined ? publicKeys(authJwks ?? "", options) : secretKey(authSecret)
  return { keys, issuer: authIssuer, audience: authAudience }
}

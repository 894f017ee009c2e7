/** Opens what is kept: messages and rooms, accounts, and the bucket of files. */
import { join } from "node:path"
import { refusedAccess } from "../accounts/access.ts"
import type { AccountStore } from "../accounts/tables.ts"
import type { ChatStore, Counts } from "../chat/store.ts"
import { type Config, configError } from "../config.ts"
import type { Blobs } from "../files/blobs.ts"
import { checkPort, ofMetrics } from "../server/listen.ts"
import { readServedAt } from "../store/served-at.ts"
import { openSqliteAccounts } from "../store/sqlite/accounts.ts"
import { databaseName, openSqliteStore, upgradeFolder } from "../store/sqlite/open.ts"
import type { Parts, Tools } from "./parts.ts"

/** Commands in the store's queue: about a second of work for the disk, and at most 64 KiB each. */
const commandsPendingMax = 10_000

export interface Data {
  readonly store: ChatStore
  readonly accountStore: AccountStore | undefined
  /** None where files are in the data folder. */
  readonly blobs: Blobs | undefined
  /** As they are at the start. */
  readonly counts: Counts
  /** When it was served before this start, if that is known. */
  readonly servedAt: number | undefined
  /** The store was handed in: the folder or database of the configuration is left alone. */
  readonly isGiven: boolean
  /** Releases it, where nothing was served. */
  readonly close: () => Promise<void>
}

/** Throws an OperatorError when the folder or the database cannot be used; nothing is left open then. */
export async function openData(
  config: Config,
  tools: Tools,
  given: Partial<Parts>,
  address: () => string,
): Promise<Data> {
  const blobs = given.blobs ?? (await openBucket(config, tools))
  const store = given.store ?? (await openStore(config, tools, address))
  const accountStore = given.accountStore ?? (given.store ? undefined : await openAccountStore(config, tools))
  const close = async () => {
    await accountStore?.close()
    await store.close()
  }
  try {
    if (accountStore !== undefined) await checkAccess(accountStore, config)
    const counts = await ensureRoom(store, tools)
    const servedAt = await readServedAt(store)
    return { store, accountStore, blobs, counts, servedAt, isGiven: given.store !== undefined, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openStore(
  { databaseUrl, redisUrl, dataDir, host, port, metricsAddress: metrics }: Config,
  tools: Tools,
  address: () => string,
): Promise<ChatStore> {
  const { failures, meter, upgradeWatcher, freeBytes, onLost, agreement, sharedClock } = tools
  const onFailure = (cause: unknown) => failures.add(cause)
  const options = { pendingMax: commandsPendingMax, onFailure, meter, address }
  if (databaseUrl !== undefined) {
    // A newer schema ends the servers that run already, so one that cannot serve must not bring it.
    checkPort(host, port)
    if (metrics !== undefined) checkPort(metrics.host, metrics.port, ofMetrics)
    const prepare = async (store: ChatStore) => void (await ensureRoom(store, tools))
    const several = { ...(agreement && { peers: agreement }), onTime: sharedClock?.heard, onLost }
    const { openPostgresStore } = await import("../store/postgres/open.ts")
    return openPostgresStore(databaseUrl, { ...options, ...several, isAlone: redisUrl === undefined, prepare })
  }
  await upgradeFolder(dataDir, upgradeWatcher, freeBytes)
  return openSqliteStore(dataDir, { ...options, freeBytes, onLost })
}

async function openAccountStore({ databaseUrl, dataDir }: Config, { freeBytes }: Tools): Promise<AccountStore> {
  if (databaseUrl === undefined) return openSqliteAccounts(join(dataDir, databaseName), freeBytes)
  const { openPostgresAccounts } = await import("../store/postgres/accounts.ts")
  return openPostgresAccounts(databaseUrl)
}

async function openBucket({ filesUrl }: Config, { clock, incidents }: Tools): Promise<Blobs | undefined> {
  if (filesUrl === undefined) return undefined
  const onFailure = (cause: unknown) =>
    incidents.report("files", "The bucket of the files cannot be reached: {cause}", { cause }, { pace: "seldom" })
  const { S3Blobs } = await import("../files/s3-blobs.ts")
  const bucket = new S3Blobs({ url: filesUrl, epochMs: clock.epochMs, onFailure })
  await bucket.check()
  return bucket
}

/** Names belonged to accounts once: without accounts anybody could take them. */
async function checkAccess(store: AccountStore, { auth }: Config): Promise<void> {
  const before = await refusedAccess(store, auth)
  if (before === undefined) return
  throw configError([
    `This data is for AUTH=${before}, since with AUTH=${auth} anybody could take anybody's name: set AUTH=${before}, or run "warren auth open" first.`,
  ])
}

/** An empty server gets a first room. A deleted room leaves a row, so no rows means there never was a room. */
async function ensureRoom(store: ChatStore, { clock, newRoomId }: Tools): Promise<Counts> {
  const counts = await store.counts()
  if (counts.rooms > 0) return counts
  const general = { name: "General", visibility: "public", creator: null } as const
  // A failure is logged by the queue, and the next start tries again.
  await new Promise((resolve) => {
    store.submit({ kind: "createRoom", id: newRoomId(), ...general, at: clock.epochMs() }, resolve)
  })
  return await store.counts()
}

/**
 * What the process is made of before any data is opened. A test passes in the parts that it
 * wants to replace.
 */
import type { Hasher } from "../accounts/passwords.ts"
import { argon2 } from "../accounts/passwords.ts"
import type { AccountStore } from "../accounts/tables.ts"
import { type Broadcasting, bunPublish } from "../broadcast/bun-publish.ts"
import type { ChatStore } from "../chat/store.ts"
import { alone, type Cluster } from "../cluster/cluster.ts"
import type { Config } from "../config.ts"
import type { MessageId, RoomId } from "../contract/values.ts"
import type { Blobs } from "../files/blobs.ts"
import { Counters } from "../observe/counters.ts"
import { Incidents } from "../observe/incidents.ts"
import { StorageFailures } from "../observe/storage-failures.ts"
import { StoreMeter } from "../observe/store-meter.ts"
import { type Clock, SharedClock } from "../server/clock.ts"
import { freeBytesOf, freeShareOf } from "../store/sqlite/folder.ts"
import type { FreeBytes } from "../store/sqlite/free-disk.ts"
import type { UpgradeWatcher } from "../store/sqlite/upgrade.ts"
import { Agreement } from "./agreement.ts"

export interface Parts {
  readonly clock: Clock
  readonly broadcasting: Broadcasting
  /** If given, the folder or database of the configuration is not used. */
  readonly store: ChatStore
  /** Accounts of the same data. Where `store` is given and this is not, there are none. */
  readonly accountStore: AccountStore | undefined
  readonly incidents: Incidents
  /** Makes the server one of several that share the given store. */
  readonly join: (store: ChatStore) => Cluster | Promise<Cluster>
  readonly newRoomId: () => RoomId
  readonly newMessageId: () => MessageId
  /** Called while data of an older version is upgraded. */
  readonly upgradeWatcher: UpgradeWatcher
  /** How many bytes may still be written on the disk that holds a folder. */
  readonly freeBytes: FreeBytes
  /** How much of the disk that holds a folder is free, from 0 to 1. */
  readonly freeShare: (folder: string) => number
  /** Where files are; without, in the data folder. */
  readonly blobs: Blobs | undefined
  /** Called when the process has to end: the disk did not keep what was written, or other servers rule this one out. */
  readonly onLost: (cause: unknown) => void
  /** Hashes passwords, slowly on purpose. */
  readonly hasher: Hasher
}

/** Everything but the data, and the records of the store's health. */
export interface Tools extends Omit<Parts, "store" | "accountStore" | "blobs"> {
  /** None where the server is alone. */
  readonly agreement: Agreement | undefined
  /** None where the clock of this machine is used alone. */
  readonly sharedClock: SharedClock | undefined
  readonly failures: StorageFailures
  readonly meter: StoreMeter
}

const systemClock: Clock = { epochMs: () => Date.now(), elapsedMs: () => performance.now() }

const silent: UpgradeWatcher = { onBegin: () => {}, onProgress: () => {}, onEnd: () => {} }

export function toolsOf(config: Config, given: Partial<Parts>): Tools {
  const own = given.clock ?? systemClock
  const { incidents = new Incidents(new Counters(), own.elapsedMs) } = given
  const isShared = config.databaseUrl !== undefined && given.clock === undefined
  const sharedClock = isShared ? sharing(own, incidents) : undefined
  const clock = sharedClock ?? own
  const failures = new StorageFailures(incidents, clock.elapsedMs)
  const agreement = agreeing(config, incidents)
  return {
    broadcasting: bunPublish(),
    join: joining(config, { clock, incidents, agreement }),
    // Random, so it tells nothing and cannot be guessed.
    newRoomId: () => crypto.randomUUID() as string as RoomId,
    // Version 7 grows with time, so the index of ids is appended to.
    newMessageId: () => Bun.randomUUIDv7() as string as MessageId,
    upgradeWatcher: silent,
    freeBytes: freeBytesOf,
    freeShare: freeShareOf,
    onLost: (cause) => failures.add(cause),
    hasher: argon2,
    ...given,
    clock,
    sharedClock,
    agreement,
    incidents,
    failures,
    meter: new StoreMeter(),
  }
}

function sharing(own: Clock, incidents: Incidents): SharedClock {
  return new SharedClock(own, { onApart: (text) => incidents.report("time", text, {}, { pace: "hourly" }) })
}

function agreeing(config: Config, incidents: Incidents): Agreement | undefined {
  if (config.redisUrl === undefined) return undefined
  const endpoint = process.env["S3_ENDPOINT"] ?? process.env["AWS_ENDPOINT"]
  return new Agreement({ config, endpoint, onDifference: (text) => incidents.report("settings", text) })
}

function joining(
  { redisUrl }: Config,
  { clock, incidents, agreement }: Pick<Tools, "clock" | "incidents" | "agreement">,
): Parts["join"] {
  if (redisUrl === undefined) return alone
  const report = (text: string) => incidents.report("cluster", text)
  const onError = ({ message }: Error) => {
    incidents.report("redis", "Redis cannot be reached: {message}", { message }, { pace: "seldom" })
  }
  const onNamed = agreement?.reaches
  return async (store) => {
    const { joinByRedis } = await import("../cluster/redis.ts")
    return joinByRedis(store, { url: redisUrl, elapsedMs: clock.elapsedMs, report, onError, onNamed })
  }
}

/** What is done with the data from time to time, beside everything else: backups, the search index, removals, and a look at standbys. */

import { type Config, isBucket } from "../config.ts"
import type { Warning } from "../contract/server.ts"
import { BucketBackups } from "../files/backup-bucket.ts"
import { areDescriptorsFree } from "../observe/descriptors.ts"
import { log } from "../observe/log.ts"
import { SearchThread } from "../search/thread.ts"
import { LastingTime } from "../server/clock.ts"
import { FailoverWatch } from "../store/postgres/failover.ts"
import { expireUnseen, purgeDeleted } from "../store/purge.ts"
import { Retention } from "../store/retention.ts"
import { keepServedAt } from "../store/served-at.ts"
import { folderOfBackups } from "../store/sqlite/backup-folder.ts"
import { type BackupPlace, ScheduledBackups } from "../store/sqlite/scheduled-backups.ts"
import type { Data } from "./data.ts"
import type { Tools } from "./parts.ts"

export interface Upkeep {
  /** By which old things are removed. */
  readonly time: LastingTime
  /** None unless the server makes some. */
  readonly backups: ScheduledBackups | undefined
  /** None where messages are not searched. */
  readonly search: SearchThread | undefined
  /** What the data is in danger of. Backups that are late tell it themselves: their sentences name a place. */
  readonly risks: () => readonly Warning[]
  readonly begin: () => void
  /** Resolves when what was under way is done. */
  readonly end: () => Promise<void>
}

export function upkeepOf(config: Config, tools: Tools, { store, servedAt, isGiven }: Data): Upkeep {
  const onDoubt = (text: string) => tools.incidents.report("time", text, {}, { pace: "hourly" })
  const time = new LastingTime(tools.clock, { servedAt, onDoubt })
  const backups = isGiven ? undefined : scheduled(config, tools)
  const search = isGiven ? undefined : searching(config, tools)
  const retention = retaining(config, tools, store, time)
  const failover = isGiven ? undefined : failoverWatch(config, tools)
  let endRemovals = () => {}
  const begin = () => {
    const endKeeping = keepServedAt(store, time.servedAt)
    const endPurging = purgeDeleted(store, tools.clock.epochMs)
    const endExpiring = config.auth === "open" ? expireUnseen(store, time.now) : () => {}
    endRemovals = () => {
      endKeeping()
      endPurging()
      endExpiring()
    }
    backups?.begin()
    retention.begin()
    search?.begin()
    failover?.begin()
  }
  const end = async () => {
    endRemovals()
    await Promise.all([backups?.close(), retention.close(), search?.close(), failover?.close()])
  }
  const risks = () => [time, tools.sharedClock, failover, tools.agreement].flatMap((one) => one?.warnings() ?? [])
  return { time, backups, search, risks, begin, end }
}

/** None where the data is in a file. */
function failoverWatch({ databaseUrl }: Config, { incidents }: Tools): FailoverWatch | undefined {
  if (databaseUrl === undefined) return undefined
  const onRisk = (text: string) => incidents.report("failover", text, {}, { pace: "hourly" })
  return new FailoverWatch({ url: databaseUrl, onRisk })
}

/** None unless it is to make some. */
function scheduled(config: Config, { clock, incidents }: Tools): ScheduledBackups | undefined {
  const { dataDir, backupEvery, backupDir, backupKeep } = config
  if (backupEvery === undefined || backupDir === undefined) return undefined
  return new ScheduledBackups({
    place: placeOfBackups(dataDir, backupDir),
    everyMs: backupEvery,
    keep: backupKeep,
    now: clock.epochMs,
    onDone: (backup) => log.info("Backed up {messages} messages ({bytes} bytes) to {file}.", { ...backup }),
    onFailure: (cause) => incidents.report("backup", "The backup failed: {cause}", { cause }, { level: "error" }),
  })
}

function placeOfBackups(dataDir: string, place: string): BackupPlace {
  return isBucket(place) ? new BucketBackups({ dataDir, url: place }) : folderOfBackups(dataDir, place)
}

/** Also without RETENTION_DAYS: a room's owner may keep less. */
function retaining(
  { retentionDays: days }: Config,
  { clock, incidents, agreement }: Tools,
  store: Data["store"],
  { now }: LastingTime,
): Retention {
  return new Retention({
    store,
    days: () => (agreement === undefined || agreement.has("retentionDays") ? days : undefined),
    now,
    elapsedMs: clock.elapsedMs,
    onRemoved: (messages) => log.info("Removed {messages} messages that were older than they are kept.", { messages }),
    onFailure: (cause) => incidents.report("retention", "Old messages were not removed: {cause}", { cause }),
  })
}

/** None where messages are not to be searched. */
function searching({ search, dataDir, databaseUrl }: Config, { incidents }: Tools): SearchThread | undefined {
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

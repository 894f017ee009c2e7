/** Work on the data that is done from time to time: backups, the search index, removals, and a check of standbys. */

import type { Config } from "../config.ts"
import type { Warning } from "../contract/server.ts"
import { areDescriptorsFree } from "../observe/descriptors.ts"
import { log } from "../observe/log.ts"
import { SearchThread } from "../search/thread.ts"
import { LastingTime } from "../server/clock.ts"
import type { FailoverWatch } from "../store/postgres/failover.ts"
import { expireUnseen, purgeDeleted } from "../store/purge.ts"
import { Retention } from "../store/retention.ts"
import { keepServedAt } from "../store/served-at.ts"
import type { ScheduledBackups } from "../store/sqlite/scheduled-backups.ts"
import type { Data } from "./data.ts"
import type { Tools } from "./parts.ts"

export interface Upkeep {
  /** The clock by which old data is removed. */
  readonly time: LastingTime
  /** None unless the server makes some. */
  readonly backups: ScheduledBackups | undefined
  /** None where messages are not searched. */
  readonly search: SearchThread | undefined
  /** Risks for the data. Late backups are told apart: their sentences name a place. */
  readonly risks: () => readonly Warning[]
  readonly begin: () => void
  /** Resolves when what was under way is done. */
  readonly end: () => Promise<void>
}

export async function upkeepOf(config: Config, tools: Tools, { store, servedAt, isGiven }: Data): Promise<Upkeep> {
  const onDoubt = (text: string) => tools.incidents.report("time", text, {}, { pace: "hourly" })
  const time = new LastingTime(tools.clock, { servedAt, onDoubt })
  const backups = isGiven ? undefined : await scheduled(config, tools)
  const search = isGiven ? undefined : searching(config, tools)
  const retention = retaining(config, tools, store, time)
  const failover = isGiven ? undefined : await failoverWatch(config, tools)
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
async function failoverWatch({ databaseUrl }: Config, { incidents }: Tools): Promise<FailoverWatch | undefined> {
  if (databaseUrl === undefined) return undefined
  const { FailoverWatch } = await import("../store/postgres/failover.ts")
  const onRisk = (text: string) => incidents.report("failover", text, {}, { pace: "hourly" })
  return new FailoverWatch({ url: databaseUrl, onRisk })
}

/** None unless the server makes backups. */
async function scheduled(config: Config, tools: Tools): Promise<ScheduledBackups | undefined> {
  if (config.backupEvery === undefined || config.backupDir === undefined) return undefined
  const { backupsEvery } = await import("./backups.ts")
  return backupsEvery(config.backupEvery, config.backupDir, config, tools)
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

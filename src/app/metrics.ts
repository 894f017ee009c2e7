/**
 * Every metric of a server, by its name: what its parts have counted, read when somebody
 * asks. deploy/ has a dashboard and alerts of these names; a test compares them.
 */
import { version } from "../../package.json"
import type { Config } from "../config.ts"
import { errorMessages } from "../contract/errors.ts"
import { limitTable } from "../contract/limits.ts"
import type { Metric, Sample } from "../observe/exposition.ts"
import { processMetrics } from "../observe/process-metrics.ts"
import type { StoreMeter } from "../observe/store-meter.ts"
import { listenForMetrics, type MetricsOptions } from "../server/http/metrics.ts"
import type { RunningServer } from "../server/server.ts"

interface Measured {
  readonly server: Pick<RunningServer, "connections" | "counters" | "traffic">
  readonly store: StoreMeter
  /** Whether the last write to the store succeeded. */
  readonly isStoreUp: () => boolean
  /** None where there is no bus. */
  readonly isBusUp: (() => boolean) | undefined
  /** Free bytes on the disk of the data; none where the data is elsewhere. */
  readonly freeBytes: (() => number) | undefined
  /** When the newest backup was made, in milliseconds since 1970; none where the server makes none. */
  readonly latestBackupAt: (() => number | undefined) | undefined
  /** Changes of messages that search does not know yet; none where nothing is searched. */
  readonly searchBehind: (() => number) | undefined
}

export interface ServedMetrics {
  /** For the server's own port; none without a token. */
  readonly onServer: MetricsOptions | undefined
  /** Of the listener of their own, if there is one. */
  readonly url: string | undefined
  readonly close: () => Promise<void>
}

/** Throws an OperatorError when it cannot listen there. */
export function serveMetrics(
  { metricsAddress: address, metricsToken: token }: Pick<Config, "metricsAddress" | "metricsToken">,
  measured: Measured,
): ServedMetrics {
  const { metrics, end } = metricsOf(measured)
  const options = { metrics, token }
  const listener = address && listenForMetrics(address, options)
  const close = async () => {
    end()
    await listener?.close()
  }
  return { onServer: token === undefined ? undefined : options, url: listener?.url, close }
}

function metricsOf(measured: Measured): { readonly metrics: readonly Metric[]; readonly end: () => void } {
  const { metrics, end } = processMetrics(version)
  return { metrics: [...trafficMetrics(measured), ...storeMetrics(measured), ...metrics], end }
}

function trafficMetrics({ server: { connections, counters, traffic } }: Measured): Metric[] {
  const counted = (label: string, isMeant: (name: string) => boolean) => (): Sample[] =>
    Object.entries(counters.all()).flatMap(([name, value]) =>
      isMeant(name) ? [{ labels: { [label]: name }, value }] : [],
    )
  return [
    {
      name: "warren_connections",
      help: "Open connections, whatever their transport.",
      type: "gauge",
      read: connections,
    },
    {
      name: "warren_requests_total",
      help: "Requests that were granted, by event.",
      type: "counter",
      read: () => Object.entries(traffic.granted.all()).map(([event, value]) => ({ labels: { event }, value })),
    },
    {
      name: "warren_messages_total",
      help: "Messages that were taken.",
      type: "counter",
      read: () => traffic.granted.get("send_message"),
    },
    {
      name: "warren_broadcasts_total",
      help: "Events that were told to a room, or to one user's sockets.",
      type: "counter",
      read: () => traffic.broadcasts,
    },
    {
      name: "warren_deliveries_total",
      help: "The same, once for each connection that was told.",
      type: "counter",
      read: () => traffic.deliveries,
    },
    {
      name: "warren_refusals_total",
      help: "Requests that were refused, by the code of the error.",
      type: "counter",
      // All series exist from the start: for one that begins with the first refusal, Prometheus sees no increase.
      read: () => Object.keys(errorMessages).map((code) => ({ labels: { code }, value: counters.get(code) })),
    },
    {
      name: "warren_limits_total",
      help: 'How often a limit has bitten, by its name in "warren limits".',
      type: "counter",
      read: counted("limit", (name) => Object.hasOwn(limitTable, name)),
    },
    {
      name: "warren_backlog_cuts_total",
      help: "Connections that were cut for what they left unread.",
      type: "counter",
      read: () => counters.get("backlogBytesMax") + counters.get("backlogPacketsMax"),
    },
    {
      name: "warren_incidents_total",
      help: "What else went wrong, by kind; the log tells of it.",
      type: "counter",
      read: counted("kind", (name) => !name.startsWith("ERR_") && !Object.hasOwn(limitTable, name)),
    },
  ]
}

function storeMetrics({ store, isStoreUp, isBusUp, freeBytes, latestBackupAt, searchBehind }: Measured): Metric[] {
  const optional = (read: (() => number | undefined) | undefined) => () => {
    const value = read?.()
    return value === undefined ? [] : [{ value }]
  }
  return [
    {
      name: "warren_store_up",
      help: "1 unless the store has just failed.",
      type: "gauge",
      read: () => Number(isStoreUp()),
    },
    { name: "warren_store_queue", help: "Commands that wait for the store.", type: "gauge", read: () => store.queue() },
    {
      name: "warren_store_commands_total",
      help: "Commands that the store has settled.",
      type: "counter",
      read: () => store.commands,
    },
    {
      name: "warren_store_batch_seconds",
      help: "Time of a batch of commands, from its begin to its outcomes.",
      type: "histogram",
      read: () => store.batchSeconds,
    },
    {
      name: "warren_store_commit_seconds",
      help: "Time of a commit that wrote: with SQLite it is the sync to disk, with PostgreSQL the call that writes.",
      type: "histogram",
      read: () => store.commitSeconds,
    },
    {
      name: "warren_bus_up",
      help: "1 while Redis is there; nothing on a server that is alone.",
      type: "gauge",
      read: optional(isBusUp && (() => Number(isBusUp()))),
    },
    {
      name: "warren_disk_free_bytes",
      help: "Free space on the disk of the data.",
      type: "gauge",
      read: optional(freeBytes && (() => finite(freeBytes()))),
    },
    {
      name: "warren_backup_timestamp_seconds",
      help: "When the newest backup was made, in seconds since 1970; nothing where the server makes none.",
      type: "gauge",
      read: optional(latestBackupAt && (() => (latestBackupAt() ?? 0) / 1_000)),
    },
    {
      name: "warren_search_behind",
      help: "Messages and changes that are not in the search index yet; nothing where there is none.",
      type: "gauge",
      read: optional(searchBehind),
    },
  ]
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}

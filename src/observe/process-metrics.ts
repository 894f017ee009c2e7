/** What the process uses of its machine, under the names that every dashboard knows. */
import { readdirSync } from "node:fs"
import { monitorEventLoopDelay } from "node:perf_hooks"
import type { Metric } from "./exposition.ts"

/** Of the timer that is watched. */
const lagResolutionMs = 10
const quantiles = [0.5, 0.99, 1] as const

/** Watches the event loop from now on. */
export function processMetrics(version: string): { readonly metrics: readonly Metric[]; readonly end: () => void } {
  const startedSeconds = Date.now() / 1_000 - process.uptime()
  const lag = monitorEventLoopDelay({ resolution: lagResolutionMs })
  lag.enable()
  const metrics: Metric[] = [
    {
      name: "warren_build_info",
      help: "The version that runs; always 1.",
      type: "gauge",
      read: () => [{ labels: { version, bun: process.versions.bun ?? "" }, value: 1 }],
    },
    {
      name: "warren_event_loop_lag_seconds",
      help: "How late timers were since it was last asked; quantile 1 is the longest.",
      type: "gauge",
      read: () => {
        const samples = quantiles.map((quantile) => {
          const ns = quantile === 1 ? lag.max : lag.percentile(quantile * 100)
          // Bun counts the time above the resolution; Node would count all of the time between two timers.
          return { labels: { quantile: `${quantile}` }, value: lag.count === 0 ? 0 : ns / 1e9 }
        })
        lag.reset()
        return samples
      },
    },
    {
      name: "process_cpu_seconds_total",
      help: "User and system CPU time.",
      type: "counter",
      read: () => {
        const { user, system } = process.cpuUsage()
        return (user + system) / 1e6
      },
    },
    {
      name: "process_resident_memory_bytes",
      help: "Memory that it holds.",
      type: "gauge",
      read: () => process.memoryUsage.rss(),
    },
    {
      name: "process_start_time_seconds",
      help: "When it started, in seconds since 1970.",
      type: "gauge",
      read: () => startedSeconds,
    },
    { name: "process_open_fds", help: "Open file descriptors.", type: "gauge", read: openDescriptors },
  ]
  return { metrics, end: () => lag.disable() }
}

/** No sample where the system does not list them. */
function openDescriptors() {
  try {
    return readdirSync("/proc/self/fd").length
  } catch {
    return []
  }
}

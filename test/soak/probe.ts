/**
 * Loaded into the server before its own code: says what the process holds, over a socket of
 * its own. What is only waiting to be collected is collected first, so that two samples of
 * an idle server are the same unless something was left behind.
 */
import { heapStats } from "bun:jsc"
import { readdirSync } from "node:fs"

export interface Holding {
  readonly descriptors: number
  readonly timers: number
  readonly rssBytes: number
}

const { SOAK_PROBE: path } = process.env
if (path === undefined) throw new Error("SOAK_PROBE names the socket to answer on.")
// A server may be ended by the signals that it knows, so this must not keep it.
Bun.serve({ unix: path, fetch: () => Response.json(holding()) }).unref()

function holding(): Holding {
  Bun.gc(true)
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    timers: heapStats().objectTypeCounts["Timeout"] ?? 0,
    rssBytes: process.memoryUsage.rss(),
  }
}

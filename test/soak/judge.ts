/** What is expected of a server that is to run for years, of the parts of a long day: that the last is as the first. */
import type { Percentiles } from "../../src/load/histogram.ts"
import type { Holding } from "./probe.ts"

/** A part of the day, and what the server held once all had gone. */
export interface Part extends Holding {
  /** Of sends, until they were acknowledged. */
  readonly sends: Percentiles
  readonly actions: number
  readonly logLines: number
}

export interface Bounds {
  /** Times, as they are on a machine that does nothing else, and memory, which takes a while to be all there. */
  readonly isMeasured: boolean
}

const growthMax = 1.1
/** A runtime takes memory for what is used for the first time. */
const warmUpShare = 0.3
/** Below this a latency is the clock's and the scheduler's. */
const p99FloorMs = 2

/** What was not as it should be, in sentences. */
export function judge(parts: readonly Part[], { isMeasured }: Bounds): string[] {
  const [first, last] = [parts[0], parts.at(-1)]
  if (first === undefined || last === undefined || first === last) return ["There are too few parts to compare."]
  const counted = (["descriptors", "timers", "logLines"] as const).flatMap((what) =>
    grown(what, first[what], last[what]),
  )
  if (!isMeasured) return counted
  const warm = parts.slice(0, Math.max(1, Math.floor(parts.length * warmUpShare)))
  const rssMax = Math.max(...warm.map(({ rssBytes }) => rssBytes))
  const p99Max = Math.max(first.sends.p99Ms, p99FloorMs)
  return [
    ...counted,
    ...grown("MB of memory", Math.ceil((rssMax * growthMax) / 1e6), Math.round(last.rssBytes / 1e6)),
    ...grown("ms until 99 % of the sends were acknowledged", p99Max * growthMax, last.sends.p99Ms),
  ]
}

function grown(what: string, bound: number, value: number): string[] {
  return value <= bound ? [] : [`${what}: ${value} in the last part, at most ${bound} expected by the first ones.`]
}

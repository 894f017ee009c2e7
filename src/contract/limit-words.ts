/** A limit's number as people read it: the documents and `warren limits` say the same. */
import { dayMs, hourMs, minuteMs, secondMs } from "./durations.ts"
import { type LimitName, limitTable, type Rate, type Unit } from "./limits.ts"

/** Such as "64 KiB", "6 s" or "20 at once, then 5 per second". */
export function limitInWords(name: LimitName): string {
  const { value, unit } = limitTable[name]
  return typeof value === "number" ? amount(value, unit) : rate(value, unit)
}

function rate({ atOnce, thenEveryMs }: Rate, unit: Unit): string {
  const [perMs, period] = thenEveryMs <= secondMs ? [secondMs, "second"] : [hourMs, "hour"]
  return `${amount(atOnce, unit)} at once, then ${amount(perMs / thenEveryMs, unit)} per ${period}`
}

function amount(value: number, unit: Unit): string {
  switch (unit) {
    case "bytes":
      return ofBytes(value)
    case "rate of KiB":
      return ofBytes(value * KiB)
    case "ms":
      return ofTime(value)
    case "characters":
      return `${number(value)} characters`
    case "each":
    case "rate":
      return number(value)
  }
}

/** Seconds, up to where people count in minutes and days. */
function ofTime(ms: number): string {
  if (ms % dayMs === 0) return `${number(ms / dayMs)} ${ms === dayMs ? "day" : "days"}`
  return ms > 2 * minuteMs && ms % minuteMs === 0 ? `${number(ms / minuteMs)} min` : `${number(ms / secondMs)} s`
}

/** In the largest unit that gives a whole number. */
function ofBytes(bytes: number): string {
  if (bytes % MiB === 0) return `${number(bytes / MiB)} MiB`
  return bytes % KiB === 0 ? `${number(bytes / KiB)} KiB` : `${number(bytes)} bytes`
}

function number(value: number): string {
  return value.toLocaleString("en")
}

const KiB = 1024
const MiB = 1024 * KiB

/** A limit's number as people read it: the documents and `warren limits` say the same. */
import { type LimitName, limitTable, type Rate, type Unit } from "./limits.ts"

/** Such as "64 KiB", "6 s" or "20 at once, then 5 per second". */
export function limitInWords(name: LimitName): string {
  const { value, unit } = limitTable[name]
  return typeof value === "number" ? amount(value, unit) : rate(value, unit)
}

function rate({ atOnce, thenEveryMs }: Rate, unit: Unit): string {
  const [perMs, period] = thenEveryMs <= second ? [second, "second"] : [hour, "hour"]
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
  if (ms % day === 0) return `${number(ms / day)} ${ms === day ? "day" : "days"}`
  return ms > 2 * minute && ms % minute === 0 ? `${number(ms / minute)} min` : `${number(ms / second)} s`
}

/** In the largest unit that gives a whole number. */
function ofBytes(bytes: number): string {
  if (bytes % MiB === 0) return `${number(bytes / MiB)} MiB`
  return bytes % KiB === 0 ? `${number(bytes / KiB)} KiB` : `${number(bytes)} bytes`
}

function number(value: number): string {
  return value.toLocaleString("en")
}

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000]
const KiB = 1024
const MiB = 1024 * KiB

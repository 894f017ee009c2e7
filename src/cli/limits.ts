/** `warren limits`: every bound, with its value and what it is about. */
import { type LimitName, limitTable, type Rate, type Unit } from "../contract/limits.ts"
import type { Command } from "./command.ts"

export const limitsCommand: Command = {
  run: print,
  summary: "List every limit.",
  usage: ["limits"],
  examples: [["What a user may send", "warren limits | grep message"]],
}

async function print(): Promise<number> {
  const rows = (Object.keys(limitTable) as LimitName[]).map((name) => [name, shown(name), aboutOf(name)] as const)
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  for (const [name, value, explanation] of rows) {
    process.stdout.write(`${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${explanation}\n`)
  }
  return 0
}

function aboutOf(name: LimitName): string {
  const { about, beyond } = limitTable[name]
  return `${about}${beyond === undefined ? "" : `; above: ${beyond}`}`.replaceAll("`", "")
}

function shown(name: LimitName): string {
  const { value, unit } = limitTable[name]
  return typeof value === "number" ? written(value, unit) : `${number(value.atOnce)} at once, then ${refill(value)}`
}

function written(value: number, unit: Unit): string {
  if (unit === "bytes") return value < mebibyte ? `${number(value / 1024)} KiB` : `${number(value / mebibyte)} MiB`
  if (unit === "ms") return `${number(value / 1000)} s`
  return unit === "characters" ? `${number(value)} characters` : number(value)
}

function refill({ thenEveryMs }: Rate): string {
  return thenEveryMs <= 1_000
    ? `${number(1_000 / thenEveryMs)} per second`
    : `${number(3_600_000 / thenEveryMs)} per hour`
}

const mebibyte = 1024 * 1024

function number(value: number): string {
  return value.toLocaleString("en")
}

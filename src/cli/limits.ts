/** `warren limits`: every limit, with its value and its purpose. */
import { limitInWords } from "../contract/limit-words.ts"
import { type LimitName, limitTable } from "../contract/limits.ts"
import type { Arguments, Command } from "./command.ts"
import { jsonFlag } from "./json.ts"

export const limitsCommand: Command = {
  run: print,
  summary: "List every limit.",
  usage: ["limits [--json]"],
  flags: [jsonFlag],
  examples: [["What a user may send", "warren limits | grep message"]],
}

async function print({ switches }: Arguments): Promise<number> {
  if (switches.has("json")) {
    process.stdout.write(`${JSON.stringify(limitTable)}\n`)
    return 0
  }
  const names = Object.keys(limitTable) as LimitName[]
  const rows = names.map((name) => [name, limitInWords(name), sentenceOf(name)] as const)
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  for (const [name, value, sentence] of rows) {
    process.stdout.write(`${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${sentence}\n`)
  }
  return 0
}

function sentenceOf(name: LimitName): string {
  const { about, otherwise } = limitTable[name]
  return `${about}${otherwise === undefined ? "" : `; otherwise: ${otherwise}`}`.replaceAll("`", "")
}

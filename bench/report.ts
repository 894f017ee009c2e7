/** The results as a table for people. */
import type { Absentee, Contender, ContenderKey } from "./contenders.ts"
import type { Machine } from "./machine.ts"
import type { Judgement, Row } from "./results.ts"

export interface Report {
  /** ISO 8601, the day only. */
  readonly date: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly rounds: number
  readonly contenders: Readonly<Partial<Record<ContenderKey, string>>>
  /** Who could not take part, and why. */
  readonly absent: Readonly<Partial<Record<ContenderKey, string>>>
  readonly rows: readonly Row[]
  /** What went wrong; a row that is missing has its reason here. */
  readonly errors: readonly string[]
}

const order: readonly ContenderKey[] = ["bare", "earlier", "warren", "stock", "one", "three", "node"]

export function namesOf(people: readonly Contender[]): Report["contenders"] {
  return Object.fromEntries(people.map(({ key, label }) => [key, label]))
}

export function reasonsOf(absent: readonly Absentee[]): Report["absent"] {
  return Object.fromEntries(absent.map(({ key, label, reason }) => [key, `${label}: ${reason}`]))
}

/** Markdown, with the cells aligned for those who read it as text. */
export function tableOf({ rows, contenders }: Report): string {
  const columns = order.filter((key) => contenders[key] !== undefined)
  const head = ["", ...columns.map((key) => contenders[key] as string), "Warren is", "goal", "gate", ""]
  const body = rows.flatMap((row) => linesOf(row, columns))
  return aligned([head, ...body])
}

export function latencyTableOf({ rows, contenders }: Report): string {
  const columns = ["p50Ms", "p99Ms", "p999Ms", "messagesPerSecond", "rssMb"]
  const head = ["", "", "p50 ms", "p99 ms", "p99.9 ms", "messages/s", "RSS MB"]
  const body = rows.flatMap(({ title, details }) =>
    order.flatMap((key) => {
      const detail = details[key]
      if (detail?.["p999Ms"] === undefined) return []
      return [[title.split(":")[0] ?? "", contenders[key] ?? key, ...columns.map((name) => number(detail[name]))]]
    }),
  )
  return aligned([head, ...body])
}

/** Where an idle connection's memory goes. */
export function memoryTableOf({ rows, contenders }: Report): string {
  const steps = { connectionKb: "connection", roomKb: "user, room" }
  const details = rows.find(({ key }) => key === "idle")?.details ?? {}
  const body = order.flatMap((key) => {
    const detail = details[key]
    if (detail === undefined) return []
    return [[contenders[key] ?? key, ...Object.keys(steps).map((step) => `${number(detail[step])} KB`)]]
  })
  return aligned([["RSS of a connection", ...Object.values(steps)], ...body])
}

function linesOf({ title, unit, figures, judgements }: Row, columns: readonly ContenderKey[]): string[][] {
  const cells = columns.map((key) => (figures[key] === undefined ? "–" : `${number(figures[key])} ${unit}`))
  const [first, ...more] = judgements.map(wordsOf)
  const blank = columns.map(() => "")
  return [[title, ...cells, ...(first ?? ["", "", "", ""])], ...more.map((words) => ["", ...blank, ...words])]
}

function wordsOf({ what, value, unit, goal = "–", gate = "–", verdict }: Judgement): string[] {
  return [`${number(value)} ${unit} ${what}`, goal, gate, verdict]
}

/** Three significant digits. */
function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–"
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 3 })
}

/** Nothing when there is nothing below the head. */
function aligned(lines: readonly (readonly string[])[]): string {
  if (lines.length < 2) return ""
  const widths = (lines[0] ?? []).map((_, column) => Math.max(3, ...lines.map((line) => (line[column] ?? "").length)))
  const [head = [], ...body] = lines
  const ruler = widths.map((width) => "-".repeat(width))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`
  return [head, ruler, ...body].map(line).join("\n")
}

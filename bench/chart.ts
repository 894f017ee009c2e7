/** A small chart for the README: what each contender's CPU spends, on a logarithmic scale, as SVG. */
import type { ContenderKey } from "./contenders.ts"
import type { Report } from "./report.ts"
import type { Row } from "./results.ts"

const width = 760
const left = 20
const right = 70
const barHeight = 14
const barGap = 4
const rowGap = 34
const top = 46

const colors: Readonly<Record<ContenderKey, string>> = {
  bare: "#9aa5b1",
  earlier: "#b7a6c9",
  warren: "#2f7d4f",
  stock: "#8fc1a0",
  one: "#5fa47b",
  three: "#1f5637",
  node: "#c98a3d",
}
const order = Object.keys(colors) as ContenderKey[]

export function chartOf(report: Report): string {
  const rows = report.rows.filter(({ unit, figures }) => unit === "µs" && Object.keys(figures).length > 1)
  const most = Math.max(...rows.flatMap(({ figures }) => Object.values(figures)))
  const parts: string[] = []
  let y = top
  for (const row of rows) {
    parts.push(rowOf(row, y, most))
    y += rowGap + present(row).length * (barHeight + barGap)
  }
  return page(y + 20, [legendOf(report), ...parts, footOf(report, y + 6)])
}

function rowOf(row: Row, y: number, most: number): string {
  const bars = present(row).map((key, index) => {
    const value = row.figures[key] as number
    const at = y + 8 + index * (barHeight + barGap)
    const length = lengthOf(value, most)
    return (
      `<rect x="${left}" y="${at}" width="${length.toFixed(1)}" height="${barHeight}" rx="2" fill="${colors[key]}"/>` +
      `<text x="${(left + length + 6).toFixed(1)}" y="${at + barHeight - 3}">${Number(value.toPrecision(3))} ${row.unit}</text>`
    )
  })
  return `<text x="${left}" y="${y}" class="title">${escaped(row.title)}</text>${bars.join("")}`
}

/** From a tenth of a microsecond. */
function lengthOf(value: number, most: number): number {
  const least = 0.1
  return Math.max(2, ((width - left - right) * Math.log(value / least)) / Math.log(most / least))
}

function legendOf({ contenders }: Report): string {
  let x = left
  return order
    .filter((key) => contenders[key] !== undefined)
    .map((key) => {
      const label = contenders[key] as string
      const item = `<rect x="${x}" y="8" width="12" height="12" rx="2" fill="${colors[key]}"/><text x="${x + 17}" y="18">${escaped(label)}</text>`
      x += 34 + label.length * 6.6
      return item
    })
    .join("")
}

function footOf({ date, machine, versions, rounds }: Report, y: number): string {
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const text = `Server CPU, logarithmic; medians of ${rounds} rounds. ${machine.cpu}, ${machine.cores} cores; ${software.slice(1).join(", ")}; ${date}.`
  return `<text x="${left}" y="${y}" class="foot">${escaped(text)}</text>`
}

function present({ figures }: Row): ContenderKey[] {
  return order.filter((key) => figures[key] !== undefined)
}

function page(height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#555"><title>Server CPU of Warren beside bare Bun and Node</title>
<style>.title{font-weight:600}.foot{font-size:10px}@media (prefers-color-scheme:dark){svg{fill:#bbb}}</style>
${parts.join("\n")}
</svg>
`
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
}

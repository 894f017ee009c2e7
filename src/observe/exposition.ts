/**
 * Metrics in the format of Prometheus (text format 0.0.4). Everything is counted where it
 * happens and read here on request; nothing on the path of a message knows of it.
 */
import type { Histogram } from "./histogram.ts"

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** Labels have few values, never one of a client: an id would add a series for each. */
export type Metric = {
  readonly name: string
  readonly help: string
} & (
  | { readonly type: "counter" | "gauge"; readonly read: () => number | readonly Sample[] }
  | { readonly type: "histogram"; readonly read: () => Histogram }
)

export const expositionType = "text/plain; version=0.0.4; charset=utf-8"

export function exposition(metrics: readonly Metric[]): string {
  return metrics
    .map((metric) => {
      const { name, help, type } = metric
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...linesOf(metric), ""].join("\n")
    })
    .join("")
}

function linesOf(metric: Metric): string[] {
  const { name } = metric
  if (metric.type === "histogram") return histogramLines(name, metric.read())
  const found = metric.read()
  const samples = typeof found === "number" ? [{ value: found }] : found
  return samples.map((sample) => line(name, sample))
}

function histogramLines(name: string, histogram: Histogram): string[] {
  const counts = histogram.cumulative()
  const buckets = [...histogram.bounds.map(String), "+Inf"].map((le, index) =>
    line(`${name}_bucket`, { labels: { le }, value: counts[index] ?? 0 }),
  )
  return [...buckets, `${name}_sum ${histogram.sum}`, `${name}_count ${counts.at(-1) ?? 0}`]
}

function line(name: string, { labels = {}, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")
}

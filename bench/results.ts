/** What a run finds, and how a figure is judged against its goal and its gate. */
import type { ContenderKey } from "./contenders.ts"
import { factor, median } from "./stats.ts"
import type { Bounds } from "./workloads.ts"

/** By round. */
export type Samples = Partial<Record<ContenderKey, readonly number[]>>

export type Verdict = "goal met" | "gate met" | "missed" | "reported"

export interface Judgement {
  /** Reads as "Warren's figure is 1.1 × bare Bun's". */
  readonly what: string
  readonly value: number
  readonly unit: "×" | "µs" | "ms" | "KB"
  readonly goal?: string
  readonly gate?: string
  readonly verdict: Verdict
}

export interface Row {
  readonly key: string
  readonly title: string
  readonly unit: string
  /** The median of each contender's rounds. */
  readonly figures: Partial<Record<ContenderKey, number>>
  readonly judgements: readonly Judgement[]
  /** Medians of whatever else was measured, by contender. */
  readonly details: Partial<Record<ContenderKey, Readonly<Record<string, number>>>>
}

/** Beside Warren as it was. */
export const before = "before"

/** What it may cost more than that. */
export const worseMax = 1.05

export function medians(samples: Samples): Partial<Record<ContenderKey, number>> {
  return Object.fromEntries(Object.entries(samples).map(([key, values]) => [key, median(values)]))
}

export function compare(samples: Samples, goal: Bounds, gate: Bounds, better = "cheaper"): Judgement[] {
  const { bare, earlier, warren, node } = samples
  if (warren === undefined) return []
  const judgements: Judgement[] = []
  if (earlier) judgements.push(judgeMost(before, factor(warren, earlier), "×", undefined, worseMax))
  if (bare && (goal.limit ?? gate.limit)) {
    judgements.push(judgeMost("bare Bun", factor(warren, bare), "×", goal.limit, gate.limit))
  }
  if (node && (goal.node ?? gate.node)) {
    judgements.push(judgeLeast(`${better} than Node`, factor(node, warren), goal.node, gate.node))
  }
  return judgements
}

/** Good when it is at most the goal. */
export function judgeMost(
  what: string,
  value: number,
  unit: Judgement["unit"],
  goal: number | undefined,
  gate: number | undefined,
): Judgement {
  const verdict = verdictOf(goal !== undefined && value <= goal, gate === undefined ? undefined : value <= gate)
  return { what, value, unit, ...bounds("≤", unit, goal, gate), verdict }
}

/** A factor that is good when it is at least the goal. */
export function judgeLeast(what: string, value: number, goal: number | undefined, gate: number | undefined): Judgement {
  const verdict = verdictOf(goal !== undefined && value >= goal, gate === undefined ? undefined : value >= gate)
  return { what, value, unit: "×", ...bounds("≥", "×", goal, gate), verdict }
}

function verdictOf(meetsGoal: boolean, meetsGate: boolean | undefined): Verdict {
  if (meetsGoal) return "goal met"
  if (meetsGate === undefined) return "reported"
  return meetsGate ? "gate met" : "missed"
}

function bounds(sign: string, unit: string, goal: number | undefined, gate: number | undefined) {
  return {
    ...(goal === undefined ? {} : { goal: `${sign} ${goal} ${unit}` }),
    ...(gate === undefined ? {} : { gate: `${sign} ${gate} ${unit}` }),
  }
}

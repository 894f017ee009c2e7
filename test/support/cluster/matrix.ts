/** One fault after the other, and what each cost, as rows of a table. */
import type { Fault } from "./faults.ts"
import type { BusKind, World } from "./world.ts"

/** Times in milliseconds. */
export interface Row {
  readonly bus: BusKind
  readonly fault: string
  readonly times: number
  readonly acked: number
  readonly longestAckMs: number
  readonly longestHeardMs: number
  /** From the end of the fault until everywhere everybody was seen, and nobody else. */
  readonly agreedMs: number
  readonly refusals: number
  readonly reconnections: number
}

/** Rejects where anything was lost, or is not as it should be. */
export async function endure(world: World, { name, happen }: Fault, times: number): Promise<Row> {
  await world.agree()
  await world.allReady()
  world.stopwatch.lap()
  const before = { acked: world.acked(), refusals: world.refusals(), connections: world.connections() }
  let agreedMs = 0
  try {
    for (let round = 0; round < times; round++) {
      await happen(world, round)
      agreedMs = Math.max(agreedMs, await world.agree())
    }
    await world.judge()
  } finally {
    world.goodbye()
  }
  return {
    bus: world.bus,
    fault: name,
    times,
    acked: world.acked() - before.acked,
    ...world.stopwatch.lap(),
    agreedMs,
    refusals: world.refusals() - before.refusals,
    reconnections: Math.max(0, world.connections() - before.connections),
  }
}

/** Markdown. Nothing lost and no gap is what having a row means. */
export function tableOf(rows: readonly Row[]): string {
  const head = [
    "bus",
    "what happens",
    "times",
    "acknowledged",
    "longest to ack",
    "longest to hear",
    "presence right after",
    "`ERR_STORAGE`",
    "connections again",
  ]
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
  const lines = rows.map((row) => [
    row.bus,
    row.fault,
    `${row.times}`,
    row.acked.toLocaleString("en"),
    seconds(row.longestAckMs),
    seconds(row.longestHeardMs),
    seconds(row.agreedMs),
    `${row.refusals}`,
    `${row.reconnections}`,
  ])
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n")
}

import { expect, test } from "bun:test"
import { processMetrics } from "../../src/observe/process-metrics.ts"

test("the event loop was late by as long as something held it, beyond the next timer", async () => {
  const { metrics, end } = processMetrics("1.0.0")
  const lag = metrics.find(({ name }) => name === "warren_event_loop_lag_seconds")
  // A timer of it is due within 10 ms of any moment, so at most those of the 20 are not lateness.
  await Bun.sleep(100)
  // No timer is on time to the nanosecond.
  expect(quantile("0.5", lag?.read())).toBeGreaterThan(0)
  hold(20)
  await Bun.sleep(30)
  expect(quantile("1", lag?.read())).toBeGreaterThanOrEqual(0.01)
  end()
})

function hold(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

function quantile(wanted: string, samples: unknown): number {
  const all = samples as readonly { readonly labels: { readonly quantile: string }; readonly value: number }[]
  return all.find(({ labels }) => labels.quantile === wanted)?.value ?? Number.NaN
}

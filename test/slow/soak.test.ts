/** The short form of `bun run soak`: nothing stays behind, nothing is lost or told twice. It judges no times. */
import { expect, test } from "bun:test"
import { liveADay } from "../soak/day.ts"
import { judge } from "../soak/judge.ts"

test("people who come, go, write, search and upload leave no descriptor, timer or line of log behind", async () => {
  const day = await liveADay({ people: 24, parts: 3, partMs: 2_500, pauseMs: 100, onPart: () => {} })
  expect(day.wrong).toEqual([])
  expect(judge(day.parts, { isMeasured: false })).toEqual([])
  for (const { actions, sends } of day.parts) expect(Math.min(actions, sends.count)).toBeGreaterThan(0)
}, 180_000)

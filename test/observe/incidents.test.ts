import { expect, test } from "bun:test"
import { Counters } from "../../src/observe/counters.ts"
import { Incidents } from "../../src/observe/incidents.ts"
import { StorageFailures } from "../../src/observe/storage-failures.ts"
import { startTestApp } from "../support/app.ts"
import { connect } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { recordLog } from "../support/log.ts"
import { RawPolling } from "../support/raw.ts"
import { authSecret } from "../support/tokens.ts"

test("each incident is counted; of a kind so many are told, and then how many were not", () => {
  using log = recordLog()
  const { messages: lines } = log
  const { clock, pass } = stoppedClock()
  const counters = new Counters()
  const incidents = new Incidents(counters, clock.elapsedMs)
  for (let i = 1; i <= 30; i++) incidents.report("flood", "The {i}th.", { i })
  incidents.report("another", "Something else.")
  expect(lines).toHaveLength(21)
  expect(lines.slice(18)).toEqual(["The 19th.", "The 20th.", "Something else."])
  pass(10_000)
  incidents.report("flood", "The {i}th.", { i: 31 })
  expect(lines.at(-1)).toBe("The 31th. (10 more since the last such line)")
  incidents.count("quiet")
  expect(counters.all()).toEqual({ flood: 31, another: 1, quiet: 1 })
})

test("what does not change by happening again is told once, and then seldom", () => {
  using log = recordLog()
  const { clock, pass } = stoppedClock()
  const incidents = new Incidents(new Counters(), clock.elapsedMs)
  const failures = new StorageFailures(incidents, clock.elapsedMs)
  const full = Object.assign(new Error("full"), { code: "SQLITE_FULL" })
  for (let i = 0; i < 1_000; i++) failures.add(full)
  incidents.report("setting", "A setting.", {}, { pace: "hourly" })
  expect(log.messages).toEqual([expect.stringMatching(/^The store failed: .*full/), "A setting."])
  expect(failures.within(1)).toBe("SQLITE_FULL")
  pass(10_000)
  failures.add(full)
  incidents.report("setting", "A setting.", {}, { pace: "hourly" })
  expect(log.messages).toHaveLength(3)
  expect(log.messages[2]).toEndWith("(999 more since the last such line)")
  expect(failures.within(10_000)).toBe("SQLITE_FULL")
  pass(10_000)
  expect(failures.within(10_000)).toBeUndefined()
})

test("[AUTH2] [LIM1] [LIM2] who is refused or cut is told with the address and the reason", async () => {
  using log = recordLog()
  const { messages: lines } = log
  const { clock } = stoppedClock()
  await using app = await startTestApp({ auth: "token", authSecret }, clock)
  const from = { extraHeaders: { "X-Forwarded-For": "198.51.100.7" } }
  await connect(app.url, ["polling"], { ...from, auth: { token: "x" } }).catch(() => {})
  expect(lines).toEqual(["A token from 198.51.100.7 was refused: This is not a JWT."])

  const session = await RawPolling.open(app.url, from.extraHeaders)
  await session.post(Array(5_000).fill("3").join("\x1e"))
  expect(lines[1]).toBe("The connection of 198.51.100.7 was cut by packetsPerPostMax.")
  for (let i = 0; i < 600; i++) await RawPolling.open(app.url, from.extraHeaders).catch(() => {})
  expect(lines[2]).toBe("A connection from 198.51.100.7 was refused by connectionsPerAddressRate.")
})

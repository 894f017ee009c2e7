import { expect, test } from "bun:test"
import { runLoad, type Stage } from "../../src/load/load.ts"
import { startTestApp } from "../support/app.ts"
import { nobodysPort } from "../support/port.ts"

test("a whole load is gathered, talked and checked, and its verdict is clean", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const stages: Stage[] = []
  const options = { url: app.url, clients: 10, rooms: 2, rate: 200, seconds: 0.1, check: true, typing: true }
  const result = await runLoad({ ...options, onStage: (stage) => stages.push(stage) })

  expect(stages).toEqual(["gathering", "talking", "checking"])
  expect(result).toMatchObject({ drained: true, refused: {}, losses: [], anomalies: [] })
  expect(result.acked).toBe(result.sent)
  expect(result.deliveries).toBe(result.sent * 5)
  expect(result.ack.p50Ms).toBeGreaterThan(0)
})

test("[SEQ1] [MSG3] a load that edits, reacts and deletes is delivered and stored like one that only sends", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const options = { url: app.url, clients: 10, rooms: 2, rate: 300, seconds: 0.3, check: true, changeEvery: 2 }
  const result = await runLoad(options)

  expect(result).toMatchObject({ drained: true, losses: [], anomalies: [] })
  // What was deleted meanwhile is not found any more.
  expect(Object.keys(result.refused).filter((code) => code !== "ERR_NOT_FOUND")).toEqual([])
  expect(result.acked).toBeGreaterThan(result.sent / 2)
})

test("a load that is told to stop ends early, and still waits for what it sent", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const stop = new AbortController()
  const onStage = (stage: Stage) => stage === "talking" && setImmediate(() => stop.abort())
  const options = { url: app.url, clients: 4, rooms: 1, rate: 100, seconds: 60, check: false }
  const result = await runLoad({ ...options, onStage, signal: stop.signal })

  expect(result.elapsedMs).toBeLessThan(30_000)
  expect(result.drained).toBe(true)
  expect(result.anomalies).toBeUndefined()
})

test("a server that goes away is told as losses, not as anomalies", async () => {
  const app = await startTestApp({ rateLimits: "off" })
  const onStage = (stage: Stage) => {
    if (stage === "talking") setTimeout(() => void app.stop(), 20)
  }
  const options = { url: app.url, clients: 4, rooms: 1, rate: 100, seconds: 1, check: false }
  const result = await runLoad({ ...options, onStage })

  expect(result.losses).toHaveLength(4)
  await app[Symbol.asyncDispose]()
})

test("a server that is not there is an error", async () => {
  const url = `http://127.0.0.1:${nobodysPort}`
  const options = { url, clients: 1, rooms: 1, rate: 1, seconds: 1, check: false }
  await expect(runLoad(options)).rejects.toThrow()
})

import { expect, test } from "bun:test"
import { Pipelines } from "../../src/server/limits/pipelines.ts"

test("[LIM1] a connection brings four requests in one turn of the event loop, each connection of an address for itself", async () => {
  const pipelines = new Pipelines()
  const turn = () => new Promise(setImmediate)
  const bring = (count: number, port = 1) =>
    Array.from({ length: count }, () => pipelines.isTooMany({ address: "192.0.2.1", port }))
  expect(bring(1)).toEqual([false])
  await turn()
  expect(bring(6)).toEqual([false, false, false, false, true, true])
  expect(bring(5, 2)).toEqual([false, false, false, false, true])
  await turn()
  expect(bring(5)).toEqual([false, false, false, false, true])
})

/**
 * A fifth of a file's messages is removed while people chat, by turns with none being removed, so that whatever
 * else the machine does is in both. CI asks a small file for what holds on a busy machine; RETENTION=5000000, the
 * number of messages, for the goal, in some seven minutes.
 */
import { expect, test } from "bun:test"
import { statSync } from "node:fs"
import { join } from "node:path"
import type { RoomId } from "../../../src/contract/values.ts"
import { Latencies } from "../../../src/load/histogram.ts"
import { Retention } from "../../../src/store/retention.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { granted, joining, sending } from "../../store/store-suite.ts"
import { startTestApp } from "../../support/app.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { fillFile } from "../../support/large-file.ts"

const whole = process.env["RETENTION"]
const messages = Number(whole ?? 50_000)
const removed = messages / 5
const factorMax = whole === undefined ? 6 : 2
/** A few ms more are nobody's on a machine that has other work. */
const unnoticedMs = whole === undefined ? 10 : 0
const loopMsMax = whole === undefined ? 100 : 30
const dayMs = 86_400_000
const turnMs = { quiet: 200, busy: 600 }
const chatEveryMs = 20

type Turn = "quiet" | "busy"

test("[HIST8] a fifth of a file is removed while people chat, who do not notice", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "warren.db")
  await (await startTestApp({ dataDir: folder.path })).stop()
  fillFile(path, messages)
  const bytes = statSync(path).size
  const store = openSqliteStore(folder.path, { pendingMax: 10_000, onFailure: console.error })
  const opened = { store, [Symbol.asyncDispose]: async () => {} }
  const rooms = Array.from(
    { length: 100 },
    (_, i) => `00000000-0000-4000-8000-${`${i + 1}`.padStart(12, "0")}` as RoomId,
  )
  for (const roomId of rooms) await granted(opened, joining(roomId))
  const measured = { quiet: newMeasures(), busy: newMeasures() }
  const turns = byTurns()
  const chatting = talk()
  const watching = watchLoop()
  let count = 0
  const startMs = performance.now()
  const retention = new Retention({
    store,
    days: () => 1,
    now: () => dayMs + removed,
    pause: turns.pause,
    onFailure: turns.fail,
    onRemoved: (n) => {
      count += n
      console.log(`removed ${n} in ${seconds(startMs)} s`)
    },
  })
  await Promise.race([retention.sweep(), turns.failed])
  turns.end()
  clearInterval(watching)
  await chatting
  await store.close()
  const after = statSync(path).size
  console.log(`and their space after ${seconds(startMs)} s, a quarter of them quiet: ${mb(bytes)} -> ${mb(after)} MB`)
  for (const turn of ["quiet", "busy"] as const) {
    const { felt, loop } = measured[turn]
    console.log(turn, "message", words(felt), "loop", words(loop))
  }
  const { quiet, busy } = measured
  expect(count).toBe(removed - 1)
  // What people said meanwhile came on top.
  const said = quiet.felt.percentiles().count + busy.felt.percentiles().count
  expect(after).toBeLessThan(bytes * 0.82 + said * 500 + 512 * 1_024)
  expect(busy.felt.percentiles().p99Ms).toBeLessThanOrEqual(
    Math.max(quiet.felt.percentiles().p99Ms, unnoticedMs) * factorMax,
  )
  expect(busy.loop.percentiles().p99Ms).toBeLessThanOrEqual(loopMsMax)

  async function talk(): Promise<void> {
    for (let i = 0; !turns.isOver(); i++) {
      const roomId = rooms[i % rooms.length]!
      const startMs = performance.now()
      const turn = turns.now()
      await granted(opened, { ...sending(roomId, "What people say, in a sentence or two."), at: Date.now() })
      measured[turn].felt.record(performance.now() - startMs)
      await Bun.sleep(chatEveryMs)
    }
  }

  function watchLoop() {
    let lastMs = performance.now()
    return setInterval(() => {
      const nowMs = performance.now()
      measured[turns.now()].loop.record(nowMs - lastMs)
      lastMs = nowMs
    }, 1)
  }
}, 900_000)

const newMeasures = () => ({ felt: new Latencies(), loop: new Latencies() })

/** One turn after the other: the pause after a step is longer once its turn is over. */
function byTurns() {
  let turn: Turn = "quiet"
  let sinceMs = performance.now()
  let isOver = false
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  return {
    now: () => turn,
    isOver: () => isOver,
    end: () => {
      isOver = true
    },
    fail,
    failed,
    pause: async (ms: number) => {
      if (turn === "busy" && performance.now() - sinceMs < turnMs.busy) return Bun.sleep(ms)
      turn = "quiet"
      await Bun.sleep(turnMs.quiet)
      turn = "busy"
      sinceMs = performance.now()
    },
  }
}

const mb = (bytes: number) => (bytes / 1_000_000).toFixed(0)
const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1_000).toFixed(1)
const words = (of: Latencies) => {
  const { p50Ms, p99Ms, maxMs, count } = of.percentiles()
  return `p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} max ${maxMs.toFixed(1)} ms (${count})`
}

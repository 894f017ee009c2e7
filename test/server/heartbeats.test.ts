import { expect, test } from "bun:test"
import { Heartbeats } from "../../src/server/engine/heartbeats.ts"

const times = { pingIntervalMs: 25_000, pingTimeoutMs: 20_000 }

/** As the engine's socket, as far as it beats. */
class Beating {
  readonly heard: string[] = []
  pingIntervalTimer: unknown = setTimeout(() => this.heard.push("the engine's own timer"), 0)
  schedulePing = () => {}

  sendPacket(type: string): void {
    this.heard.push(type)
  }

  onClose(reason: string): void {
    this.heard.push(reason)
  }
}

function started() {
  const heartbeats = new Heartbeats(times)
  let elapsedMs = 7_000
  heartbeats.tick(elapsedMs)
  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 250) stall(250)
  }
  const stall = (ms: number) => {
    elapsedMs += ms
    heartbeats.tick(elapsedMs)
  }
  const add = () => {
    const beating = new Beating()
    heartbeats.add(beating as never)
    return beating
  }
  return { heartbeats, pass, stall, add }
}

test("[CONN1] each is pinged 25 s after it came or answered, and ended 20 s after a ping without an answer", async () => {
  const { heartbeats, pass, add } = started()
  const ann = add()
  pass(10_000)
  const bob = add()
  pass(14_750)
  expect(ann.heard).toEqual([])
  pass(250)
  expect([ann.heard, bob.heard]).toEqual([["ping"], []])
  pass(5_000)
  ann.schedulePing()
  pass(5_000)
  expect([ann.heard, bob.heard]).toEqual([["ping"], ["ping"]])
  pass(20_000)
  expect([ann.heard, bob.heard]).toEqual([
    ["ping", "ping"],
    ["ping", "ping timeout"],
  ])
  expect(heartbeats.size).toBe(1)
  heartbeats.remove(ann as never)
  pass(60_000)
  expect([ann.heard, heartbeats.size]).toEqual([["ping", "ping"], 0])
  // Its own timers were ended, or they would have been heard by now.
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(ann.heard).toEqual(["ping", "ping"])
})

test("pongs that answer no ping leave one wait, and put the next ping off", () => {
  const { heartbeats, pass, add } = started()
  const ann = add()
  pass(20_000)
  for (let i = 0; i < 1_000; i++) ann.schedulePing()
  expect(heartbeats.size).toBe(1)
  pass(24_750)
  expect(ann.heard).toEqual([])
  pass(250)
  expect(ann.heard).toEqual(["ping"])
})

test("a process that stood still for a minute takes nobody for silent", () => {
  const { pass, stall, add } = started()
  const ann = add()
  pass(25_000)
  stall(60_000)
  expect(ann.heard).toEqual(["ping"])
  ann.schedulePing()
  pass(24_000)
  expect(ann.heard).toEqual(["ping"])
})

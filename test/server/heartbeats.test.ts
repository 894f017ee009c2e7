import { expect, test } from "bun:test"
import { type Beating, Heartbeats } from "../../src/server/engine/heartbeats.ts"

const times = { pingIntervalMs: 25_000, pingTimeoutMs: 20_000, namespaceTimeoutMs: 10_000 }

/** As a connection, as far as it beats. */
class Heard implements Beating {
  readonly heard: string[] = []

  sendPacket(type: string): void {
    this.heard.push(type)
  }

  onClose(reason: string): void {
    this.heard.push(reason)
  }

  close(): void {
    this.heard.push("close")
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
    const beating = new Heard()
    heartbeats.enter(beating)
    heartbeats.entered(beating)
    return beating
  }
  return { heartbeats, pass, stall, add }
}

test("[CONN1] each is pinged 25 s after it came or answered, and ended 20 s after a ping without an answer", () => {
  const { heartbeats, pass, add } = started()
  const ann = add()
  pass(10_000)
  const bob = add()
  pass(14_750)
  expect(ann.heard).toEqual([])
  pass(250)
  expect([ann.heard, bob.heard]).toEqual([["ping"], []])
  pass(5_000)
  heartbeats.rest(ann)
  pass(5_000)
  expect([ann.heard, bob.heard]).toEqual([["ping"], ["ping"]])
  pass(20_000)
  expect([ann.heard, bob.heard]).toEqual([
    ["ping", "ping"],
    ["ping", "ping timeout"],
  ])
  expect(heartbeats.size).toBe(1)
  heartbeats.remove(ann)
  pass(60_000)
  expect([ann.heard, heartbeats.size]).toEqual([["ping", "ping"], 0])
})

test("[CONN1] who enters no namespace in time is closed, and who did or is gone is not", () => {
  const { heartbeats, pass } = started()
  const [inside, outside, gone, late] = [new Heard(), new Heard(), new Heard(), new Heard()]
  for (const one of [inside, outside, gone]) heartbeats.enter(one)
  heartbeats.entered(inside)
  heartbeats.remove(gone)
  pass(5_000)
  heartbeats.enter(late)
  pass(4_750)
  expect(outside.heard).toEqual([])
  pass(250)
  expect([inside, outside, gone, late].map(({ heard }) => heard)).toEqual([[], ["close"], [], []])
  pass(5_000)
  expect([outside.heard, late.heard]).toEqual([["close"], ["close"]])
})

test("[CONN1] who leaves the namespace is closed as if they had just come, unless they enter again, or are gone", () => {
  const { heartbeats, pass, add } = started()
  const [gone, left, back, inside] = [add(), add(), add(), add()]
  heartbeats.remove(gone)
  pass(15_000)
  for (const one of [gone, left, back]) heartbeats.left(one)
  pass(5_000)
  heartbeats.entered(back)
  pass(4_750)
  heartbeats.rest(left)
  const close = () => [gone, left, back, inside].map(({ heard }) => heard.filter((word) => word === "close"))
  expect(close()).toEqual([[], [], [], []])
  pass(250)
  expect(close()).toEqual([[], ["close"], [], []])
  pass(60_000)
  expect(close()).toEqual([[], ["close"], [], []])
})

test("pongs that answer no ping leave one wait, and put the next ping off", () => {
  const { heartbeats, pass, add } = started()
  const ann = add()
  pass(20_000)
  for (let i = 0; i < 1_000; i++) heartbeats.rest(ann)
  expect(heartbeats.size).toBe(1)
  pass(24_750)
  expect(ann.heard).toEqual([])
  pass(250)
  expect(ann.heard).toEqual(["ping"])
})

test("a process that stood still for a minute takes nobody for silent", () => {
  const { heartbeats, pass, stall, add } = started()
  const ann = add()
  pass(25_000)
  stall(60_000)
  expect(ann.heard).toEqual(["ping"])
  heartbeats.rest(ann)
  pass(24_000)
  expect(ann.heard).toEqual(["ping"])
})

test("a process that stood still for a minute takes nobody for late", () => {
  const { heartbeats, pass, stall } = started()
  const ann = new Heard()
  heartbeats.enter(ann)
  pass(8_000)
  stall(60_000)
  expect(ann.heard).toEqual([])
  pass(750)
  expect(ann.heard).toEqual([])
  pass(250)
  expect(ann.heard).toEqual(["close"])
})

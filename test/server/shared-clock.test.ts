import { expect, test } from "bun:test"
import { hourMs, minuteMs } from "../../src/contract/durations.ts"
import { SharedClock } from "../../src/server/clock.ts"

const noonMs = Date.parse("2026-01-31T12:00:00.000Z")

function clockAt(wrongByMs: number) {
  const own = { wrongByMs, elapsedMs: 0 }
  const told: string[] = []
  const clock = new SharedClock(
    { epochMs: () => noonMs + own.elapsedMs + own.wrongByMs, elapsedMs: () => own.elapsedMs },
    { onApart: (text) => told.push(text) },
  )
  /** The database is asked, answers in the middle, and has said what it does then. */
  const ask = (ms: number) => {
    const fromMs = own.elapsedMs
    own.elapsedMs += ms
    clock.heard(noonMs + fromMs + ms / 2, { fromMs, toMs: own.elapsedMs })
  }
  return { own, told, clock, ask }
}

test("the time is the machine's own until the database was heard, and then the database's", () => {
  const { own, clock, ask } = clockAt(10 * minuteMs)
  expect(clock.epochMs()).toBe(noonMs + 10 * minuteMs)
  ask(10)
  // As late as it can be: the earliest moment of the answer.
  expect(clock.epochMs()).toBe(noonMs + own.elapsedMs + 5)
  own.wrongByMs = -hourMs
  own.elapsedMs += 1_000
  expect(clock.epochMs()).toBe(noonMs + own.elapsedMs + 5)
})

test("a clock that may be right is left alone, and of a slow answer and a quick one the quick one counts", () => {
  const right = clockAt(0)
  for (const ms of [400, 2, 400]) right.ask(ms)
  expect(right.clock.epochMs()).toBe(noonMs + right.own.elapsedMs)
  const { own, clock, ask } = clockAt(minuteMs)
  ask(400)
  expect(clock.epochMs()).toBe(noonMs + own.elapsedMs + 200)
  ask(2)
  expect(clock.epochMs()).toBe(noonMs + own.elapsedMs + 1)
  ask(400)
  expect(clock.epochMs()).toBe(noonMs + own.elapsedMs + 1)
})

test("a machine that slept finds the time with the next answer", () => {
  const { own, clock, ask } = clockAt(0)
  ask(2)
  // What elapses stands still meanwhile.
  clock.heard(noonMs + hourMs, { fromMs: own.elapsedMs, toMs: own.elapsedMs + 2 })
  expect(clock.epochMs()).toBe(noonMs + hourMs - 2)
})

test("beyond a minute it is told, as whole minutes and with the way, until it is right again", () => {
  const { own, told, clock, ask } = clockAt(minuteMs - 100)
  ask(2)
  expect(clock.warnings()).toEqual([])
  own.wrongByMs = -10 * minuteMs
  ask(2)
  const message =
    "This machine's clock is 10 min behind the database's, which is the one that counts: set the wrong one right."
  expect(clock.warnings()).toEqual([{ code: "clock", message }])
  expect(told).toEqual([message])
  own.wrongByMs = 0
  expect(clock.warnings()).toEqual([])
})

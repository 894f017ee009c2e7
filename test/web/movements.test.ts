import { expect, test } from "bun:test"
import type { Clock } from "../../src/web/core/clock.ts"
import { Movements } from "../../src/web/core/movements.ts"
import { describeNotice } from "../../src/web/core/tell-notice.ts"
import { showAllTexts } from "./all-texts.ts"

showAllTexts()

const bob = { userId: "bob", username: "Bob", avatar: null }

test("[LEAVE2] who lost the connection and is back within 15 s neither left nor joined", async () => {
  const clock = new ClockByHand()
  const movements = new Movements(clock)
  void movements.left(() => "m", bob, "disconnect")
  await clock.pass(14_999)
  movements.joined("m", bob)
  await clock.pass(60_000)
  expect(told(movements)).toEqual([])
})

test("[LEAVE2] who is not back after 15 s left, after the message that was the last then", async () => {
  const clock = new ClockByHand()
  const movements = new Movements(clock)
  let last = "before"
  void movements.left(() => last, bob, "disconnect")
  await clock.pass(14_999)
  expect(told(movements)).toEqual([])
  last = "after"
  await clock.pass(1)
  expect(told(movements)).toEqual([["after", "\u2068Bob\u2069 left"]])
  movements.joined("after", bob)
  expect(told(movements)).toEqual([["after", "\u2068Bob\u2069 joined"]])
})

test("who came back while we were away ourselves did not leave", async () => {
  const clock = new ClockByHand()
  const movements = new Movements(clock)
  void movements.left(() => "m", bob, "disconnect")
  await clock.pass(5_000)
  movements.begin([])
  movements.found([bob])
  await clock.pass(60_000)
  expect(told(movements)).toEqual([])
})

test("[LEAVE1] who leaves is told of at once", async () => {
  const movements = new Movements(new ClockByHand())
  void movements.left(() => "m", bob, "leave")
  expect(told(movements)).toEqual([["m", "\u2068Bob\u2069 left"]])
})

test("who loses the connection time and again is told of once they stay away", async () => {
  const clock = new ClockByHand()
  const movements = new Movements(clock)
  for (let i = 0; i < 10; i++) {
    void movements.left(() => "m", bob, "disconnect")
    await clock.pass(10_000)
    movements.joined("m", bob)
  }
  void movements.left(() => "m", bob, "disconnect")
  await clock.pass(14_999)
  expect(told(movements)).toEqual([])
  await clock.pass(1)
  expect(told(movements)).toEqual([["m", "\u2068Bob\u2069 left"]])
})

function told({ notices }: Movements): [string, string][] {
  return [...notices.after.value].map(([id, notice]) => [id, describeNotice(notice)])
}

/** Time passes when it is told to. */
class ClockByHand implements Clock {
  #nowMs = 0
  #waiting: { readonly atMs: number; readonly wake: () => void }[] = []
  readonly epochMs = () => this.#nowMs
  readonly elapsedMs = () => this.#nowMs
  readonly wait = (ms: number) =>
    new Promise<void>((wake) => {
      this.#waiting.push({ atMs: this.#nowMs + ms, wake })
    })

  async pass(ms: number): Promise<void> {
    this.#nowMs += ms
    const due = this.#waiting.filter(({ atMs }) => atMs <= this.#nowMs)
    this.#waiting = this.#waiting.filter(({ atMs }) => atMs > this.#nowMs)
    for (const { wake } of due) wake()
    await Promise.resolve()
    await Promise.resolve()
  }
}

import { expect, test } from "bun:test"
import { descriptorLook } from "../../src/observe/descriptors.ts"
import { recordLog } from "../support/log.ts"

test("while no descriptor is free every turn pauses, and it is told once a minute; with one free nothing is done", () => {
  using recorded = recordLog()
  let [nowMs, isOneFree, pauses] = [0, true, 0]
  const turns: (() => void)[] = []
  const look = descriptorLook({
    elapsedMs: () => nowMs,
    isOneFree: () => isOneFree,
    pause: () => pauses++,
    nextTurn: (call) => turns.push(call),
  })
  const turn = () => {
    for (const call of turns.splice(0)) call()
  }

  look()
  expect([turns.length, recorded.messages.length]).toEqual([0, 0])
  isOneFree = false
  for (nowMs = 0; nowMs < 59_000; nowMs += 500) {
    look()
    expect(turns).toHaveLength(1)
    turn()
  }
  expect(pauses).toBe(118)
  expect(recorded.messages).toEqual([expect.stringContaining("No file descriptor is free")])
  nowMs = 60_000
  look()
  expect(recorded.messages).toHaveLength(2)

  isOneFree = true
  turn()
  expect(turns).toHaveLength(0)
  isOneFree = false
  look()
  expect([turns.length, recorded.messages.length]).toEqual([1, 2])
})

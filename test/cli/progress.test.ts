import { expect, test } from "bun:test"
import { mebibytes, progressLine, showProgress } from "../../src/cli/progress.ts"

function recorded(isTTY: boolean) {
  const written: string[] = []
  let nowMs = 0
  const output = { isTTY, write: (text: string) => written.push(text) > 0 }
  return { written, progress: showProgress(output, () => nowMs), at: (ms: number) => (nowMs = ms) }
}

test("a line says how much is done, how fast it goes and how long it takes, as far as that is known", () => {
  expect(progressLine("Copying", 0, 0, mebibytes(0))).toBe("Copying: 0 %")
  expect(progressLine("Copying", 0.25, 5_000, mebibytes(400 * 1024 * 1024))).toBe("Copying: 25 %, 20 MiB/s, 15 s left")
  expect(progressLine("Importing", 0.5, 2_000, { amount: 9_000, unit: "messages" })).toBe(
    "Importing: 50 %, 2,250 messages/s, 2 s left",
  )
  expect(progressLine("Checking", 0.1, 60_000)).toBe("Checking: 10 %, 9 min left")
  expect(progressLine("Checking", 0.001, 60_000)).toBe("Checking: 0 %, 17 h left")
  expect(progressLine("Checking", 1.2, 60_000)).toBe("Checking: 100 %")
})

test("what is over within a second says nothing", () => {
  const { written, progress, at } = recorded(true)
  for (const ms of [0, 500, 999]) {
    at(ms)
    progress.tell("Copying", ms / 1_000)
  }
  progress.end()
  expect(written).toEqual([])
})

test("on a terminal it is one line, taken away at the end; the time of each step counts for itself", () => {
  const { written, progress, at } = recorded(true)
  at(10_000)
  progress.tell("Copying", 0.5)
  progress.tell("Checking", 0)
  at(12_000)
  progress.tell("Checking", 0.5)
  progress.end()
  expect(written).toEqual([
    "\r\u001b[KCopying: 50 %",
    "\r\u001b[KChecking: 0 %",
    "\r\u001b[KChecking: 50 %, 2 s left",
    "\r\u001b[K",
  ])
})

test("where nobody watches, it is a line for each tenth", () => {
  const { written, progress, at } = recorded(false)
  for (let percent = 0; percent <= 30; percent++) {
    at(1_000 + percent * 100)
    progress.tell("Copying", percent / 100)
  }
  progress.end()
  expect(written).toEqual([
    "Copying: 0 %\n",
    "Copying: 10 %, 9 s left\n",
    "Copying: 20 %, 8 s left\n",
    "Copying: 30 %, 7 s left\n",
  ])
})

import { expect, test } from "bun:test"
import { interruptible } from "../../src/cli/interruptible.ts"
import { OperatorError } from "../../src/observe/operator-error.ts"

const listeners = () => [process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")]
const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s ends the work, in a sentence and with status %i, and is not listened to again",
  async (signal, status) => {
    const before = listeners()
    const work = interruptible("Interrupted; nothing was kept.", aborted)
    expect(listeners()).toEqual(before.map((count) => count + 1))
    process.emit(signal, signal)
    const error = await work.catch((reason) => reason)
    expect(error).toBeInstanceOf(OperatorError)
    expect([error.message, error.status]).toEqual(["Interrupted; nothing was kept.", status])
    expect(listeners()).toEqual(before)
  },
)

test("work that is done, or fails by itself, leaves no listener", async () => {
  const before = listeners()
  expect(await interruptible("", async () => "done")).toBe("done")
  await expect(interruptible("", () => Promise.reject(new Error("failed")))).rejects.toThrow("failed")
  expect(listeners()).toEqual(before)
})

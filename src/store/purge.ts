/**
 * Empties what was said in deleted rooms, bit by bit: nobody finds it any more, and it is
 * not to be in the file either. It goes on where a server that was stopped left off.
 */
import type { ChatStore } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"

const lookMs = 5_000

/** Returns the end of it. */
export function purgeDeleted(store: ChatStore, epochMs: () => number): () => void {
  let isRunning = false
  const ask = (kind: "isPurgeDue" | "purge") => {
    isRunning = true
    try {
      const command = kind === "purge" ? ({ kind, at: epochMs() } as const) : ({ kind } as const)
      store.submit(command, (isDue) => {
        isRunning = false
        if (!(isDue instanceof ChatError) && isDue) ask("purge")
      })
    } catch {
      // The queue is full or closed.
      isRunning = false
    }
  }
  const timer = setInterval(() => {
    if (!isRunning) ask("isPurgeDue")
  }, lookMs)
  ask("isPurgeDue")
  return () => clearInterval(timer)
}

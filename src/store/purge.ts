/**
 * Removes bit by bit, beside everything else: messages of deleted rooms and, with
 * `AUTH=open`, memberships of users who were not seen for long. It continues where a server
 * that was stopped left off.
 */
import type { Command } from "../chat/rules/rules.ts"
import type { ChatStore } from "../chat/store.ts"
import { hourMs } from "../contract/durations.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"

const purgeLookMs = 5_000
const expiryLookMs = hourMs

/** Returns how to stop. */
export function purgeDeleted(store: ChatStore, epochMs: () => number): () => void {
  const look = { kind: "isPurgeDue" } as const
  return repeatedly(store, purgeLookMs, (isDue) => (isDue ? { kind: "purge", at: epochMs() } : look))
}

/** For `AUTH=open`. Returns how to stop. */
export function expireUnseen(store: ChatStore, epochMs: () => number): () => void {
  return repeatedly(store, expiryLookMs, (isDue) => {
    const before = epochMs() - limits.unseenMemberMs
    return isDue ? { kind: "expireMembers", before } : { kind: "findUnseen", before }
  })
}

type Removal = Command & { readonly kind: "isPurgeDue" | "purge" | "findUnseen" | "expireMembers" }

/** Checks now and every so often, which writes nothing; removes while there is something. */
function repeatedly(store: ChatStore, everyMs: number, commandFor: (isDue: boolean) => Removal): () => void {
  let isRunning = false
  const ask = (isDue: boolean) => {
    isRunning = true
    try {
      store.submit(commandFor(isDue), (isStillDue) => {
        isRunning = false
        if (!(isStillDue instanceof ChatError) && isStillDue) ask(true)
      })
    } catch {
      // The queue is full or closed.
      isRunning = false
    }
  }
  const timer = setInterval(() => {
    if (!isRunning) ask(false)
  }, everyMs)
  ask(false)
  return () => clearInterval(timer)
}

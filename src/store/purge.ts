/**
 * What is removed bit by bit, beside everything else: what was said in deleted rooms, which
 * nobody finds any more, and where nobody is known, memberships of names that were not seen
 * for long. It goes on where a server that was stopped left off.
 */
import type { Command } from "../chat/rules/rules.ts"
import type { ChatStore } from "../chat/store.ts"
import { hourMs } from "../contract/durations.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"

const purgeLookMs = 5_000
const expiryLookMs = hourMs

/** Returns the end of it. */
export function purgeDeleted(store: ChatStore, epochMs: () => number): () => void {
  const look = { kind: "isPurgeDue" } as const
  return repeatedly(store, purgeLookMs, (isDue) => (isDue ? { kind: "purge", at: epochMs() } : look))
}

/** Where nobody is known to be who they say. Returns the end of it. */
export function expireUnseen(store: ChatStore, epochMs: () => number): () => void {
  return repeatedly(store, expiryLookMs, (isDue) => {
    const before = epochMs() - limits.unseenMemberMs
    return isDue ? { kind: "expireMembers", before } : { kind: "findUnseen", before }
  })
}

type Removal = Command & { readonly kind: "isPurgeDue" | "purge" | "findUnseen" | "expireMembers" }

/** Looks now and every so often, which writes nothing; removes while there is something. */
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

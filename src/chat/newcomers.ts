/**
 * Requests that may create a user or a direct room. They count against the rate only if they did, which only the store
 * knows.
 */
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { UserId } from "../contract/values.ts"
import type { Place } from "./request.ts"
import type { Settle } from "./store.ts"

/**
 * Asks the store while holding a place, and sets `found.isNew` if it created something: only then the place stays
 * taken.
 */
export function inPlace<O>(
  place: Place | undefined,
  settle: Settle<O>,
  ask: (settled: Settle<O>, found: { isNew: boolean }) => void,
): void {
  const found = { isNew: false }
  const settled: Settle<O> = (result) => {
    place?.end(found.isNew ? "new" : isRefused(result) ? "refused" : "known")
    settle(result)
  }
  try {
    ask(settled, found)
  } catch (error) {
    // The queue is full.
    place?.end("known")
    throw error
  }
}

/** The name of somebody who has not joined a room yet, until they choose one. */
export function nameFrom(userId: UserId): string {
  return [...userId].slice(0, limits.usernameLengthMax).join("")
}

function isRefused(result: unknown): boolean {
  return result instanceof ChatError && result.code === "ERR_RATE_LIMITED"
}

/** Requests that may make a new user or direct room, which are counted once the store has said whether they did. */
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { UserId } from "../contract/values.ts"
import type { Place } from "./request.ts"
import type { Settle } from "./store.ts"

/** Asks the store in a place, and says in `found` whether it made something new: only that keeps the place. */
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

/** What somebody who has not joined a room yet is called until they say. */
export function nameFrom(userId: UserId): string {
  return [...userId].slice(0, limits.usernameLengthMax).join("")
}

function isRefused(result: unknown): boolean {
  return result instanceof ChatError && result.code === "ERR_RATE_LIMITED"
}

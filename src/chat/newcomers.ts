/** Requests that may be somebody's first: how many new users there may be is counted once it is known. */
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { UserId } from "../contract/values.ts"
import type { Place } from "./request.ts"

/** A command that the store refuses at once has made no user. */
export function asking(place: Place | undefined, ask: () => void): void {
  try {
    ask()
  } catch (error) {
    place?.end("known")
    throw error
  }
}

export function isRefused(result: unknown): boolean {
  return result instanceof ChatError && result.code === "ERR_RATE_LIMITED"
}

/** Until somebody who has not joined a room yet says what to be called. */
export function nameFrom(userId: UserId): string {
  return [...userId].slice(0, limits.usernameLengthMax).join("")
}

/**
 * How large the messages of a room are, learnt from the pages that were read: what a page
 * is expected to take, before it is read. Only a guess, so it may forget.
 */
import { limits } from "../contract/limits.ts"
import type { RoomId } from "../contract/values.ts"

/** Where nothing is known of a room yet. */
const messageBytesGuess = 2_048
/** About 1 MB of them. */
const roomsMax = 10_000

export class PageSizes {
  readonly #messageBytes = new Map<RoomId, number>()

  /** Bytes of JSON, for a page of at most so many messages. */
  expected(roomId: RoomId, messages: number): number {
    const messageBytes = this.#messageBytes.get(roomId) ?? messageBytesGuess
    return Math.min(limits.pageBytesMax, messageBytes * messages)
  }

  learn(roomId: RoomId, messages: number, bytes: number): void {
    if (messages === 0) return
    if (this.#messageBytes.size >= roomsMax) this.#messageBytes.clear()
    this.#messageBytes.set(roomId, bytes / messages)
  }
}

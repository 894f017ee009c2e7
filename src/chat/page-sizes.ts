/**
 * How large the pages of a room are, learnt from pages that were read and messages that
 * were sent since. It estimates a page before it is read. It is only a guess, so it may
 * forget.
 */
import { limits } from "../contract/limits.ts"
import type { RoomId } from "../contract/values.ts"

/** Used until a page was read. */
const messageBytesGuess = 2_048
/** The weight of a new page in the guess for rooms that nothing is known of. */
const weightOfNew = 1 / 8
/** Roughly what a message takes beside its content. */
const envelopeBytes = 256
/** About 1 MB of them. */
const roomsMax = 10_000

interface Known {
  messages: number
  bytes: number
  /** Whether these are all messages of the room. */
  isAll: boolean
}

export class PageSizes {
  readonly #rooms = new Map<RoomId, Known>()
  #messageBytes = messageBytesGuess

  /** Estimated bytes of JSON of a page of at most so many messages. Never 0: an empty page takes its turn, too. */
  expected(roomId: RoomId, messages: number): number {
    const known = this.#rooms.get(roomId)
    return Math.min(
      limits.pageBytesMax,
      envelopeBytes + (known ? bytesOf(known, messages) : this.#messageBytes * messages),
    )
  }

  /** A page was read. `isAll`: it holds all messages of the room. */
  learn(roomId: RoomId, messages: number, bytes: number, isAll = false): void {
    if (messages > 0) this.#messageBytes += (bytes / messages - this.#messageBytes) * weightOfNew
    if (messages === 0 && !isAll) return
    if (this.#rooms.size >= roomsMax) this.#rooms.clear()
    this.#rooms.set(roomId, { messages, bytes, isAll })
  }

  /** A message came to the room, of so many characters. */
  grew(roomId: RoomId, characters: number): void {
    const known = this.#rooms.get(roomId)
    if (known === undefined) return
    known.messages++
    known.bytes += envelopeBytes + characters
  }
}

function bytesOf({ messages, bytes, isAll }: Known, asked: number): number {
  return isAll && messages <= asked ? bytes : (bytes / messages) * asked
}

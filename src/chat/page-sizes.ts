/**
 * How large the pages of a room are, learnt from those that were read and from what was
 * sent since: what a page is expected to take, before it is read. Only a guess, so it may
 * forget.
 */
import { limits } from "../contract/limits.ts"
import type { RoomId } from "../contract/values.ts"

/** Where no page was read yet. */
const messageBytesGuess = 2_048
/** A page that is new weighs so much in the guess for rooms that nothing is known of. */
const weightOfNew = 1 / 8
/** What comes with a message beside its content, about. */
const envelopeBytes = 256
/** About 1 MB of them. */
const roomsMax = 10_000

interface Known {
  messages: number
  bytes: number
  /** Whether the room holds no others. */
  isAll: boolean
}

export class PageSizes {
  readonly #rooms = new Map<RoomId, Known>()
  #messageBytes = messageBytesGuess

  /** Bytes of JSON, for a page of at most so many messages. Never 0: an empty page takes its turn, too. */
  expected(roomId: RoomId, messages: number): number {
    const known = this.#rooms.get(roomId)
    return Math.min(
      limits.pageBytesMax,
      envelopeBytes + (known ? bytesOf(known, messages) : this.#messageBytes * messages),
    )
  }

  /** Of a page that was read. `isAll`: the room has nothing that is not in it. */
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

/**
 * Takes a page from messages that are read one by one, in the order they are read, and stops when the page is full: at
 * most one row too many is read, and it shows that there are more.
 */
import { limits } from "../contract/limits.ts"
import type { Message } from "../contract/messages.ts"

export interface PageRows {
  readonly messages: Message[]
  /** There are more behind the last one. */
  readonly hasMore: boolean
  /** Of the messages as JSON, about. */
  readonly bytes: number
}

/** What surrounds the messages in a `history` event or an answer: names, ids and numbers. */
const envelopeBytes = 512
const budgetBytes = limits.pageBytesMax - envelopeBytes

/** JSON writes at most six bytes for a UTF-16 unit (`\u0000`), and a message has at most these beside its texts. */
const bytesPerUnitMax = 6
const messageBytesMax = 512
/** What a file takes beside its name, which stands in its address again, and its alternative text. */
const fileUnits = 128
/** What a reaction may gain for who asked. */
const isMineLength = ',"isMine":true'.length
/** What a message usually has beside its texts. */
const messageBytesUsual = 320

/** At most `limit` messages and `maxBytes` of JSON, but at least one message if there is one. */
export function takePage(messages: Iterable<Message>, limit: number, maxBytes = budgetBytes): PageRows {
  const taken: Message[] = []
  const size = new Size(maxBytes)
  for (const message of messages) {
    if (taken.length === limit || !size.fits(message, taken))
      return { messages: taken, hasMore: true, bytes: size.bytes }
    taken.push(message)
  }
  return { messages: taken, hasMore: false, bytes: size.bytes }
}

/** Like `takePage`, for messages that are read from the latest back; in the page the oldest comes first. */
export function takeLatest(messages: Iterable<Message>, limit: number): PageRows {
  const rows = takePage(messages, limit)
  return { ...rows, messages: rows.messages.reverse() }
}

interface RowsAround extends PageRows {
  readonly hasBefore: boolean
  readonly hasAfter: boolean
}

/** Both sides of a place as one page, oldest first: half of it before, the nearest first, and the rest after. */
export function takeAround(before: Iterable<Message>, after: Iterable<Message>, limit: number): RowsAround {
  const older = takePage(before, Math.ceil(limit / 2), budgetBytes / 2)
  const newer = takePage(after, limit - older.messages.length, budgetBytes - older.bytes)
  return {
    messages: [...older.messages.reverse(), ...newer.messages],
    bytes: older.bytes + newer.bytes,
    hasMore: older.hasMore || newer.hasMore,
    hasBefore: older.hasMore,
    hasAfter: newer.hasMore,
  }
}

/**
 * Most pages are far below the bound, as their lengths show. Only otherwise are the messages encoded to count exactly.
 */
class Size {
  readonly #maxBytes: number
  #units = 0
  #count = 0
  #exact: number | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#exact ?? this.#units + this.#count * messageBytesUsual
  }

  /** Counts one more message. Returns whether the page can hold it too; it always holds the first. */
  fits(message: Message, before: readonly Message[]): boolean {
    if (this.#exact === undefined) {
      const units = this.#units + unitsOf(message)
      if (units * bytesPerUnitMax + (this.#count + 1) * messageBytesMax <= this.#maxBytes) {
        this.#units = units
        this.#count++
        return true
      }
      this.#exact = before.reduce((sum, one) => sum + bytesOf(one), 0)
    }
    const bytes = this.#exact + bytesOf(message)
    if (bytes > this.#maxBytes && before.length > 0) return false
    this.#exact = bytes
    return true
  }
}

function unitsOf({ content, userId, user, files = [], replyTo, mentions, reactions }: Message): number {
  const unitsOfFiles = files.reduce((sum, file) => sum + fileUnits + 4 * file.name.length + (file.alt?.length ?? 0), 0)
  const units = content.length + userId.length + user.username.length + (user.avatar?.length ?? 0) + unitsOfFiles
  if (replyTo === undefined && mentions === undefined && reactions === undefined) return units
  return units + JSON.stringify([replyTo, mentions, reactions]).length + (reactions?.length ?? 0) * isMineLength
}

function bytesOf(message: Message): number {
  return Buffer.byteLength(JSON.stringify(message)) + 1 + (message.reactions?.length ?? 0) * isMineLength
}

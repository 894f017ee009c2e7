/**
 * What a room's members are sent, written down once.
 *
 * Every member of a room is sent the same bytes, so a delivery is read by comparing it
 * with what the first to hear it was sent: its content is checked whole, and it is
 * parsed once however many hear it.
 */
import { isMessage } from "./believable.ts"
import type { Message } from "./delivery/observation.ts"

export class RoomTape {
  /** In the order of first hearing. */
  readonly messages: Message[] = []
  readonly #events: Buffer[] = []
  readonly #byRev = new Map<number, number>()
  readonly #sent: () => number

  /** `sent` is how many messages were sent so far: a server that delivers more has made them up. */
  constructor(sent: () => number) {
    this.#sent = sent
  }

  /** The place on the tape of a `message_received`, for a reader who expects the one at `expected`. */
  read(expected: number, bytes: Buffer, start: number, end: number): number {
    if (this.#isAt(expected, bytes, start, end)) return expected
    const [, message] = JSON.parse(bytes.toString("utf8", start, end))
    if (!isMessage(message)) throw new Error("A delivered message is none.")
    const known = this.#byRev.get(message.rev)
    if (known !== undefined && this.#isAt(known, bytes, start, end)) return known
    return this.#append(message, bytes.subarray(start, end))
  }

  #isAt(place: number, bytes: Buffer, start: number, end: number): boolean {
    const event = this.#events[place]
    return event !== undefined && bytes.compare(event, 0, event.length, start, end) === 0
  }

  #append(message: Message, event: Buffer): number {
    if (this.messages.length >= this.#sent()) throw new Error("More messages are delivered than were sent.")
    const place = this.messages.push(message) - 1
    this.#events.push(Buffer.from(event))
    // Of two different messages with one number, the checker is told both.
    if (!this.#byRev.has(message.rev)) this.#byRev.set(message.rev, place)
    return place
  }
}

/**
 * What a room's members are sent, recorded once.
 *
 * Every member of a room is sent the same bytes, so a delivery is checked by comparing it
 * with what the first one received: its content is compared completely, and parsed only
 * once for all of them.
 */
import { isMessage } from "./believable.ts"
import type { Message } from "./delivery/observation.ts"

export class RoomTape {
  /** In the order of first hearing. */
  readonly messages: Message[] = []
  readonly #events: Buffer[] = []
  readonly #byRev = new Map<number, number>()
  readonly #sent: () => number

  /** `sent` is the number of messages sent so far: a server that delivers more has invented them. */
  constructor(sent: () => number) {
    this.#sent = sent
  }

  /** The position of a `message_received` on the tape, for a reader who expects the one at `expected`. */
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
    // If two different messages have one number, the checker gets both.
    if (!this.#byRev.has(message.rev)) this.#byRev.set(message.rev, place)
    return place
  }
}

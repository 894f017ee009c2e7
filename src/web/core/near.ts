/**
 * Which of a person's rooms the socket is in. An account may have hundreds, and the server tells what is new in each:
 * only the open one and the ones opened before it are joined, so going back and forth costs nothing. With AUTH=open the
 * server tells only of joined rooms, so all of them are joined.
 */
import type { Room } from "./room.ts"

const nearMax = 10

export class Near {
  readonly #isKnown: () => boolean
  #rooms: readonly Room[] = []

  constructor(isKnown: () => boolean) {
    this.#isKnown = isKnown
  }

  /** A room with unsent messages is joined in any case. */
  isWanted(room: Room): boolean {
    return !this.#isKnown() || this.#rooms.includes(room) || room.sender.outbox.isWaiting
  }

  /** The person opens it. Returns whether it has to be joined. */
  come(room: Room): boolean {
    const isNew = !this.isWanted(room)
    const all = [room, ...this.#rooms.filter((other) => other !== room)]
    this.#rooms = all.slice(0, nearMax)
    for (const other of all.slice(nearMax)) if (other.isJoined && !this.isWanted(other)) other.leave()
    return isNew
  }

  forget(room: Room): void {
    this.#rooms = this.#rooms.filter((other) => other !== room)
  }
}

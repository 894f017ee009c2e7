/**
 * Which of a person's rooms the socket is in. An account may have hundreds, and the server tells what is new in each:
 * only the open one and those opened before it are joined, so that going back and forth costs nothing. Where nobody is
 * known the server tells only of rooms that are joined, so all of them are.
 */
import type { Room } from "./room.ts"

const nearMax = 10

export class Near {
  readonly #isKnown: () => boolean
  #rooms: readonly Room[] = []

  constructor(isKnown: () => boolean) {
    this.#isKnown = isKnown
  }

  /** A room with something to be sent is to be joined, wherever one is. */
  isWanted(room: Room): boolean {
    return !this.#isKnown() || this.#rooms.includes(room) || room.sender.outbox.isWaiting
  }

  /** The person turns to it. Whether it is to be joined. */
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

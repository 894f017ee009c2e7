/**
 * Rooms with so many people that each one's coming and going would be told to thousands:
 * only how many there are is told, at most once in `crowdIntervalMs`.
 */
import { limits } from "../contract/limits.ts"
import type { RoomId } from "../contract/values.ts"

export class Crowds {
  /** Rooms whose number has changed since it was told. */
  readonly #due = new Set<RoomId>()
  /** When each was told last, the earliest first. */
  readonly #toldMs = new Map<RoomId, number>()

  /** Rooms that are kept. */
  get size(): number {
    return this.#due.size + this.#toldMs.size
  }

  /** Whether a change from one number of people to another is told by the number alone. */
  absorbs(roomId: RoomId, before: number, after: number): boolean {
    if (Math.max(before, after) <= limits.crowdedAbove) return false
    this.#due.add(roomId)
    return true
  }

  /** The rooms whose number is to be told now. */
  take(nowMs: number): RoomId[] {
    for (const [roomId, toldMs] of this.#toldMs) {
      if (nowMs - toldMs < limits.crowdIntervalMs) break
      this.#toldMs.delete(roomId)
    }
    const taken = [...this.#due].filter((roomId) => !this.#toldMs.has(roomId))
    for (const roomId of taken) {
      this.#due.delete(roomId)
      this.#toldMs.set(roomId, nowMs)
    }
    return taken
  }
}

/**
 * Rooms with so many people that each arrival would be told to thousands: only the number
 * of people is told, at most once in `crowdIntervalMs`.
 */
import { limits } from "../contract/limits.ts"
import type { RoomId } from "../contract/values.ts"

export class Crowds {
  /** Rooms whose number has changed since it was told. */
  readonly #due = new Set<RoomId>()
  /** When each room was told last, the earliest first. */
  readonly #toldMs = new Map<RoomId, number>()

  /** Number of rooms kept here. */
  get size(): number {
    return this.#due.size + this.#toldMs.size
  }

  /** Whether a change between these numbers of people is told as a number only. */
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

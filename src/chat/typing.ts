/**
 * Who is typing, in memory only, without a timer per user.
 *
 * A `true` is passed on at most once per `typingIntervalMs` for a room and user; one
 * that is not repeated ends after `typingSilenceMs`. Both maps keep the order of their
 * times, oldest first, so that what is over is found at the front. `nowMs` is any clock
 * that does not step back.
 */
import { limits } from "../contract/limits.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { SessionId } from "./session.ts"

export interface Indicator {
  readonly roomId: RoomId
  readonly userId: UserId
  /** The session that typed last. */
  readonly sessionId: SessionId
}

/** Indicators that others were told of. */
interface ToldIndicator extends Indicator {
  /** The one session that was not told, because only it has typed; none once two sessions have. */
  readonly untold: SessionId | undefined
}

export class Typing {
  readonly #active = new Map<string, ToldIndicator & { readonly heardMs: number }>()
  readonly #passedOnMs = new Map<string, number>()

  /** Number of indicators and throttles that are kept. */
  get size(): number {
    return this.#active.size + this.#passedOnMs.size
  }

  /** Returns whether to tell the others. */
  start(indicator: Indicator, nowMs: number): boolean {
    const key = keyOf(indicator)
    const due = nowMs - (this.#passedOnMs.get(key) ?? -Infinity) >= limits.typingIntervalMs
    // While the throttle holds it back, a stopped indicator stays stopped: nobody was told of it, so nobody must be
    // told of its end.
    const active = this.#active.get(key)
    if (due || active !== undefined) {
      moveToEnd(this.#active, key, { ...indicator, heardMs: nowMs, untold: untoldOf(active, indicator, due) })
    }
    if (due) moveToEnd(this.#passedOnMs, key, nowMs)
    return due
  }

  /** Returns the indicator that ends, if there was one. With a session, only if that one typed last. */
  stop(roomId: RoomId, userId: UserId, sessionId?: SessionId): ToldIndicator | undefined {
    if (this.#active.size === 0) return undefined
    const key = keyOf({ roomId, userId })
    const indicator = this.#active.get(key)
    if (indicator === undefined || (sessionId !== undefined && indicator.sessionId !== sessionId)) return undefined
    this.#active.delete(key)
    return indicator
  }

  /** Returns the indicators that were not repeated in time. Also forgets throttles that are no longer needed. */
  expire(nowMs: number): ToldIndicator[] {
    const ended: ToldIndicator[] = []
    for (const [key, indicator] of this.#active) {
      if (nowMs - indicator.heardMs < limits.typingSilenceMs) break
      this.#active.delete(key)
      ended.push(indicator)
    }
    for (const [key, passedOnMs] of this.#passedOnMs) {
      if (nowMs - passedOnMs < limits.typingIntervalMs) break
      this.#passedOnMs.delete(key)
    }
    return ended
  }
}

function untoldOf(active: ToldIndicator | undefined, { sessionId }: Indicator, due: boolean): SessionId | undefined {
  if (active === undefined) return sessionId
  return due && active.untold !== sessionId ? undefined : active.untold
}

/** A room's id has a fixed length, so no two pairs share a key. */
function keyOf({ roomId, userId }: Pick<Indicator, "roomId" | "userId">): string {
  return roomId + userId
}

function moveToEnd<K, T>(map: Map<K, T>, key: K, value: T): void {
  map.delete(key)
  map.set(key, value)
}

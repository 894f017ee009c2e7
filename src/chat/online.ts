/**
 * Who is online, on any server: whoever has a socket that is in a room or asked for
 * `my_rooms`. A change is told once it has lasted, so a connection that flaps is silent;
 * and all changes that are due are told together, so no socket hears of them often.
 */
import { limits } from "../contract/limits.ts"
import type { UserId } from "../contract/values.ts"
import { FewSet } from "./few.ts"
import type { Session, SessionId } from "./session.ts"

export interface Change {
  readonly userId: UserId
  readonly isOnline: boolean
}

/** Repeated this often, to make up for lost news. */
const saidAgainMs = 4_000
const saidMs = 1_000

export class Online {
  readonly #ofSessions = new Map<SessionId, FewSet<UserId>>()
  /** Number of its sessions on this server. */
  readonly #own = new Map<UserId, number>()
  readonly #elsewhere = new Map<string, ReadonlySet<UserId>>()
  /** Others were told that they are online. */
  readonly #told = new Set<UserId>()
  readonly #touched = new Set<UserId>()
  /** Since when the told state is no longer right. */
  readonly #changedMs = new Map<UserId, number>()
  #toldMs = -Infinity
  #saidMs = -Infinity
  #mustSay = false

  has(userId: UserId): boolean {
    return this.#own.has(userId) || this.#elsewhere.values().some((users) => users.has(userId))
  }

  /** How many people are online on this server. */
  get here(): number {
    return this.#own.size
  }

  /** Number of sessions and users that are kept. */
  get size(): number {
    return this.#ofSessions.size + this.#own.size
  }

  /** Records whom the session makes online now: its users in rooms, and the user that it hears. */
  look(session: Session, hears: UserId | undefined): void {
    const before = this.#ofSessions.get(session.id) ?? new FewSet()
    const now = new FewSet<UserId>()
    for (const userId of session.rooms.values()) now.add(userId)
    if (hears !== undefined) now.add(hears)
    if (now.size === 0) this.#ofSessions.delete(session.id)
    else this.#ofSessions.set(session.id, now)
    for (const userId of now) if (!before.has(userId)) this.#count(userId, 1)
    for (const userId of before) if (!now.has(userId)) this.#count(userId, -1)
  }

  /** Everybody who is online on another server. */
  heard(server: string, userIds: readonly UserId[]): void {
    const before = this.#elsewhere.get(server) ?? new Set<UserId>()
    const now = new Set(userIds)
    if (now.size === 0) this.#elsewhere.delete(server)
    else this.#elsewhere.set(server, now)
    for (const userId of now.symmetricDifference(before)) this.#touched.add(userId)
  }

  /** What to tell the other servers now, if anything. */
  takeSaid(nowMs: number): readonly UserId[] | undefined {
    const passedMs = nowMs - this.#saidMs
    const isDue = this.#mustSay ? passedMs >= saidMs : passedMs >= saidAgainMs && this.#own.size > 0
    if (!isDue) return undefined
    this.#mustSay = false
    this.#saidMs = nowMs
    return [...this.#own.keys()]
  }

  /** Users whose change is to be told now. */
  take(nowMs: number): Change[] {
    for (const userId of this.#touched) {
      if (this.has(userId) === this.#told.has(userId)) this.#changedMs.delete(userId)
      else if (!this.#changedMs.has(userId)) this.#changedMs.set(userId, nowMs)
    }
    this.#touched.clear()
    if (nowMs - this.#toldMs < limits.presenceIntervalMs) return []
    // The earliest first.
    const due: Change[] = []
    for (const [userId, changedMs] of this.#changedMs) {
      if (nowMs - changedMs < limits.presenceIntervalMs) break
      this.#changedMs.delete(userId)
      const isOnline = this.has(userId)
      if (isOnline) this.#told.add(userId)
      else this.#told.delete(userId)
      due.push({ userId, isOnline })
    }
    if (due.length > 0) this.#toldMs = nowMs
    return due
  }

  #count(userId: UserId, by: 1 | -1): void {
    const count = (this.#own.get(userId) ?? 0) + by
    if (count === 0) this.#own.delete(userId)
    else this.#own.set(userId, count)
    if (count > 1 || (count === 1 && by === -1)) return
    this.#touched.add(userId)
    this.#mustSay = true
  }
}

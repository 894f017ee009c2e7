/**
 * Who hears what concerns them, beside what is said in the rooms they are in: the sockets
 * that asked `my_rooms`, by their user. A socket hears one user.
 */
import type { UserId } from "../contract/values.ts"
import type { Effect } from "./effects.ts"
import type { SessionId } from "./session.ts"

interface Inbox {
  readonly userId: UserId
  readonly sessions: Set<SessionId>
}

export class Inboxes {
  readonly #ofUsers = new Map<UserId, Inbox>()
  readonly #ofSessions = new Map<SessionId, Inbox>()

  /** Users with sockets that hear them, and those sockets. */
  get size(): number {
    return this.#ofUsers.size + this.#ofSessions.size
  }

  isHeard(userId: UserId): boolean {
    return this.#ofUsers.has(userId)
  }

  /** From here on the session hears this user, and nobody else. */
  open(sessionId: SessionId, userId: UserId): Effect[] {
    if (this.#ofSessions.get(sessionId)?.userId === userId) return []
    const closed = this.close(sessionId)
    const inbox = this.#ofUsers.get(userId) ?? { userId, sessions: new Set() }
    this.#ofUsers.set(userId, inbox)
    this.#ofSessions.set(sessionId, inbox)
    inbox.sessions.add(sessionId)
    return [...closed, { kind: "enter", sessionId, audience: { kind: "user", userId } }]
  }

  close(sessionId: SessionId): Effect[] {
    const inbox = this.#ofSessions.get(sessionId)
    if (inbox === undefined) return []
    const { userId, sessions } = inbox
    this.#ofSessions.delete(sessionId)
    sessions.delete(sessionId)
    if (sessions.size === 0) this.#ofUsers.delete(userId)
    return [{ kind: "exit", sessionId, audience: { kind: "user", userId } }]
  }
}

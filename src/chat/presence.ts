/**
 * Who is in which room, now. A user is present while at least one of its sessions is:
 * a second tab is silent. Kept in memory only; a restart begins with empty rooms.
 */
import { limits } from "../contract/limits.ts"
import type { Member, Profile, RoomId, UserId } from "../contract/schemas.ts"
import type { SessionId } from "./session.ts"

interface PresentUser {
  member: Member
  /** Of the member as JSON, its comma included. */
  bytes: number
  /** Rooms it is present in; at 0 it is forgotten. */
  rooms: number
}

export class Presence {
  readonly #rooms = new Map<RoomId, Map<UserId, Set<SessionId>>>()
  readonly #users = new Map<UserId, PresentUser>()

  /** Whether the user was not in the room before. The profile is what others see of it in every room. */
  enter(roomId: RoomId, userId: UserId, profile: Profile, sessionId: SessionId): boolean {
    const members = this.#membersOf(roomId)
    const sessions = members.get(userId)
    this.#describe(userId, profile, sessions === undefined)
    if (sessions === undefined) members.set(userId, new Set([sessionId]))
    else sessions.add(sessionId)
    return sessions === undefined
  }

  /** Whether that was the user's last session in the room. */
  exit(roomId: RoomId, userId: UserId, sessionId: SessionId): boolean {
    const members = this.#rooms.get(roomId)
    const sessions = members?.get(userId)
    if (members === undefined || !sessions?.delete(sessionId) || sessions.size > 0) return false
    members.delete(userId)
    if (members.size === 0) this.#rooms.delete(roomId)
    this.#forget(userId)
    return true
  }

  memberCount(roomId: RoomId): number {
    return this.#rooms.get(roomId)?.size ?? 0
  }

  /** At most `membersLengthMax`, and `membersBytesMax` of JSON. `first` leads, so that it is never cut off. */
  members(roomId: RoomId, first: UserId): Member[] {
    const found: Member[] = []
    let bytes = "[]".length
    for (const userId of leading(first, this.#rooms.get(roomId)?.keys() ?? [])) {
      const user = this.#users.get(userId)
      if (user === undefined) continue
      bytes += user.bytes
      if (found.length === limits.membersLengthMax || bytes > limits.membersBytesMax) break
      found.push(user.member)
    }
    return found
  }

  #membersOf(roomId: RoomId): Map<UserId, Set<SessionId>> {
    const members = this.#rooms.get(roomId) ?? new Map<UserId, Set<SessionId>>()
    this.#rooms.set(roomId, members)
    return members
  }

  #describe(userId: UserId, { username, avatar }: Profile, isNewHere: boolean): void {
    const user = this.#users.get(userId)
    const rooms = (user?.rooms ?? 0) + (isNewHere ? 1 : 0)
    if (user?.member.username === username && user.member.avatar === avatar) {
      user.rooms = rooms
      return
    }
    const member = { userId, username, avatar }
    this.#users.set(userId, { member, bytes: Buffer.byteLength(JSON.stringify(member)) + 1, rooms })
  }

  #forget(userId: UserId): void {
    const user = this.#users.get(userId)
    if (user !== undefined && --user.rooms === 0) this.#users.delete(userId)
  }
}

function* leading<T>(first: T, rest: Iterable<T>): Generator<T> {
  yield first
  for (const item of rest) if (item !== first) yield item
}

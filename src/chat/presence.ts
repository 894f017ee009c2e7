/**
 * Who is in which room, now. A user is present while at least one of its sessions is:
 * a second tab is silent. Kept in memory only; a restart begins with empty rooms.
 */
import { limits } from "../contract/limits.ts"
import type { Member, Profile } from "../contract/people.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { FewSet } from "./few.ts"
import type { SessionId } from "./session.ts"

/** A user's place in a room. */
interface Place {
  /** Grows with every user that enters the room, so the order of coming is the order of the numbers. */
  readonly number: number
  readonly sessions: FewSet<SessionId>
}

interface PresentRoom {
  /** In the order of coming. */
  readonly places: Map<UserId, Place>
  numbered: number
}

interface MemberPage {
  readonly members: Member[]
  /** The number of the last of them; absent at the end. */
  readonly next: number | undefined
}

interface PresentUser {
  member: Member
  /** The length of the member as JSON, with its comma. */
  bytes: number
  /** Rooms it is present in; at 0 it is forgotten. */
  rooms: number
}

export class Presence {
  readonly #rooms = new Map<RoomId, PresentRoom>()
  readonly #users = new Map<UserId, PresentUser>()

  /** Whether the user was not in the room before. The profile is what others see of it in every room. */
  enter(roomId: RoomId, userId: UserId, profile: Profile, sessionId: SessionId): boolean {
    const room = this.#roomOf(roomId)
    const place = room.places.get(userId)
    this.#describe(userId, profile, place === undefined)
    if (place === undefined)
      room.places.set(userId, { number: ++room.numbered, sessions: new FewSet<SessionId>().add(sessionId) })
    else place.sessions.add(sessionId)
    return place === undefined
  }

  /** Whether that was the user's last session in the room. */
  exit(roomId: RoomId, userId: UserId, sessionId: SessionId): boolean {
    const places = this.#rooms.get(roomId)?.places
    const sessions = places?.get(userId)?.sessions
    if (places === undefined || !sessions?.delete(sessionId) || sessions.size > 0) return false
    places.delete(userId)
    if (places.size === 0) this.#rooms.delete(roomId)
    this.#forget(userId)
    return true
  }

  /** The user's sessions in the room, those of other servers under names of their own. */
  sessionsOf(roomId: RoomId, userId: UserId): Iterable<SessionId> {
    return this.#rooms.get(roomId)?.places.get(userId)?.sessions ?? []
  }

  users(roomId: RoomId): UserId[] {
    return [...(this.#rooms.get(roomId)?.places.keys() ?? [])]
  }

  isAnywhere(userId: UserId): boolean {
    return this.#users.has(userId)
  }

  isHere(roomId: RoomId, userId: UserId): boolean {
    return this.#rooms.get(roomId)?.places.has(userId) === true
  }

  memberCount(roomId: RoomId): number {
    return this.#rooms.get(roomId)?.places.size ?? 0
  }

  /** Rooms with somebody in them, and users who are somewhere. */
  get size(): number {
    return this.#rooms.size + this.#users.size
  }

  /** As many as a page may hold. `first` leads, so that it is never cut off. */
  members(roomId: RoomId, first: UserId): Member[] {
    return this.#take(leading(first, this.#rooms.get(roomId)?.places.keys() ?? []))
  }

  /** The page behind a number, in the order of coming; 0 is before the first. */
  page(roomId: RoomId, after: number): MemberPage {
    const places = this.#rooms.get(roomId)?.places ?? new Map<UserId, Place>()
    const members = this.#take(behind(places, after))
    const last = members.at(-1)
    const number = last && places.get(last.userId)?.number
    const [isMore] = number === undefined ? [] : behind(places, number)
    return { members, next: isMore === undefined ? undefined : number }
  }

  /** At most `membersLengthMax`, and `membersBytesMax` of JSON. */
  #take(userIds: Iterable<UserId>): Member[] {
    const taken: Member[] = []
    let bytes = "[]".length
    for (const userId of userIds) {
      const user = this.#users.get(userId)
      if (user === undefined) continue
      bytes += user.bytes
      if (taken.length === limits.membersLengthMax || bytes > limits.membersBytesMax) break
      taken.push(user.member)
    }
    return taken
  }

  #roomOf(roomId: RoomId): PresentRoom {
    const room = this.#rooms.get(roomId) ?? { places: new Map(), numbered: 0 }
    this.#rooms.set(roomId, room)
    return room
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

/** Numbers grow along the map, which keeps the order of coming. */
function* behind(places: ReadonlyMap<UserId, Place>, after: number): Generator<UserId> {
  for (const [userId, { number }] of places) if (number > after) yield userId
}

function* leading<T>(first: T, rest: Iterable<T>): Generator<T> {
  yield first
  for (const item of rest) if (item !== first) yield item
}

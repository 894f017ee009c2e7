/**
 * Who is in which room, now. A user is present while at least one of its sessions is:
 * a second tab is silent. Kept in memory only; a restart begins with empty rooms.
 */
import { limits } from "../contract/limits.ts"
import type { Member, Profile } from "../contract/people.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { FewSet } from "./few.ts"
import type { SessionId } from "./session.ts"
import { written } from "./written.ts"

/** A user in a room. */
interface Place {
  /** Grows with every user who enters the room, so it orders them by when they came. */
  readonly number: number
  readonly sessions: FewSet<SessionId>
}

interface PresentRoom {
  /** In the order of coming. */
  readonly places: Map<UserId, Place>
  numbered: number
  /** Set once the room has more people than are listed, until one of these changes. */
  first: FirstOnes | undefined
}

/** The first people of a room: everybody who comes after them is told of the same list. */
interface FirstOnes {
  readonly members: readonly Member[]
  /** As JSON, with a comma before each. */
  readonly text: string
  readonly bytes: number
  /** The number of the last of them. */
  readonly last: number
  /** The number of profile changes that it includes. */
  readonly changes: number
}

interface MemberPage {
  readonly members: Member[]
  /** Where the next page begins; absent at the end. */
  readonly next: number | undefined
}

interface PresentUser {
  member: Member
  /** The length of the member as JSON, with its comma. */
  bytes: number
  /** Number of rooms they are in; at 0 they are forgotten. */
  rooms: number
}

export class Presence {
  readonly #rooms = new Map<RoomId, PresentRoom>()
  readonly #users = new Map<UserId, PresentUser>()
  /** Counts changes of profiles of people who are present. */
  #changes = 0

  /** Returns whether the user was not in the room before. Others see this profile of the user in every room. */
  enter(roomId: RoomId, userId: UserId, profile: Profile, sessionId: SessionId): boolean {
    const room = this.#roomOf(roomId)
    const place = room.places.get(userId)
    this.#describe(userId, profile, place === undefined)
    if (place === undefined)
      room.places.set(userId, { number: ++room.numbered, sessions: new FewSet<SessionId>().add(sessionId) })
    else place.sessions.add(sessionId)
    return place === undefined
  }

  /** Returns whether that was the user's last session in the room. */
  exit(roomId: RoomId, userId: UserId, sessionId: SessionId): boolean {
    const room = this.#rooms.get(roomId)
    const place = room?.places.get(userId)
    if (room === undefined || !place?.sessions.delete(sessionId) || place.sessions.size > 0) return false
    room.places.delete(userId)
    if (room.first !== undefined && place.number <= room.first.last) room.first = undefined
    if (room.places.size === 0) this.#rooms.delete(roomId)
    this.#forget(userId)
    return true
  }

  /** The user's sessions in the room, including those of other servers under names of their own. */
  sessionsOf(roomId: RoomId, userId: UserId): Iterable<SessionId> {
    return this.#rooms.get(roomId)?.places.get(userId)?.sessions ?? []
  }

  users(roomId: RoomId): UserId[] {
    return [...(this.#rooms.get(roomId)?.places.keys() ?? [])]
  }

  /** Others see that of the user from now on, in every room. */
  describe(userId: UserId, profile: Profile): void {
    if (this.#users.has(userId)) this.#describe(userId, profile, false)
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

  /** Number of rooms with people in them, and of people in rooms. */
  get size(): number {
    return this.#rooms.size + this.#users.size
  }

  /** As many people as a page may hold, `leader` first, who is therefore never cut off. */
  members(roomId: RoomId, leader: UserId): Member[] {
    const room = this.#rooms.get(roomId)
    return this.#inCrowd(room, leader) ?? this.#take(leading(leader, room?.places.keys() ?? []))
  }

  /** Thousands who enter one room are told of the same people, so these are looked up and encoded once. */
  #inCrowd(room: PresentRoom | undefined, leader: UserId): Member[] | undefined {
    const place = room?.places.get(leader)
    const user = this.#users.get(leader)
    if (room === undefined || place === undefined || user === undefined) return undefined
    if (room.places.size <= limits.membersLengthMax) return undefined
    if (room.first?.changes !== this.#changes) room.first = this.#firstOf(room)
    const { members, text, bytes, last } = room.first
    if (place.number <= last || bytes + user.bytes > limits.membersBytesMax) return undefined
    return written([user.member, ...members], `[${JSON.stringify(user.member)}${text}]`)
  }

  #firstOf({ places }: PresentRoom): FirstOnes {
    const members = this.#take(places.keys(), limits.membersLengthMax - 1)
    const text = members.map((member) => `,${JSON.stringify(member)}`).join("")
    const last = members.at(-1)
    const { number = 0 } = (last && places.get(last.userId)) ?? {}
    return { members, text, bytes: "[]".length + Buffer.byteLength(text), last: number, changes: this.#changes }
  }

  /** The page after a number, in the order of coming; 0 is before the first. */
  page(roomId: RoomId, after: number): MemberPage {
    const places = this.#rooms.get(roomId)?.places ?? new Map<UserId, Place>()
    const members = this.#take(behind(places, after))
    const last = members.at(-1)
    const number = last && places.get(last.userId)?.number
    const [isMore] = number === undefined ? [] : behind(places, number)
    return { members, next: isMore === undefined ? undefined : number }
  }

  /** At most so many people, and `membersBytesMax` of JSON. */
  #take(userIds: Iterable<UserId>, lengthMax: number = limits.membersLengthMax): Member[] {
    const taken: Member[] = []
    let bytes = "[]".length
    for (const userId of userIds) {
      const user = this.#users.get(userId)
      if (user === undefined) continue
      bytes += user.bytes
      if (taken.length === lengthMax || bytes > limits.membersBytesMax) break
      taken.push(user.member)
    }
    return taken
  }

  #roomOf(roomId: RoomId): PresentRoom {
    const room = this.#rooms.get(roomId) ?? { places: new Map(), numbered: 0, first: undefined }
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
    if (user !== undefined) this.#changes++
    this.#users.set(userId, { member, bytes: Buffer.byteLength(JSON.stringify(member)) + 1, rooms })
  }

  #forget(userId: UserId): void {
    const user = this.#users.get(userId)
    if (user !== undefined && --user.rooms === 0) this.#users.delete(userId)
  }
}

/** The map is in the order of coming, so its numbers grow. */
function* behind(places: ReadonlyMap<UserId, Place>, after: number): Generator<UserId> {
  for (const [userId, { number }] of places) if (number > after) yield userId
}

function* leading<T>(first: T, rest: Iterable<T>): Generator<T> {
  yield first
  for (const item of rest) if (item !== first) yield item
}

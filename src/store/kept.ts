/**
 * Records that are kept from batch to batch, where nobody else writes them: looked up once,
 * and the same object for everybody.
 */
import type { MemberRecord, RoomRecord, UserRecord } from "../chat/rules/working-set.ts"
import type { RoomId, UserId } from "../contract/values.ts"

export class Kept {
  readonly rooms = new Map<RoomId, RoomRecord>()
  readonly users = new Map<UserId, UserRecord>()
  readonly #members = new Map<RoomRecord, Map<UserRecord, MemberRecord>>()
  #memberCount = 0

  get size(): number {
    return this.rooms.size + this.users.size + this.#memberCount
  }

  member(room: RoomRecord, user: UserRecord): MemberRecord | undefined {
    return this.#members.get(room)?.get(user)
  }

  keep(member: MemberRecord): void {
    const members = this.#members.get(member.room) ?? new Map<UserRecord, MemberRecord>()
    this.#members.set(member.room, members.set(member.user, member))
    this.#memberCount++
  }

  drop(member: MemberRecord): void {
    if (this.#members.get(member.room)?.delete(member.user)) this.#memberCount--
  }

  /** And its members with it. */
  dropRoom(room: RoomRecord): void {
    this.rooms.delete(room.room.id)
    this.#memberCount -= this.#members.get(room)?.size ?? 0
    this.#members.delete(room)
  }

  clear(): void {
    this.rooms.clear()
    this.users.clear()
    this.#members.clear()
    this.#memberCount = 0
  }
}

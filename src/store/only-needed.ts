/**
 * A working set that finds only what a command's rule says it needs, like one that is loaded from a remote database:
 * what a rule forgot to name is missing there, and throws here.
 */
import { type Command, needsOf } from "../chat/rules/rules.ts"
import type {
  MemberRecord,
  MessageRecord,
  Needs,
  ReactionKey,
  RoomRecord,
  UserRecord,
} from "../chat/rules/working-set.ts"
import type { FileId } from "../contract/files.ts"
import type { MessageId, RoomId, UserId } from "../contract/values.ts"
import { Batch } from "./batch.ts"

export class OnlyNeeded extends Batch {
  #needs: Needs = {}
  /** Whether the rule's needs are just being looked up. */
  #isForNeeded = false

  /** The command that is decided next. */
  set command(command: Command) {
    this.#needs = needsOf(command)
  }

  override room(id: RoomId): RoomRecord | undefined {
    return this.#if(this.#needs.rooms?.includes(id), () => super.room(id))
  }

  override user(id: UserId): UserRecord | undefined {
    return this.#if(this.#needs.users?.includes(id), () => super.user(id))
  }

  override message(id: MessageId): MessageRecord | undefined {
    return this.#if(this.#needs.messages?.includes(id), () => super.message(id))
  }

  override file(id: FileId) {
    return this.#if(this.#needs.files?.includes(id), () => super.file(id))
  }

  override member(room: RoomRecord, user: UserRecord): MemberRecord | undefined {
    const isOnlyOne = this.#needs.onlyOnes?.some((one) => one.onlyOne === room.onlyOne && one.userId === user.id)
    return this.#if(isOnlyOne || this.#isPlace(room, user), () => super.member(room, user))
  }

  override isBanned(room: RoomRecord, user: UserRecord): boolean {
    return this.#if(this.#isPlace(room, user), () => super.isBanned(room, user))
  }

  override onlyOne(onlyOne: string): RoomRecord | undefined {
    return this.#if(
      this.#needs.onlyOnes?.some((one) => one.onlyOne === onlyOne),
      () => super.onlyOne(onlyOne),
    )
  }

  override deleterOf(id: RoomId): UserId | undefined {
    return this.#if(this.#needs.rooms?.includes(id), () => super.deleterOf(id))
  }

  override heirOf(room: RoomRecord, user: UserRecord): MemberRecord | undefined {
    return this.#if(this.#isPlace(room, user, this.#needs.heirs), () => super.heirOf(room, user))
  }

  override roomsOf(user: UserRecord): number {
    const isToEnter = this.#needs.members?.some(({ userId }) => userId === user.id)
    return this.#if(isToEnter || this.#needs.roomsOf?.includes(user.id), () => super.roomsOf(user))
  }

  override hasReaction(key: ReactionKey): boolean {
    const isNeeded = this.#needs.reactions?.some(
      ({ messageId, userId }) => messageId === key.messageId && userId === key.userId,
    )
    return this.#if(isNeeded, () => super.hasReaction(key))
  }

  override reactors(messageId: MessageId, emoji: string): readonly UserId[] {
    const isNeeded = this.#needs.reactions?.some((one) => one.messageId === messageId && one.emoji === emoji)
    return this.#if(isNeeded, () => super.reactors(messageId, emoji))
  }

  override deleteRoom(room: RoomRecord, by: UserId, at: number): void {
    this.#if(this.#needs.isAlone, () => super.deleteRoom(room, by, at))
  }

  override expireMembers(before: number): void {
    this.#if(this.#needs.isAlone, () => super.expireMembers(before))
  }

  override purge(at: number): void {
    this.#if(this.#needs.isAlone, () => super.purge(at))
  }

  #isPlace(room: RoomRecord, user: UserRecord, places = this.#needs.members): boolean {
    return places?.some(({ roomId, userId }) => roomId === room.room.id && userId === user.id) === true
  }

  #if<T>(isNeeded: boolean | undefined, find: () => T): T {
    if (!isNeeded && !this.#isForNeeded) throw new Error("The rule does not say that it needs this.")
    const before = this.#isForNeeded
    this.#isForNeeded = true
    try {
      return find()
    } finally {
      this.#isForNeeded = before
    }
  }
}

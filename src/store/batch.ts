/**
 * The working set of a batch: records that the rules look up, and what they changed since
 * it was last written. Where nobody else writes, one is kept from batch to batch.
 *
 * It holds what is stored and nothing else: a batch that fails forgets all of it, so that
 * the next one reads it again.
 */
import type {
  FileRecord,
  MemberRecord,
  MessageRecord,
  ReactionKey,
  RoomRecord,
  UserRecord,
  WorkingSet,
} from "../chat/rules/working-set.ts"
import type { FileId } from "../contract/files.ts"
import type { MessageId, RoomId, UserId } from "../contract/values.ts"
import { type ReactionChange, ReactionChanges } from "./reactions.ts"

/** Finds what is not in the working set; `undefined` when it does not exist. */
export interface Loader {
  readonly room: (id: RoomId) => RoomRecord | undefined
  readonly user: (id: UserId) => UserRecord | undefined
  readonly message: (id: MessageId) => MessageRecord | undefined
  readonly file: (id: FileId) => FileRecord | undefined
  readonly hasReaction: (key: ReactionKey) => boolean
  /** In the order they came: the first of them, as many as `reactorsLoaded`. */
  readonly reactors: (messageId: MessageId, emoji: string) => readonly UserId[]
  readonly member: (room: RoomRecord, user: UserRecord) => MemberRecord | undefined
  readonly isBanned: (room: RoomRecord, user: UserRecord) => boolean
  /** Which it is. What the batch has changed is written before. */
  readonly onlyOne: (onlyOne: string) => RoomId | undefined
  readonly deleterOf: (id: RoomId) => UserId | undefined
  /** Who it is. What the batch has changed is written before, or was none of this room's. */
  readonly heirOf: (room: RoomRecord, user: UserRecord) => UserId | undefined
  /** As far as it is written. */
  readonly roomsOf: (user: UserRecord) => number
}

/** What a batch has changed, each once and in the order of the first change. */
export interface Changes {
  readonly newRooms: readonly RoomRecord[]
  readonly newUsers: readonly UserRecord[]
  readonly newMessages: Iterable<MessageRecord>
  /** How many of them. */
  readonly messages: number
  /** None of the new ones is among them. */
  readonly changedRooms: ReadonlySet<RoomRecord>
  readonly changedUsers: ReadonlySet<UserRecord>
  readonly files: FileChanges
  /** The last state of each. None of the new ones is among them. */
  readonly changedMessages: ReadonlyMap<MessageId, MessageRecord>
  /** States that were told of and are no longer the last. */
  readonly passedMessages: readonly MessageRecord[]
  /** Of both, those that were deleted. */
  readonly deleted: readonly MessageId[]
  /** Messages, as they are now, that mention others than is written. */
  readonly mentions: ReadonlyMap<MessageId, MessageRecord>
  /** In the order they were made; some may be of what was deleted after them. */
  readonly reactions: readonly ReactionChange[]
  /** These go first: who left may be back. */
  readonly removedMembers: ReadonlySet<MemberRecord>
  readonly newMembers: ReadonlySet<MemberRecord>
  readonly changedMembers: ReadonlySet<MemberRecord>
  readonly bans: readonly BanChange[]
  readonly deletedRooms: readonly DeletedRoom[]
  /** Empties `purgedAtOnce` messages of deleted rooms. */
  readonly purgeAt: number | undefined
  /** Of which nothing else has changed. */
  readonly readings: ReadonlyMap<MemberRecord, "marked" | "sent">
  readonly notifies: ReadonlySet<MemberRecord>
  /** Ends `expiredAtOnce` memberships. Whatever is kept of members is then to be forgotten. */
  readonly expireBefore: number | undefined
  readonly probedAt: number | undefined
}

/** In the order that they are to be written. */
export interface FileChanges {
  readonly added: readonly FileRecord[]
  readonly held: ReadonlyMap<FileRecord, MessageRecord>
  /** Messages that let go of all their files. */
  readonly released: readonly MessageRecord[]
  /** Which one is the user's picture from here on, if they may have it; any other is so no more. */
  readonly pictures: ReadonlyMap<UserRecord, FileId | undefined>
  readonly removed: readonly FileRecord[]
}

const noFiles = () => ({
  added: [] as FileRecord[],
  held: new Map<FileRecord, MessageRecord>(),
  released: [] as MessageRecord[],
  pictures: new Map<UserRecord, FileId | undefined>(),
  removed: [] as FileRecord[],
})

export const purgedAtOnce = 500
export const expiredAtOnce = 500

export interface BanChange {
  readonly room: RoomRecord
  readonly user: UserRecord
  /** From when on; `undefined` is no longer. */
  readonly at: number | undefined
}

export interface DeletedRoom {
  readonly room: RoomRecord
  readonly by: UserId
  readonly at: number
}

export class Batch implements WorkingSet {
  epoch: string
  readonly #address: () => string
  readonly #loader: Loader
  readonly #rooms = new Map<RoomId, RoomRecord>()
  readonly #users = new Map<UserId, UserRecord>()
  readonly #members = new Map<RoomRecord, Map<UserRecord, MemberRecord>>()
  #memberCount = 0
  #newRooms: RoomRecord[] = []
  #newUsers: UserRecord[] = []
  #newMessages = new Map<MessageId, MessageRecord>()
  #changedMessages = new Map<MessageId, MessageRecord>()
  #passedMessages: MessageRecord[] = []
  #deleted: MessageId[] = []
  #mentions = new Map<MessageId, MessageRecord>()
  #reactions = new ReactionChanges()
  #changedRooms = new Set<RoomRecord>()
  #changedUsers = new Set<UserRecord>()
  /** Those that were looked up or added since the last `take`; `undefined` is removed. */
  #files = new Map<FileId, FileRecord | undefined>()
  #fileChanges = noFiles()
  #removedMembers = new Set<MemberRecord>()
  #newMembers = new Set<MemberRecord>()
  #changedMembers = new Set<MemberRecord>()
  /** In the order they were made. */
  #bans: BanChange[] = []
  #deletedRooms: DeletedRoom[] = []
  #purgeAt: number | undefined
  #readings = new Map<MemberRecord, "marked" | "sent">()
  #notifies = new Set<MemberRecord>()
  #expireBefore: number | undefined
  #probedAt: number | undefined

  /** `address` is asked for when a message is told: it is known only once the server listens. */
  constructor(epoch: string, loader: Loader, address: () => string = () => "") {
    this.epoch = epoch
    this.#address = address
    this.#loader = loader
  }

  get address(): string {
    return this.#address()
  }

  /** Rooms, users and members that are kept. */
  get size(): number {
    return this.#rooms.size + this.#users.size + this.#memberCount
  }

  room(id: RoomId): RoomRecord | undefined {
    const kept = this.#rooms.get(id)
    if (kept !== undefined) return kept
    const isDeleted = this.#deletedRooms.some(({ room }) => room.room.id === id)
    const loaded = isDeleted ? undefined : this.#loader.room(id)
    if (loaded !== undefined) this.#rooms.set(id, loaded)
    return loaded
  }

  user(id: UserId): UserRecord | undefined {
    const kept = this.#users.get(id)
    if (kept !== undefined) return kept
    const loaded = this.#loader.user(id)
    if (loaded !== undefined) this.#users.set(id, loaded)
    return loaded
  }

  message(id: MessageId): MessageRecord | undefined {
    return this.#upToDate(this.#changedHere(id) ?? this.#loader.message(id))
  }

  file(id: FileId): FileRecord | undefined {
    if (!this.#files.has(id)) this.#files.set(id, this.#loader.file(id))
    return this.#files.get(id)
  }

  member(room: RoomRecord, user: UserRecord): MemberRecord | undefined {
    const kept = this.#members.get(room)?.get(user)
    if (kept !== undefined) return kept
    const loaded = user.pk === 0 || room.pk === 0 ? undefined : this.#loader.member(room, user)
    if (loaded === undefined || this.#removed(room, user)) return undefined
    this.#keep(loaded)
    return loaded
  }

  isBanned(room: RoomRecord, user: UserRecord): boolean {
    const change = this.#bans.findLast((ban) => ban.room === room && ban.user === user)
    if (change !== undefined) return change.at !== undefined
    return this.#loader.isBanned(room, user)
  }

  onlyOne(onlyOne: string): RoomRecord | undefined {
    const id = this.#loader.onlyOne(onlyOne)
    return id && this.room(id)
  }

  deleterOf(id: RoomId): UserId | undefined {
    return this.#deletedRooms.find(({ room }) => room.room.id === id)?.by ?? this.#loader.deleterOf(id)
  }

  heirOf(room: RoomRecord, user: UserRecord): MemberRecord | undefined {
    const heir = this.#loader.heirOf(room, user)
    const record = heir && this.user(heir)
    return record && this.member(room, record)
  }

  roomsOf(user: UserRecord): number {
    const written = this.#loader.roomsOf(user)
    return written + ofUser(this.#newMembers, user) - ofUser(this.#removedMembers, user)
  }

  addRoom(room: RoomRecord): void {
    this.#rooms.set(room.room.id, room)
    this.#newRooms.push(room)
  }

  addUser(user: UserRecord): void {
    this.#users.set(user.id, user)
    this.#newUsers.push(user)
  }

  addMessage(message: MessageRecord): void {
    this.#newMessages.set(message.id, message)
  }

  addFile(file: FileRecord): void {
    this.#files.set(file.file.id, file)
    this.#fileChanges.added.push(file)
  }

  holdFile(file: FileRecord, message: MessageRecord): void {
    file.isHeld = true
    this.#fileChanges.held.set(file, message)
  }

  releaseFiles(message: MessageRecord): void {
    this.#fileChanges.released.push(message)
  }

  changePicture(user: UserRecord, id: FileId | undefined): void {
    this.#fileChanges.pictures.set(user, id)
  }

  removeFile(file: FileRecord): void {
    this.#files.set(file.file.id, undefined)
    this.#fileChanges.removed.push(file)
  }

  changeMessage(message: MessageRecord): void {
    const before = this.#changedHere(message.id)
    if (before !== undefined) this.#passedMessages.push(before)
    const messages = this.#newMessages.has(message.id) ? this.#newMessages : this.#changedMessages
    messages.set(message.id, message)
    if (message.extra?.deletedAt !== undefined) this.#deleted.push(message.id)
  }

  changeMentions(message: MessageRecord): void {
    this.#mentions.set(message.id, message)
  }

  hasReaction(key: ReactionKey): boolean {
    return this.#reactions.has(key) ?? this.#loader.hasReaction(key)
  }

  reactors(messageId: MessageId, emoji: string): readonly UserId[] {
    return this.#reactions.applyTo(messageId, emoji, this.#loader.reactors(messageId, emoji))
  }

  changeReaction(message: MessageRecord, user: UserRecord, emoji: string, isOn: boolean): void {
    this.#reactions.add({ messageId: message.id, userId: user.id, emoji, message, user, isOn })
  }

  changedRoom(room: RoomRecord): void {
    this.#changedRooms.add(room)
  }

  changedUser(user: UserRecord): void {
    this.#changedUsers.add(user)
  }

  addMember(member: MemberRecord): void {
    this.#keep(member)
    this.#newMembers.add(member)
  }

  changedMember(member: MemberRecord): void {
    this.#changedMembers.add(member)
  }

  changedReading(member: MemberRecord, how: "marked" | "sent"): void {
    if (this.#newMembers.has(member)) return
    this.#readings.set(member, this.#readings.get(member) === "sent" ? "sent" : how)
  }

  changedNotify(member: MemberRecord): void {
    if (!this.#newMembers.has(member)) this.#notifies.add(member)
  }

  removeMember(member: MemberRecord): void {
    if (this.#members.get(member.room)?.delete(member.user)) this.#memberCount--
    for (const changed of [this.#changedMembers, this.#readings, this.#notifies]) changed.delete(member)
    if (!this.#newMembers.delete(member)) this.#removedMembers.add(member)
  }

  setBanned(room: RoomRecord, user: UserRecord, at: number | undefined): void {
    this.#bans.push({ room, user, at })
  }

  deleteRoom(room: RoomRecord, by: UserId, at: number): void {
    this.#rooms.delete(room.room.id)
    this.#memberCount -= this.#members.get(room)?.size ?? 0
    this.#members.delete(room)
    this.#changedRooms.delete(room)
    const ofOthers = (one: { readonly room: RoomRecord }) => one.room !== room
    this.#newMembers = new Set([...this.#newMembers].filter(ofOthers))
    this.#changedMembers = new Set([...this.#changedMembers].filter(ofOthers))
    this.#removedMembers = new Set([...this.#removedMembers].filter(ofOthers))
    this.#bans = this.#bans.filter(ofOthers)
    this.#deletedRooms.push({ room, by, at })
  }

  expireMembers(before: number): void {
    this.#expireBefore = before
  }

  purge(at: number): void {
    this.#purgeAt = at
  }

  probed(at: number): void {
    this.#probedAt = at
  }

  /** What is to be written; from here on it counts as written. */
  take(): Changes {
    // A new room that has messages already is written as it is now.
    for (const room of this.#newRooms) this.#changedRooms.delete(room)
    for (const user of this.#newUsers) this.#changedUsers.delete(user)
    for (const member of this.#newMembers) this.#changedMembers.delete(member)
    const taken = {
      newRooms: this.#newRooms,
      newUsers: this.#newUsers,
      newMessages: this.#newMessages.values(),
      changedMessages: this.#changedMessages,
      passedMessages: this.#passedMessages,
      deleted: this.#deleted,
      mentions: this.#mentions,
      reactions: this.#reactions.all,
      messages: this.#newMessages.size,
      changedRooms: this.#changedRooms,
      changedUsers: this.#changedUsers,
      files: this.#fileChanges,
      removedMembers: this.#removedMembers,
      newMembers: this.#newMembers,
      changedMembers: this.#changedMembers,
      bans: this.#bans,
      deletedRooms: this.#deletedRooms,
      purgeAt: this.#purgeAt,
      readings: this.#readings,
      notifies: this.#notifies,
      expireBefore: this.#expireBefore,
      probedAt: this.#probedAt,
    }
    this.#clear()
    return taken
  }

  /** Whatever was kept may be other than what is stored. */
  forget(): void {
    this.#rooms.clear()
    this.#users.clear()
    this.#members.clear()
    this.#memberCount = 0
    this.#clear()
  }

  #changedHere(id: MessageId): MessageRecord | undefined {
    return this.#newMessages.get(id) ?? this.#changedMessages.get(id)
  }

  /** What it answers may have been changed by this batch. */
  #upToDate(message: MessageRecord | undefined): MessageRecord | undefined {
    const original = message?.extra?.original && this.#changedHere(message.extra.original.id)
    return message && original ? { ...message, extra: { ...message.extra, original } } : message
  }

  #keep(member: MemberRecord): void {
    const members = this.#members.get(member.room) ?? new Map<UserRecord, MemberRecord>()
    this.#members.set(member.room, members.set(member.user, member))
    this.#memberCount++
  }

  #removed(room: RoomRecord, user: UserRecord): boolean {
    for (const member of this.#removedMembers) if (member.room === room && member.user === user) return true
    return false
  }

  #clear(): void {
    this.#newRooms = []
    this.#newUsers = []
    this.#newMessages = new Map()
    this.#changedMessages = new Map()
    this.#passedMessages = []
    this.#deleted = []
    this.#mentions = new Map()
    this.#reactions = new ReactionChanges()
    this.#changedRooms = new Set()
    this.#changedUsers = new Set()
    this.#files = new Map()
    this.#fileChanges = noFiles()
    this.#removedMembers = new Set()
    this.#newMembers = new Set()
    this.#changedMembers = new Set()
    this.#bans = []
    this.#deletedRooms = []
    this.#purgeAt = undefined
    this.#readings = new Map()
    this.#notifies = new Set()
    this.#expireBefore = undefined
    this.#probedAt = undefined
  }
}

/** In the place of a room that was deleted: its messages' ids are taken for ever. */
export function deletedRoom(id: RoomId): RoomRecord {
  const room = { id, name: "", topic: "", visibility: "private", createdAt: "" } as const
  const counted = { createdAt: 0, rev: 0, lastAt: 0, members: 0, accessRev: 0, forgotten: 0, hiddenFor: [] }
  return { pk: 0, room, creatorId: null, onlyOne: null, ...counted }
}

function ofUser(members: ReadonlySet<MemberRecord>, user: UserRecord): number {
  let count = 0
  for (const member of members) if (member.user === user) count++
  return count
}

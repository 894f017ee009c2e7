/**
 * The working set of a batch: the records that its rules look up, and what they changed
 * since the last write. Where nobody else writes, one is kept from batch to batch.
 *
 * It holds only what is stored: when a batch fails, all of it is dropped, and the next
 * batch reads it again.
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
import { Kept } from "./kept.ts"
import { type Changes, nothingYet } from "./unwritten.ts"

/** Finds what is not in the working set; `undefined` when it does not exist. */
export interface Loader {
  readonly room: (id: RoomId) => RoomRecord | undefined
  readonly user: (id: UserId) => UserRecord | undefined
  readonly message: (id: MessageId) => MessageRecord | undefined
  readonly file: (id: FileId) => FileRecord | undefined
  readonly hasReaction: (key: ReactionKey) => boolean
  /** In the order they came; the first `reactorsLoaded` of them. */
  readonly reactors: (messageId: MessageId, emoji: string) => readonly UserId[]
  readonly member: (room: RoomRecord, user: UserRecord) => MemberRecord | undefined
  readonly isBanned: (room: RoomRecord, user: UserRecord) => boolean
  /** The id of the room with this key. Changes of the batch are written before it is called. */
  readonly onlyOne: (onlyOne: string) => RoomId | undefined
  readonly deleterOf: (id: RoomId) => UserId | undefined
  /** Who inherits the room. Changes of the batch are written before, or do not concern this room. */
  readonly heirOf: (room: RoomRecord, user: UserRecord) => UserId | undefined
  /** Counts only what is written. */
  readonly roomsOf: (user: UserRecord) => number
}

export class Batch implements WorkingSet {
  epoch: string
  readonly #address: () => string
  readonly #loader: Loader
  readonly #kept = new Kept()
  #unwritten = nothingYet()
  /** Files that were looked up or added since the last `take`; `undefined` if removed. */
  readonly #files = new Map<FileId, FileRecord | undefined>()

  /** `address` is called when a message is told: it is known only once the server listens. */
  constructor(epoch: string, loader: Loader, address: () => string = () => "") {
    this.epoch = epoch
    this.#address = address
    this.#loader = loader
  }

  get address(): string {
    return this.#address()
  }

  /** Number of rooms, users and members that are kept. */
  get size(): number {
    return this.#kept.size
  }

  room(id: RoomId): RoomRecord | undefined {
    const kept = this.#kept.rooms.get(id)
    if (kept !== undefined) return kept
    const isDeleted = this.#unwritten.deletedRooms.some(({ room }) => room.room.id === id)
    const loaded = isDeleted ? undefined : this.#loader.room(id)
    if (loaded !== undefined) this.#kept.rooms.set(id, loaded)
    return loaded
  }

  user(id: UserId): UserRecord | undefined {
    const kept = this.#kept.users.get(id)
    if (kept !== undefined) return kept
    const loaded = this.#loader.user(id)
    if (loaded !== undefined) this.#kept.users.set(id, loaded)
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
    const kept = this.#kept.member(room, user)
    if (kept !== undefined) return kept
    const loaded = user.pk === 0 || room.pk === 0 ? undefined : this.#loader.member(room, user)
    if (loaded === undefined || this.#removed(room, user)) return undefined
    this.#kept.keep(loaded)
    return loaded
  }

  isBanned(room: RoomRecord, user: UserRecord): boolean {
    const change = this.#unwritten.bans.findLast((ban) => ban.room === room && ban.user === user)
    if (change !== undefined) return change.at !== undefined
    return this.#loader.isBanned(room, user)
  }

  onlyOne(onlyOne: string): RoomRecord | undefined {
    const id = this.#loader.onlyOne(onlyOne)
    return id && this.room(id)
  }

  deleterOf(id: RoomId): UserId | undefined {
    return this.#unwritten.deletedRooms.find(({ room }) => room.room.id === id)?.by ?? this.#loader.deleterOf(id)
  }

  heirOf(room: RoomRecord, user: UserRecord): MemberRecord | undefined {
    const heir = this.#loader.heirOf(room, user)
    const record = heir && this.user(heir)
    return record && this.member(room, record)
  }

  roomsOf(user: UserRecord): number {
    const { newMembers, removedMembers } = this.#unwritten
    return this.#loader.roomsOf(user) + ofUser(newMembers, user) - ofUser(removedMembers, user)
  }

  addRoom(room: RoomRecord): void {
    this.#kept.rooms.set(room.room.id, room)
    this.#unwritten.newRooms.push(room)
  }

  addUser(user: UserRecord): void {
    this.#kept.users.set(user.id, user)
    this.#unwritten.newUsers.push(user)
  }

  addMessage(message: MessageRecord): void {
    this.#unwritten.newMessages.set(message.id, message)
  }

  addFile(file: FileRecord): void {
    this.#files.set(file.file.id, file)
    this.#unwritten.files.added.push(file)
  }

  holdFile(file: FileRecord, message: MessageRecord): void {
    file.isHeld = true
    this.#unwritten.files.held.set(file, message)
  }

  releaseFiles(message: MessageRecord): void {
    this.#unwritten.files.released.push(message)
  }

  changePicture(user: UserRecord, id: FileId | undefined): void {
    this.#unwritten.files.pictures.set(user, id)
  }

  removeFile(file: FileRecord): void {
    this.#files.set(file.file.id, undefined)
    this.#unwritten.files.removed.push(file)
  }

  changeMessage(message: MessageRecord): void {
    const before = this.#changedHere(message.id)
    if (before !== undefined) this.#unwritten.passedMessages.push(before)
    const { newMessages, changedMessages } = this.#unwritten
    const messages = newMessages.has(message.id) ? newMessages : changedMessages
    messages.set(message.id, message)
    if (message.extra?.deletedAt !== undefined) this.#unwritten.deleted.push(message.id)
  }

  changeMentions(message: MessageRecord): void {
    this.#unwritten.mentions.set(message.id, message)
  }

  hasReaction(key: ReactionKey): boolean {
    return this.#unwritten.reactions.has(key) ?? this.#loader.hasReaction(key)
  }

  reactors(messageId: MessageId, emoji: string): readonly UserId[] {
    return this.#unwritten.reactions.applyTo(messageId, emoji, this.#loader.reactors(messageId, emoji))
  }

  changeReaction(message: MessageRecord, user: UserRecord, emoji: string, isOn: boolean): void {
    this.#unwritten.reactions.add({ messageId: message.id, userId: user.id, emoji, message, user, isOn })
  }

  changedRoom(room: RoomRecord): void {
    this.#unwritten.changedRooms.add(room)
  }

  changedAccess(room: RoomRecord): void {
    this.changedRoom(room)
    this.#unwritten.changedAccess.add(room)
  }

  changedUser(user: UserRecord): void {
    this.#unwritten.changedUsers.add(user)
  }

  addMember(member: MemberRecord): void {
    this.#kept.keep(member)
    this.#unwritten.newMembers.add(member)
  }

  changedMember(member: MemberRecord): void {
    this.changedRoom(member.room)
    this.#unwritten.changedMembers.add(member)
  }

  changedReading(member: MemberRecord, how: "marked" | "sent"): void {
    const { newMembers, readings } = this.#unwritten
    if (!newMembers.has(member) && (how === "sent" || !readings.has(member))) readings.set(member, how)
  }

  changedNotify(member: MemberRecord): void {
    if (!this.#unwritten.newMembers.has(member)) this.#unwritten.notifies.add(member)
  }

  removeMember(member: MemberRecord): void {
    this.#kept.drop(member)
    const { changedMembers, readings, notifies, newMembers, removedMembers } = this.#unwritten
    for (const changed of [changedMembers, readings, notifies]) changed.delete(member)
    if (!newMembers.delete(member)) removedMembers.add(member)
  }

  setBanned(room: RoomRecord, user: UserRecord, at: number | undefined): void {
    this.#unwritten.bans.push({ room, user, at })
  }

  deleteRoom(room: RoomRecord, by: UserId, at: number): void {
    this.#kept.dropRoom(room)
    const unwritten = this.#unwritten
    unwritten.changedRooms.delete(room)
    const ofOthers = (one: { readonly room: RoomRecord }) => one.room !== room
    unwritten.newMembers = new Set([...unwritten.newMembers].filter(ofOthers))
    unwritten.changedMembers = new Set([...unwritten.changedMembers].filter(ofOthers))
    unwritten.removedMembers = new Set([...unwritten.removedMembers].filter(ofOthers))
    unwritten.bans = unwritten.bans.filter(ofOthers)
    unwritten.deletedRooms.push({ room, by, at })
  }

  expireMembers(before: number): void {
    this.#unwritten.expireBefore = before
  }

  purge(at: number): void {
    this.#unwritten.purgeAt = at
  }

  probed(at: number): void {
    this.#unwritten.probedAt = at
  }

  /** What is to be written. From now on it counts as written. */
  take(): Changes {
    const taken = this.#unwritten
    // A new room that already has messages is inserted in its current state.
    for (const room of taken.newRooms) taken.changedRooms.delete(room)
    for (const user of taken.newUsers) taken.changedUsers.delete(user)
    for (const member of taken.newMembers) taken.changedMembers.delete(member)
    this.#files.clear()
    this.#unwritten = nothingYet()
    return taken
  }

  /** What is kept may differ from what is stored. */
  forget(): void {
    this.#kept.clear()
    this.#files.clear()
    this.#unwritten = nothingYet()
  }

  #changedHere(id: MessageId): MessageRecord | undefined {
    return this.#unwritten.newMessages.get(id) ?? this.#unwritten.changedMessages.get(id)
  }

  /** The message it answers may have been changed by this batch. */
  #upToDate(message: MessageRecord | undefined): MessageRecord | undefined {
    const original = message?.extra?.original && this.#changedHere(message.extra.original.id)
    return message && original ? { ...message, extra: { ...message.extra, original } } : message
  }

  #removed(room: RoomRecord, user: UserRecord): boolean {
    for (const member of this.#unwritten.removedMembers) if (member.room === room && member.user === user) return true
    return false
  }
}

function ofUser(members: ReadonlySet<MemberRecord>, user: UserRecord): number {
  let count = 0
  for (const member of members) if (member.user === user) count++
  return count
}

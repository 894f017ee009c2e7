/**
 * What the rules of a batch see and change: records by their ids, whichever store keeps
 * them. A rule changes a record and says so; the store writes it. Nothing of a batch that
 * failed is seen again.
 */
import type { MessageChange } from "../../contract/changes.ts"
import type { File, FileId } from "../../contract/files.ts"
import type { Room } from "../../contract/rooms.ts"
import type { MessageId, MessageType, NotifyLevel, Role, RoomId, UserId } from "../../contract/values.ts"

export interface RoomRecord {
  /** The store's own key; rules leave it alone. 0 until the room is written. */
  pk: number
  /** `null` is the server itself. */
  readonly creatorId: UserId | null
  /** As clients see it. Another object once anything of it has changed. */
  room: Room
  /** Of the room, as milliseconds since the epoch. */
  readonly createdAt: number
  /** The last number given to a change of the room's messages. */
  rev: number
  /** When it was last at the front of the lists: its last message's time, or its own before the first. */
  lastAt: number
  /** How many members it has. */
  members: number
  /** Counts changes of who may do what in it, and of what `room` says. */
  accessRev: number
  /** What there is one room of; `null` for most. */
  readonly onlyOne: string | null
  /** Messages up to this `seq` were removed, since they were too old to be kept. */
  forgotten: number
  /** Members of a direct room who put it away: it is none of theirs until its next message. Comes with a change of access. */
  hiddenFor: readonly UserId[]
}

export interface UserRecord {
  pk: number
  readonly id: UserId
  username: string
  avatar: string | null
  /** When it was last changed, as milliseconds since the epoch. */
  updatedAt: number
}

/** Somebody who belongs to a room, here or not. */
export interface MemberRecord {
  pk: number
  readonly room: RoomRecord
  readonly user: UserRecord
  role: Role
  readonly joinedAt: number
  /** All up to there is read. Of a new one the store may raise it when it writes, as it does `seq`. */
  readSeq: number
  /** `null` is the room's default. */
  notify: NotifyLevel | null
  /** When they last joined, to the day. */
  seenAt: number
}

/** One state of a message. A change makes another record, so that what is told of each is told as it was then. */
export interface MessageRecord {
  /** The store's own key; 0 until the message is written. */
  pk: number
  readonly room: RoomRecord
  readonly author: UserRecord
  readonly id: MessageId
  /** The store may raise it, `rev` and `createdAt` when it writes: see `Numbered`. */
  seq: number
  rev: number
  readonly type: MessageType
  readonly content: string
  createdAt: number
  /** None for a message that is as it was sent and answers nothing. */
  readonly extra: MessageExtra | undefined
  /** In the sender's order; none for most. */
  readonly files?: readonly StoredFile[]
}

/** What only few messages have. Times are milliseconds since the epoch. */
export interface MessageExtra {
  readonly editedAt?: number | undefined
  readonly deletedAt?: number | undefined
  readonly original?: Original | undefined
  readonly mentions?: readonly UserId[] | undefined
  readonly mentionsRoom?: true | undefined
  readonly reactions?: readonly Reaction[] | undefined
  /** The last change, once there was one, without the emoji of a reaction that was taken back. */
  readonly change?: MessageChange | undefined
}

/** What a reply answers, as it is when the reply is read. */
export interface Original extends Pick<MessageRecord, "id" | "seq" | "content" | "extra"> {
  readonly author: Pick<UserRecord, "id" | "username">
  readonly files?: readonly Pick<StoredFile, "name">[]
}

export interface Reaction {
  readonly emoji: string
  readonly count: number
  /** The first of them, at most `reactorsTold`. */
  readonly userIds: readonly UserId[]
}

/** What a message keeps of a file: what clients see, but for its addresses. */
export interface StoredFile extends Omit<File, "url" | "thumbnailUrl"> {
  readonly hasThumbnail: boolean
}

export interface FileRecord {
  readonly file: StoredFile
  /** Where its bytes are. */
  readonly sha256: string
  readonly ownerId: UserId | null
  readonly createdAt: number
  /** By a message, which it is part of until that lets go of it, or by a profile. */
  isHeld: boolean
}

/** The ids that a command may look up: a store that fetches from afar fetches them first. */
export interface Needs {
  readonly rooms?: readonly RoomId[]
  readonly users?: readonly UserId[]
  readonly messages?: readonly MessageId[]
  readonly files?: readonly FileId[]
  /** Those of a user on a message, and who else has this emoji on it. */
  readonly reactions?: readonly (Omit<ReactionKey, "emoji"> & Partial<ReactionKey>)[]
  /** What they are in those rooms. Both are among `rooms` and `users`. */
  readonly members?: readonly Place[]
  /** In how many rooms they are: asked for apart where they are at no place among `members` that they are to enter. */
  readonly roomsOf?: readonly UserId[]
  /** Who would come after them. The command then comes alone, since others before it would decide that. */
  readonly heirs?: readonly Place[]
  /** What it decides by would be changed by others before it, or it changes what those behind it decide by. */
  readonly isAlone?: true
  /** The room that is the only one of that, and what the user is in it. The command comes alone. */
  readonly onlyOnes?: readonly OnlyOne[]
}

/** Somebody's emoji on a message. */
export interface ReactionKey {
  readonly messageId: MessageId
  readonly userId: UserId
  readonly emoji: string
}

interface OnlyOne {
  readonly onlyOne: string
  readonly userId: UserId
}

export interface Place {
  readonly roomId: RoomId
  readonly userId: UserId
}

export interface WorkingSet {
  /** Names the life of the data that all numbers count in. */
  readonly epoch: string
  /** Where clients reach the server: `https://chat.example.com`. */
  readonly address: string
  room(id: RoomId): RoomRecord | undefined
  user(id: UserId): UserRecord | undefined
  message(id: MessageId): MessageRecord | undefined
  file(id: FileId): FileRecord | undefined
  member(room: RoomRecord, user: UserRecord): MemberRecord | undefined
  isBanned(room: RoomRecord, user: UserRecord): boolean
  /** The room that is the only one of that. */
  onlyOne(onlyOne: string): RoomRecord | undefined
  /** Who deleted the room, which is no longer found. */
  deleterOf(id: RoomId): UserId | undefined
  /** The oldest of the highest role in the room, other than this user. */
  heirOf(room: RoomRecord, user: UserRecord): MemberRecord | undefined
  /** How many rooms the user is a member of; counted no further than `roomsPerUserMax`. */
  roomsOf(user: UserRecord): number
  addRoom(room: RoomRecord): void
  addUser(user: UserRecord): void
  addMessage(message: MessageRecord): void
  addFile(file: FileRecord): void
  /** From here on the message has it. */
  holdFile(file: FileRecord, message: MessageRecord): void
  /** A message that is gone, or empty: its files are removed soon, and nobody can fetch them from here on. */
  releaseFiles(message: MessageRecord): void
  /**
   * The user's picture is this file from here on, if it is a loose picture of theirs, or none: what it was before is let
   * go. Comes with a change of the user.
   */
  changePicture(user: UserRecord, id: FileId | undefined): void
  removeFile(file: FileRecord): void
  /** Its numbers, and nothing that comes with a change of access. */
  changedRoom(room: RoomRecord): void
  /** Who may do what in it, or what it says. */
  changedAccess(room: RoomRecord): void
  changedUser(user: UserRecord): void
  /** In place of what it was. */
  changeMessage(message: MessageRecord): void
  /** Whom the message mentions is not what it was, or it is new and mentions somebody. */
  changeMentions(message: MessageRecord): void
  /** Whether it is on. */
  hasReaction(key: ReactionKey): boolean
  /** Who has the emoji on the message, in the order they came: enough of them to name the first. */
  reactors(messageId: MessageId, emoji: string): readonly UserId[]
  /** `message` is the state of the message that this makes. */
  changeReaction(message: MessageRecord, user: UserRecord, emoji: string, isOn: boolean): void
  addMember(member: MemberRecord): void
  /** Their role, or when they were seen. It counts as a change of their room, so that two servers do not undo each other's. */
  changedMember(member: MemberRecord): void
  /**
   * Nothing but how far they have read. Who reads and who is promoted at once do not undo each other. By sending, that is
   * a number that the store may raise when it writes: see `Numbered`.
   */
  changedReading(member: MemberRecord, how: "marked" | "sent"): void
  /** Nothing but what may disturb them. */
  changedNotify(member: MemberRecord): void
  removeMember(member: MemberRecord): void
  /** From when on; `undefined` is no longer. */
  setBanned(room: RoomRecord, user: UserRecord, at: number | undefined): void
  /** It is found no more, and has no members. What was said in it is removed bit by bit. */
  deleteRoom(room: RoomRecord, by: UserId, at: number): void
  /** Ends as many memberships of whoever was not seen since as one batch may. */
  expireMembers(before: number): void
  /** Empties as many messages of deleted rooms as one batch may. */
  purge(at: number): void
  /** Something is to be written, whatever it is. */
  probed(at: number): void
}

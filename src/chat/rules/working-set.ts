/**
 * What the rules of a batch see and change: records by their ids, whichever store keeps
 * them. A rule changes a record and says so; the store writes it. Changes of a failed batch
 * are never seen again.
 */
import type { MessageChange } from "../../contract/changes.ts"
import type { File, FileId } from "../../contract/files.ts"
import type { Room } from "../../contract/rooms.ts"
import type { MessageId, MessageType, NotifyLevel, Role, RoomId, UserId } from "../../contract/values.ts"

export interface RoomRecord {
  /** The store's own key, which rules do not use. 0 until the room is written. */
  pk: number
  /** `null` is the server itself. */
  readonly creatorId: UserId | null
  /** As clients see it. Replaced by another object when anything of it changes. */
  room: Room
  /** Of the room, as milliseconds since the epoch. */
  readonly createdAt: number
  /** The last number given to a change of the room's messages. */
  rev: number
  /** When it last moved to the front of lists: the time of its last message, or its own before the first. */
  lastAt: number
  /** How many members it has. */
  members: number
  /** Counts changes of rights in it, and of `room`. */
  accessRev: number
  /** A unique key, such as the set of people of a direct room; `null` for most. */
  readonly onlyOne: string | null
  /** Messages up to this `seq` were removed, since they were too old to be kept. */
  forgotten: number
  /**
   * Members of a direct room who hid it: it is not in their list until its next message. Changes together with the
   * access.
   */
  hiddenFor: readonly UserId[]
}

export interface UserRecord {
  pk: number
  readonly id: UserId
  username: string
  avatar: string | null
  /** When it was last changed, as milliseconds since the epoch. It rises with each change. */
  updatedAt: number
}

/** Somebody who belongs to a room, here or not. */
export interface MemberRecord {
  pk: number
  readonly room: RoomRecord
  readonly user: UserRecord
  role: Role
  readonly joinedAt: number
  /** Everything up to this `seq` is read. For a new member the store may raise it when it writes, as it does `seq`. */
  readSeq: number
  /** `null` is the room's default. */
  notify: NotifyLevel | null
  /** When they last joined, to the day. */
  seenAt: number
}

/** One state of a message. A change makes another record, so each state is told as it was. */
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
  /** None for a message that is unchanged and answers nothing. */
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
  /** The last change, if any, without the emoji of a removed reaction. */
  readonly change?: MessageChange | undefined
}

/** The message that a reply answers, as it is when the reply is read. */
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

/** What a message keeps of a file: everything that clients see, except its addresses. */
export interface StoredFile extends Omit<File, "url" | "thumbnailUrl"> {
  readonly hasThumbnail: boolean
}

export interface FileRecord {
  readonly file: StoredFile
  /** Where its bytes are. */
  readonly sha256: string
  readonly ownerId: UserId | null
  readonly createdAt: number
  /** Held by a message, until that releases it, or by a profile. */
  isHeld: boolean
}

/** The ids that a command may look up: a remote store loads them first. */
export interface Needs {
  readonly rooms?: readonly RoomId[]
  readonly users?: readonly UserId[]
  readonly messages?: readonly MessageId[]
  readonly files?: readonly FileId[]
  /** A user's reactions on a message, and who else has this emoji on it. */
  readonly reactions?: readonly (Omit<ReactionKey, "emoji"> & Partial<ReactionKey>)[]
  /** Their memberships in those rooms. Both are among `rooms` and `users`. */
  readonly members?: readonly Place[]
  /** The number of their rooms: asked for separately where they have no membership among `members`. */
  readonly roomsOf?: readonly UserId[]
  /** Who would inherit the room. The command then runs alone, since others before it could change that. */
  readonly heirs?: readonly Place[]
  /** It runs alone: commands before it would change what it decides by, or it changes what those after it decide by. */
  readonly isAlone?: true
  /** The room with this unique key, and the user's membership in it. The command runs alone. */
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
  /** The epoch of the data, in which all numbers count. */
  readonly epoch: string
  /** Where clients reach the server: `https://chat.example.com`. */
  readonly address: string
  room(id: RoomId): RoomRecord | undefined
  user(id: UserId): UserRecord | undefined
  message(id: MessageId): MessageRecord | undefined
  file(id: FileId): FileRecord | undefined
  member(room: RoomRecord, user: UserRecord): MemberRecord | undefined
  isBanned(room: RoomRecord, user: UserRecord): boolean
  /** The room with this unique key. */
  onlyOne(onlyOne: string): RoomRecord | undefined
  /** Who deleted the room, if it is deleted. */
  deleterOf(id: RoomId): UserId | undefined
  /** The oldest of the highest role in the room, other than this user. */
  heirOf(room: RoomRecord, user: UserRecord): MemberRecord | undefined
  /** How many rooms the user is a member of; counted no further than `roomsPerUserMax`. */
  roomsOf(user: UserRecord): number
  addRoom(room: RoomRecord): void
  addUser(user: UserRecord): void
  addMessage(message: MessageRecord): void
  addFile(file: FileRecord): void
  /** The message holds these files from now on. */
  holdFile(file: FileRecord, message: MessageRecord): void
  /** The message is gone or empty: its files can no longer be fetched, and are removed soon. */
  releaseFiles(message: MessageRecord): void
  /**
   * The user's picture becomes this file, if it is a loose picture of theirs, or none. The file that it was is
   * released. Call it together with a change of the user.
   */
  changePicture(user: UserRecord, id: FileId | undefined): void
  removeFile(file: FileRecord): void
  /** Its numbers have changed, and nothing that comes with a change of access. */
  changedRoom(room: RoomRecord): void
  /** Rights in it, or its description, have changed. */
  changedAccess(room: RoomRecord): void
  changedUser(user: UserRecord): void
  /** Replaces its earlier state. */
  changeMessage(message: MessageRecord): void
  /** The message mentions other users than before, or is new and mentions some. */
  changeMentions(message: MessageRecord): void
  /** Whether it is on. */
  hasReaction(key: ReactionKey): boolean
  /** Who has the emoji on the message, in the order they came: enough of them to name the first. */
  reactors(messageId: MessageId, emoji: string): readonly UserId[]
  /** `message` is the state of the message that this makes. */
  changeReaction(message: MessageRecord, user: UserRecord, emoji: string, isOn: boolean): void
  addMember(member: MemberRecord): void
  /**
   * Their role has changed, or when they were seen. It counts as a change of their room, so two servers do not undo
   * each other's.
   */
  changedMember(member: MemberRecord): void
  /**
   * Only how far they have read has changed, so that reading and being promoted at the same time do not undo each
   * other. Where it comes from sending, the store may raise it when it writes: see `Numbered`.
   */
  changedReading(member: MemberRecord, how: "marked" | "sent"): void
  /** Only their notification level has changed. */
  changedNotify(member: MemberRecord): void
  removeMember(member: MemberRecord): void
  /** Since when; `undefined` lifts the ban. */
  setBanned(room: RoomRecord, user: UserRecord, at: number | undefined): void
  /** It is no longer found, and has no members. Its messages are removed bit by bit. */
  deleteRoom(room: RoomRecord, by: UserId, at: number): void
  /** Ends memberships of users who were not seen since, as many as one batch may. */
  expireMembers(before: number): void
  /** Empties as many messages of deleted rooms as one batch may. */
  purge(at: number): void
  /** Something has to be written, whatever it is. */
  probed(at: number): void
}

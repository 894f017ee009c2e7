/**
 * What a batch has changed and not yet written, each once and in the order of the first
 * change. It is filled by the batch, and handed whole to the store that writes it.
 */
import type { FileRecord, MemberRecord, MessageRecord, RoomRecord, UserRecord } from "../chat/rules/working-set.ts"
import type { FileId } from "../contract/files.ts"
import type { MessageId, RoomId, UserId } from "../contract/values.ts"
import { ReactionChanges } from "./reactions.ts"

export interface Changes {
  readonly newRooms: readonly RoomRecord[]
  readonly newUsers: readonly UserRecord[]
  readonly newMessages: ReadonlyMap<MessageId, MessageRecord>
  /** None of the new ones is among them. */
  readonly changedRooms: ReadonlySet<RoomRecord>
  /** Rooms of which not only numbers changed. */
  readonly changedAccess: ReadonlySet<RoomRecord>
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
  readonly reactions: Pick<ReactionChanges, "all">
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

export const purgedAtOnce = 500
export const expiredAtOnce = 500

/** The same, for the batch to fill. */
export function nothingYet() {
  return {
    newRooms: [] as RoomRecord[],
    newUsers: [] as UserRecord[],
    newMessages: new Map<MessageId, MessageRecord>(),
    changedRooms: new Set<RoomRecord>(),
    changedAccess: new Set<RoomRecord>(),
    changedUsers: new Set<UserRecord>(),
    files: {
      added: [] as FileRecord[],
      held: new Map<FileRecord, MessageRecord>(),
      released: [] as MessageRecord[],
      pictures: new Map<UserRecord, FileId | undefined>(),
      removed: [] as FileRecord[],
    },
    changedMessages: new Map<MessageId, MessageRecord>(),
    passedMessages: [] as MessageRecord[],
    deleted: [] as MessageId[],
    mentions: new Map<MessageId, MessageRecord>(),
    reactions: new ReactionChanges(),
    removedMembers: new Set<MemberRecord>(),
    newMembers: new Set<MemberRecord>(),
    changedMembers: new Set<MemberRecord>(),
    bans: [] as BanChange[],
    deletedRooms: [] as DeletedRoom[],
    purgeAt: undefined as number | undefined,
    readings: new Map<MemberRecord, "marked" | "sent">(),
    notifies: new Set<MemberRecord>(),
    expireBefore: undefined as number | undefined,
    probedAt: undefined as number | undefined,
  } satisfies Changes
}

/** In the place of a room that was deleted: its messages' ids are taken for ever. */
export function deletedRoom(id: RoomId): RoomRecord {
  const room = { id, name: "", topic: "", visibility: "private", createdAt: "" } as const
  const counted = { createdAt: 0, rev: 0, lastAt: 0, members: 0, accessRev: 0, forgotten: 0, hiddenFor: [] }
  return { pk: 0, room, creatorId: null, onlyOne: null, ...counted }
}

export function isEmpty(changes: Changes): boolean {
  const { newRooms, newUsers, newMessages, changedRooms, changedUsers, files, probedAt, purgeAt, expireBefore } =
    changes
  const { removedMembers, newMembers, changedMembers, bans, deletedRooms, readings, notifies } = changes
  // A change of a message or of its reactions is one of its room.
  const sets = [newMessages, changedRooms, changedUsers, removedMembers, newMembers, changedMembers, readings, notifies]
  return (
    [newRooms, newUsers, bans, deletedRooms].every((list) => list.length === 0) &&
    sets.every((set) => set.size === 0) &&
    [probedAt, purgeAt, expireBefore].every((value) => value === undefined) &&
    !hasFileChanges(files)
  )
}

export function hasFileChanges({ added, held, released, pictures, removed }: FileChanges): boolean {
  return [added, released, removed].some((list) => list.length > 0) || [held, pictures].some((map) => map.size > 0)
}

/**
 * What a batch has changed and not yet written, each change once and in the order of the
 * first one. The batch fills it, and the store takes it whole to write it.
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
  /** Rooms of which more than numbers changed. */
  readonly changedAccess: ReadonlySet<RoomRecord>
  readonly changedUsers: ReadonlySet<UserRecord>
  readonly files: FileChanges
  /** The last state of each. None of the new ones is among them. */
  readonly changedMessages: ReadonlyMap<MessageId, MessageRecord>
  /** Earlier states that were told, and are no longer the last. */
  readonly passedMessages: readonly MessageRecord[]
  /** New or changed messages that were deleted. */
  readonly deleted: readonly MessageId[]
  /** Messages in their current state whose mentions differ from what is written. */
  readonly mentions: ReadonlyMap<MessageId, MessageRecord>
  /** In the order they were made; some may be of messages that were deleted later. */
  readonly reactions: Pick<ReactionChanges, "all">
  /** These are written first: who left may be back. */
  readonly removedMembers: ReadonlySet<MemberRecord>
  readonly newMembers: ReadonlySet<MemberRecord>
  readonly changedMembers: ReadonlySet<MemberRecord>
  readonly bans: readonly BanChange[]
  readonly deletedRooms: readonly DeletedRoom[]
  /** Empties `purgedAtOnce` messages of deleted rooms. */
  readonly purgeAt: number | undefined
  /** Members of whom only the read position changed. */
  readonly readings: ReadonlyMap<MemberRecord, "marked" | "sent">
  readonly notifies: ReadonlySet<MemberRecord>
  /** Ends `expiredAtOnce` memberships. All kept members must then be dropped. */
  readonly expireBefore: number | undefined
  readonly probedAt: number | undefined
}

/** In the order they are written. */
export interface FileChanges {
  readonly added: readonly FileRecord[]
  readonly held: ReadonlyMap<FileRecord, MessageRecord>
  /** Messages that release all their files. */
  readonly released: readonly MessageRecord[]
  /** The file that becomes the user's picture, if they may use it; the one before is released. */
  readonly pictures: ReadonlyMap<UserRecord, FileId | undefined>
  readonly removed: readonly FileRecord[]
}

export interface BanChange {
  readonly room: RoomRecord
  readonly user: UserRecord
  /** Since when; `undefined` lifts the ban. */
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

/** Stands for a deleted room: the ids of its messages stay taken for ever. */
export function deletedRoom(id: RoomId): RoomRecord {
  const room = { id, name: "", topic: "", visibility: "private", createdAt: "" } as const
  const counted = { createdAt: 0, rev: 0, lastAt: 0, members: 0, accessRev: 0, forgotten: 0, hiddenFor: [] }
  return { pk: 0, room, creatorId: null, onlyOne: null, ...counted }
}

export function isEmpty(changes: Changes): boolean {
  const { newRooms, newUsers, newMessages, changedRooms, changedUsers, files, probedAt, purgeAt, expireBefore } =
    changes
  const { removedMembers, newMembers, changedMembers, bans, deletedRooms, readings, notifies } = changes
  // A changed message or reaction also changes its room.
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

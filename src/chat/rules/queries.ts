/**
 * What a rule may have to read: each query, and what it finds. Every store answers all of
 * them; the rules do not say how.
 */
import type { FileId } from "../../contract/files.ts"
import type { Room } from "../../contract/rooms.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import type { PageRows } from "../page.ts"
import type {
  BannedUser,
  ListedMember,
  Marks,
  OldRooms,
  OwnDataFound,
  OwnPart,
  OwnRoom,
  Page,
  Standing,
  UserFound,
} from "./found.ts"
import type { ListPlace, RoomInList } from "./room-search.ts"
import type { MemberRecord, RoomRecord, UserRecord } from "./working-set.ts"

/** What a rule reads beyond the working set: lists, from where they begin. Messages come in pages. */
export type Query =
  /** The latest before a `seq`, or of all. */
  | ({ readonly kind: "before"; readonly before: number | undefined } & PageQuery)
  /** The earliest after a `seq`. */
  | ({ readonly kind: "after"; readonly after: number } & PageQuery)
  /** Both sides of a `seq`; the message itself belongs to those before. */
  | ({ readonly kind: "around"; readonly around: number } & PageQuery)
  /** Whatever changed after a `rev`, in the order of `rev`. */
  | ({ readonly kind: "since"; readonly since: number } & PageQuery)
  /** The public rooms behind a place, in the order of the list. */
  | { readonly kind: "rooms"; readonly after: ListPlace | undefined; readonly limit: number }
  /** Files that nothing holds, the oldest first. */
  | { readonly kind: "looseFiles"; readonly before: number; readonly limit: number }
  /** Those of the hashes that some file has. */
  | { readonly kind: "hashesInUse"; readonly hashes: readonly string[] }
  /** Whether any member was last seen before a time. */
  | { readonly kind: "unseen"; readonly before: number }
  /** The latest time that a probe has written. */
  | { readonly kind: "servedAt" }
  /** Whether anything of deleted rooms is still to be emptied; with `isFree`, that nobody else is at now. */
  | { readonly kind: "purgeDue"; readonly isFree?: boolean }
  /** Everybody who belongs to a room, at most `membersPerRoomMax`, the oldest first. */
  | { readonly kind: "members"; readonly room: RoomRecord }
  /** The rooms that somebody is a member of, no more than `roomsPerUserMax`. */
  | { readonly kind: "roomsOf"; readonly user: UserRecord }
  /** Rooms after a place whose first message is too old. */
  | {
      readonly kind: "oldRooms"
      readonly at: number
      readonly days: number | undefined
      readonly after: number
      readonly limit: number
    }
  /** The first messages of a room that are too old: they are removed, with everything that belongs to them. */
  | { readonly kind: "removeOld"; readonly room: RoomRecord; readonly before: number; readonly limit: number }
  /** Gives freed space back to the disk, a little at a time. */
  | { readonly kind: "reclaim" }
  /** Who is banned from a room, in the order of their places. */
  | { readonly kind: "banned"; readonly room: RoomRecord; readonly after: number; readonly limit: number }
  /** The rooms of a user after a place, in the order of becoming a member; or only the room of one membership. */
  | {
      readonly kind: "ownRooms"
      readonly user: UserRecord
      readonly member?: MemberRecord
      readonly marks: Marks
      readonly after: number
      readonly limit: number
      readonly onlyOf: readonly RoomId[] | undefined
    }
  /**
   * Known users after a place, in the order they became known, or just one; with `sharedWith`, whether they share a
   * room.
   */
  | {
      readonly kind: "users"
      readonly user?: UserRecord
      readonly after: number
      readonly limit: number
      readonly sharedWith: UserRecord | undefined
    }
  /** Items of one part of a user's data after a place: so many rows are scanned, and so many found. */
  | {
      readonly kind: "ownData"
      readonly part: OwnPart
      readonly user: UserRecord
      readonly after: number
      readonly rows: number
      readonly limit: number
    }
  /** Messages of these rooms that changed since; at most `limit` for each room. */
  | { readonly kind: "changed"; readonly rooms: readonly RoomSince[]; readonly limit: number }
  /** How the room stands for each reader, who has read so far; none for an unknown user. */
  | { readonly kind: "standings"; readonly room: RoomRecord; readonly readers: readonly RoomReader[] }

export type QueryOf<Kind extends Query["kind"]> = Query & { readonly kind: Kind }

/** The queries that find a page. */
export type MessageQuery = QueryOf<"before" | "after" | "around" | "since">

/** Where the page begins: a `seq`, or for `since` a `rev`. None for the latest page. */
export function fromOf(query: MessageQuery): number | undefined {
  switch (query.kind) {
    case "before":
      return query.before
    case "after":
      return query.after
    case "around":
      return query.around
    case "since":
      return query.since
  }
}

interface PageQuery {
  readonly room: RoomRecord
  readonly limit: number
  /** Who asks. */
  readonly viewer?: UserId | undefined
}

interface RoomSince {
  readonly room: RoomRecord
  /** A `rev`. */
  readonly since: number
}

/** A member, and how far they have read. */
export interface RoomReader {
  readonly userId: UserId
  readonly readSeq: number
}

/** Rows of a page, and the room's counter at the moment that they show. */
export interface PageFound extends PageRows, Pick<Page, "mine" | "changes" | "hasBefore" | "hasAfter"> {
  readonly rev: number
}

/** What each kind of query finds. */
export interface QueryResults {
  readonly before: PageFound
  readonly after: PageFound
  readonly around: PageFound
  readonly since: PageFound
  readonly rooms: readonly RoomInList[]
  readonly looseFiles: readonly FileId[]
  readonly hashesInUse: readonly string[]
  readonly members: readonly ListedMember[]
  readonly roomsOf: readonly Pick<Room, "id" | "visibility">[]
  readonly oldRooms: OldRooms
  /** `lastSeq` is the highest that was removed, or 0. */
  readonly removeOld: { readonly messages: number; readonly lastSeq: number; readonly hasMore: boolean }
  readonly reclaim: { readonly hasMore: boolean }
  readonly banned: readonly BannedUser[]
  readonly purgeDue: boolean
  readonly servedAt: number
  readonly ownRooms: readonly OwnRoom[]
  readonly users: readonly UserFound[]
  readonly ownData: OwnDataFound
  /** Their `seq`s, for each room in turn. */
  readonly changed: readonly ReadonlySet<number>[]
  readonly standings: readonly (Standing | undefined)[]
  readonly unseen: boolean
}

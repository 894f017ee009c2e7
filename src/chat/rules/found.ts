/** What a store finds beyond the working set: rows of lists, and pages of messages. */
import type { MessageChange } from "../../contract/changes.ts"
import type { Message } from "../../contract/messages.ts"
import type { LastMessage } from "../../contract/my-rooms.ts"
import type { OwnThing } from "../../contract/own-data.ts"
import type { Member, Profile } from "../../contract/people.ts"
import type { Room } from "../../contract/rooms.ts"
import type { MessageId, NotifyLevel, Role, RoomId, UserId } from "../../contract/values.ts"

export interface ListedMember extends Profile {
  readonly pk: number
  readonly userId: UserId
  readonly role: Role
  readonly joinedAt: number
}

/** How far somebody has read in each room, where that is not stored yet. */
export type Marks = ReadonlyMap<RoomId, number>

/** How a room stands for one user, at the moment of `rev`. */
export interface Standing {
  readonly rev: number
  readonly readSeq: number
  readonly unread: number
  readonly mentions: number
  readonly lastMessage: LastMessage | null
  readonly lastMessageAt: string | null
}

/** A room as a store finds it for one of its members. */
export interface OwnRoom {
  /** Its place in the list. */
  readonly pk: number
  readonly room: Room
  readonly role: Role
  readonly notify: NotifyLevel | null
  readonly standing: Standing
  /** Only in direct rooms. */
  readonly peers: readonly Member[] | undefined
}

export const ownParts = ["rooms", "messages", "reactions", "files"] as const
export type OwnPart = (typeof ownParts)[number]

export interface OwnDataFound {
  readonly things: readonly OwnThing[]
  /** The last place that was looked at; absent at the end. */
  readonly next: number | undefined
}

type Mine = ReadonlyMap<MessageId, readonly string[]>

/** Messages in the order the contract gives them, and the room's counter when they were read. */
export interface Page {
  readonly messages: Message[]
  readonly rev: number
  readonly epoch: string
  readonly hasMore: boolean
  /** Only of a page around a place. */
  readonly hasBefore?: boolean
  readonly hasAfter?: boolean
  /** The room never issued the requested `since`; this is the latest page instead. */
  readonly reset: boolean
  /** The emoji that the reader has on a message, where its `userIds` are too few to show that. */
  readonly mine?: Mine | undefined
  /** The last change of each message, by its `rev`: only from a store that several servers share. */
  readonly changes?: ReadonlyMap<number, MessageChange> | undefined
  /** Of the messages as JSON, about. */
  readonly bytes: number
}

export interface OldRooms {
  /** Rooms whose first message is too old; `before` is the bound, in milliseconds since the epoch. */
  readonly rooms: readonly { readonly roomId: RoomId; readonly before: number }[]
  /** None at the end. */
  readonly next: number | undefined
}

export interface BannedUser extends Profile {
  readonly place: number
  readonly userId: UserId
  readonly bannedAt: number
}

export interface UserInList extends Member {
  readonly pk: number
}

/** A user that a store found. `isShown`: the asker may see them. */
export interface UserFound extends UserInList {
  readonly isShown: boolean
}

/**
 * What the domain asks of a store: one queue of commands, taken and settled in order.
 *
 * A command's outcome is handed out only once it is durable, and everything that was
 * queued before it has been settled by then. A page is a command like a write: it is
 * read at its place in the queue, so live events go on exactly where it ends.
 * Times are milliseconds since the epoch.
 */
import type { ChatError } from "../contract/errors.ts"
import type {
  ListedRoom,
  Message,
  MessageId,
  MessageType,
  Profile,
  Room,
  RoomId,
  UserId,
  Visibility,
} from "../contract/schemas.ts"

export type Command =
  | {
      readonly kind: "createRoom"
      readonly id: RoomId
      readonly name: string
      readonly visibility: Visibility
      /** `null` is the server itself. */
      readonly creatorId: UserId | null
      readonly at: number
    }
  | {
      readonly kind: "join"
      readonly roomId: RoomId
      readonly userId: UserId
      readonly username: string
      /** `undefined` keeps the stored one. */
      readonly avatar: string | null | undefined
      readonly since: number | undefined
      readonly at: number
    }
  | {
      readonly kind: "send"
      readonly roomId: RoomId
      /** Has joined before, so it is stored. */
      readonly userId: UserId
      readonly id: MessageId
      /** Whether `id` is the client's choice, and may therefore be a retry or somebody else's. */
      readonly chosen: boolean
      readonly type: MessageType
      readonly content: string
      readonly at: number
    }
  | { readonly kind: "pageSince"; readonly roomId: RoomId; readonly since: number; readonly limit: number }
  | {
      readonly kind: "pageBefore"
      readonly roomId: RoomId
      readonly before: number | undefined
      readonly limit: number
    }
  | {
      readonly kind: "listRooms"
      readonly query: string | undefined
      /** The list goes on behind this place. */
      readonly after: ListPlace | undefined
      readonly limit: number
    }
  /** Writes something that changes nothing, to learn whether writing works. */
  | { readonly kind: "probe"; readonly at: number }

/** Messages in the order the contract gives them, and the room's counter when they were read. */
export interface Page {
  readonly messages: readonly Message[]
  readonly rev: number
  readonly hasMore: boolean
  /** The room never issued the `since` that was asked for; this is the latest page. */
  readonly reset: boolean
}

/** Where a public room stands in the list: the latest activity first, and the highest id of one moment. */
export interface ListPlace {
  readonly lastAt: number
  readonly id: RoomId
}

export interface RoomPage {
  readonly rooms: readonly Omit<ListedRoom, "memberCount">[]
  /** The last place that was looked at; absent at the end of the list. */
  readonly next: ListPlace | undefined
}

/** Each command's outcome. A refusal is a `ChatError` instead, and takes nothing from its neighbours. */
export interface Outcomes {
  readonly createRoom: Room
  /** ERR_ROOM_NOT_FOUND. `profile` is what is stored now. */
  readonly join: { readonly room: Room; readonly profile: Profile; readonly page: Page }
  /** ERR_CONFLICT, ERR_NOT_IN_ROOM. A duplicate is the stored message of an earlier send; nothing was written. */
  readonly send: { readonly message: Message; readonly duplicate: boolean }
  /** ERR_NOT_IN_ROOM when the room does not exist. */
  readonly pageSince: Page
  readonly pageBefore: Page
  readonly listRooms: RoomPage
  readonly probe: true
}

/** Called exactly once, never before `submit` has returned. It must not throw. */
export type Settle<Outcome> = (result: Outcome | ChatError) => void

export interface ChatStore {
  /**
   * Throws ERR_BUSY when the queue is full or closed; the command is then not taken.
   * Settles with ERR_STORAGE when the batch it was in could not be written.
   */
  submit<C extends Command>(command: C, settle: Settle<Outcomes[C["kind"]]>): void
  /** Totals kept as counters. */
  counts(): { readonly rooms: number; readonly messages: number }
  /** Refuses new commands, settles every accepted one, then lets go of what it holds. */
  close(): Promise<void>
}

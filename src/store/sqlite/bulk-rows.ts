/** The rows of an import, and who takes them: see bulk.ts. */
import type { FileRecord } from "../../chat/rules/working-set.ts"
import type { FileId } from "../../contract/files.ts"

interface BulkUser {
  readonly id: string
  readonly username: string
  readonly avatar: string | null
  readonly at: number
}

interface RoomFields {
  readonly id: string
  readonly at: number
}

/** A direct room is given by its people, who have only one room here: it may exist under another id. */
export type BulkRoom =
  | (RoomFields & { readonly visibility: "direct"; readonly people: readonly string[] })
  | (RoomFields & {
      readonly visibility: "public" | "unlisted" | "private"
      readonly name: string
      readonly topic: string
    })

export interface BulkMember {
  readonly roomId: string
  readonly userId: string
  readonly role: "owner" | "moderator" | "member"
  readonly at: number
}

export interface BulkMessage {
  readonly id: string
  readonly roomId: string
  readonly userId: string
  readonly content: string
  readonly at: number
  readonly editedAt: number | null
  /** The id of what it answers. */
  readonly replyTo: string | undefined
  readonly reactions: readonly { readonly emoji: string; readonly userIds: readonly string[] }[]
  readonly mentions?: readonly string[]
  /** They were passed in before. */
  readonly fileIds?: readonly FileId[]
}

export interface Bulk {
  /** Whether the message exists, or did. */
  readonly has: (messageId: string) => boolean
  readonly user: (user: BulkUser) => void
  readonly room: (room: BulkRoom) => void
  /** Adds a member, for whom everything imported counts as read. Pass its room and user in before. */
  readonly member: (member: BulkMember) => "added" | "known" | "full"
  /** Its bytes are safe. */
  readonly file: (file: FileRecord) => void
  /**
   * Call it from time to time, between complete things: what came so far may be kept for a later run that continues.
   */
  readonly rest: () => void
  /** Returns whether it is new. Pass messages in the order of their room, after its room and author. */
  readonly message: (message: BulkMessage) => boolean
}

/** What comes in bulk, and who takes it: see bulk.ts. */
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

/** Of a direct room one tells its people, of which there is one room here: it may be there under another id. */
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
  /** They have come before. */
  readonly fileIds?: readonly FileId[]
}

export interface Bulk {
  /** Whether the message is there already, or was. */
  readonly has: (messageId: string) => boolean
  readonly user: (user: BulkUser) => void
  readonly room: (room: BulkRoom) => void
  /** Whoever is no member yet becomes one, for whom all of this is read. Its room and user have come before it. */
  readonly member: (member: BulkMember) => "added" | "known" | "full"
  /** Its bytes are safe. */
  readonly file: (file: FileRecord) => void
  /** From time to time, where nothing is half told: what has come up to here may be kept for one that goes on. */
  readonly rest: () => void
  /** Whether it was not there yet. In the order of its room; its room and author have come before it. */
  readonly message: (message: BulkMessage) => boolean
}

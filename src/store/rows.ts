/** What stores read of a message, and the message that clients see: the same in each of them. */
import type { Message } from "../contract/messages.ts"
import type { MessageId, MessageType, RoomId, UserId } from "../contract/values.ts"

export interface PageRow {
  readonly id: MessageId
  readonly seq: number
  readonly rev: number
  readonly type: MessageType
  readonly content: string
  /** Milliseconds since the epoch. */
  readonly created_at: number
  readonly user_id: UserId
  readonly username: string
  readonly avatar: string | null
}

export function messageOfRow(roomId: RoomId, row: PageRow): Message {
  return {
    id: row.id,
    roomId,
    seq: row.seq,
    rev: row.rev,
    type: row.type,
    content: row.content,
    userId: row.user_id,
    user: { username: row.username, avatar: row.avatar },
    createdAt: new Date(row.created_at).toISOString(),
  }
}

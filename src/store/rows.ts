/** What stores read of a message, and the message that clients see: the same in each of them. */
import { fileOf } from "../chat/rules/files.ts"
import { contentOf } from "../chat/rules/messages.ts"
import type { FileRecord, StoredFile } from "../chat/rules/working-set.ts"
import type { FileId } from "../contract/files.ts"
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
  /** JSON. */
  readonly files: string | null
}

/** `address` is the server's. */
export function messageOfRow(roomId: RoomId, row: PageRow, address: string): Message {
  const files = filesIn(row.files)?.map(fileOf) ?? []
  return {
    id: row.id,
    roomId,
    seq: row.seq,
    rev: row.rev,
    type: row.type,
    content: contentOf(row.content, files, address),
    userId: row.user_id,
    user: { username: row.username, avatar: row.avatar },
    createdAt: new Date(row.created_at).toISOString(),
    ...(files.length > 0 && { files }),
  }
}

/** The files of a message as a column holds them, and back. */
export function filesIn(column: string | null): readonly StoredFile[] | undefined {
  return column === null ? undefined : JSON.parse(column)
}

export function filesColumn(files: readonly StoredFile[] | undefined): string | null {
  return files === undefined || files.length === 0 ? null : JSON.stringify(files)
}

/** A row of the table of files. */
export interface FileRow {
  readonly id: FileId
  readonly sha256: string
  readonly name: string
  readonly mime_type: string
  readonly bytes: number
  readonly width: number | null
  readonly height: number | null
  readonly has_thumbnail: number
  readonly owner_id: UserId | null
  readonly created_at: number
  /** The key of the message that holds it. */
  readonly message: number | null
}

export function fileRecordOf(row: FileRow): FileRecord {
  const { id, name, bytes, width, height } = row
  return {
    file: {
      id,
      name,
      mimeType: row.mime_type,
      bytes,
      ...(width !== null && height !== null && { width, height }),
      hasThumbnail: row.has_thumbnail === 1,
    },
    sha256: row.sha256,
    ownerId: row.owner_id,
    createdAt: row.created_at,
    isHeld: row.message !== null,
  }
}

/** But for the message, which no new file has. */
export function fileRowOf({ file, sha256, ownerId, createdAt }: FileRecord) {
  return {
    id: file.id,
    sha256,
    name: file.name,
    mime_type: file.mimeType,
    bytes: file.bytes,
    width: file.width ?? null,
    height: file.height ?? null,
    has_thumbnail: file.hasThumbnail ? 1 : 0,
    owner_id: ownerId,
    created_at: createdAt,
  }
}

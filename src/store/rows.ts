/** Rows as the stores read them, and what they mean for rules and clients: the same in each store. */

import { fileOf } from "../chat/rules/files.ts"
import type { OwnRoom, Standing } from "../chat/rules/found.ts"
import { contentOf, excerptOf, withExtra } from "../chat/rules/message-view.ts"
import type { FileRecord, MessageExtra, Original, RoomRecord, StoredFile } from "../chat/rules/working-set.ts"
import type { FileId } from "../contract/files.ts"
import type { Message } from "../contract/messages.ts"
import { timeOf } from "../contract/moment.ts"
import type { MessageId, MessageType, NotifyLevel, Role, RoomId, RoomVisibility, UserId } from "../contract/values.ts"

export interface PageRow extends ExtraRow {
  readonly id: MessageId
  /** Negative once it is deleted. */
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

/** Columns that only few messages use. */
export interface ExtraRow {
  readonly edited_at: number | null
  readonly deleted_at: number | null
  /** The `seq` of a message of the same room. */
  readonly reply_to: number | null
  /** The rest, as JSON. */
  readonly extra: string | null
}

export interface OriginalRow {
  readonly id: MessageId
  readonly seq: number
  readonly deleted_at: number | null
  readonly content: string
  readonly user_id: UserId
  readonly username: string
}

/** `address` is the server's; `originalOf` is called only for a message that answers another. */
export function messageOfRow(
  roomId: RoomId,
  row: PageRow,
  address: string,
  originalOf: (row: PageRow) => OriginalRow | null | undefined,
): Message {
  const files = filesIn(row.files)?.map(fileOf)
  const message: Message = {
    id: row.id,
    roomId,
    seq: Math.abs(row.seq),
    rev: row.rev,
    type: row.type,
    content: contentOf(row.content, files, address),
    userId: row.user_id,
    user: { username: row.username, avatar: row.avatar },
    createdAt: timeOf(row.created_at),
  }
  if (files?.length) message.files = files
  const extra = extraOfRow(row, () => {
    const original = originalOf(row)
    return original ? originalOfRow(original) : undefined
  })
  return extra === undefined ? message : withExtra(message, extra)
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
  /** The key of the user whose picture it is. */
  readonly picture_of: number | null
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
    isHeld: row.message !== null || row.picture_of !== null,
  }
}

/** Without what holds it, since nothing holds a new file. */
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

/** None for most. */
export function extraOfRow(row: ExtraRow, originalOf: () => Original | undefined): MessageExtra | undefined {
  const { edited_at, deleted_at, reply_to, extra } = row
  if (edited_at === null && deleted_at === null && reply_to === null && extra === null) return undefined
  return {
    ...(edited_at !== null && { editedAt: edited_at }),
    ...(deleted_at !== null && { deletedAt: deleted_at }),
    ...(reply_to !== null && { original: originalOf() }),
    ...(extra !== null && (JSON.parse(extra) as Pick<MessageExtra, "reactions" | "change">)),
  }
}

export function originalOfRow({ id, seq, deleted_at, content, user_id, username }: OriginalRow): Original {
  return {
    id,
    seq: Math.abs(seq),
    content,
    author: { id: user_id, username },
    extra: deleted_at === null ? undefined : { deletedAt: deleted_at },
  }
}

/** The columns of `ExtraRow`; `reply_to` is the `seq` of the original. */
export function extraColumns(extra: MessageExtra | undefined): ExtraRow {
  const { editedAt = null, deletedAt = null, original, ...rest } = extra ?? {}
  const json = JSON.stringify(rest)
  return {
    edited_at: editedAt,
    deleted_at: deletedAt,
    reply_to: original?.seq ?? null,
    extra: json === "{}" ? null : json,
  }
}

/** How a room stands for one of its members, as stores read it. Times are milliseconds since the epoch. */
export interface StandingRow {
  readonly rev: number
  readonly read_seq: number
  readonly unread: number
  readonly mentions: number
  readonly last_at: number
  /** `null` where no message is left. */
  readonly last_user_id: UserId | null
  readonly last_username: string | null
  readonly last_content: string | null
}

export interface OwnRoomRow extends StandingRow {
  readonly pk: number
  readonly role: Role
  readonly notify: NotifyLevel | null
  readonly id: RoomId
  readonly name: string
  readonly topic: string
  readonly visibility: RoomVisibility
  readonly created_at: number
  readonly keep_days: number | null
  /** JSON: a list of members. */
  readonly peers: string | null
}

export function standingOfRow(row: StandingRow): Standing {
  const { rev, read_seq, unread, mentions, last_at, last_user_id, last_username, last_content } = row
  return {
    rev,
    readSeq: read_seq,
    unread,
    mentions,
    lastMessage:
      last_user_id === null
        ? null
        : { userId: last_user_id, username: last_username ?? "", excerpt: excerptOf(last_content ?? "") },
    lastMessageAt: rev === 0 ? null : timeOf(last_at),
  }
}

export function ownRoomOfRow(row: OwnRoomRow): OwnRoom {
  const { pk, id, name, topic, visibility, created_at, role, notify, peers } = row
  return {
    pk,
    room: { id, name, topic, visibility, createdAt: timeOf(created_at), ...keepingOf(row) },
    role,
    notify,
    standing: standingOfRow(row),
    peers: peers === null ? undefined : JSON.parse(peers),
  }
}

export interface RoomRow {
  readonly pk: number
  readonly name: string
  readonly visibility: RoomVisibility
  readonly creator_id: UserId | null
  readonly created_at: number
  readonly rev: number
  readonly last_at: number
  readonly topic: string
  readonly members: number
  readonly access_rev: number
  readonly only_one: string | null
  readonly forgotten: number
  readonly keep_days: number | null
  /** JSON; `null` for most. */
  readonly hidden_for: string | null
}

function keepingOf({ keep_days: keepDays }: Pick<RoomRow, "keep_days">): { readonly keepDays?: number } {
  return keepDays === null ? {} : { keepDays }
}

export function roomOfRow(id: RoomId, row: RoomRow): RoomRecord {
  const { pk, name, topic, visibility, created_at, rev, members } = row
  return {
    pk,
    room: { id, name, topic, visibility, createdAt: timeOf(created_at), ...keepingOf(row) },
    creatorId: row.creator_id,
    createdAt: created_at,
    rev,
    lastAt: row.last_at,
    members,
    accessRev: row.access_rev,
    onlyOne: row.only_one,
    forgotten: row.forgotten,
    hiddenFor: row.hidden_for === null ? [] : JSON.parse(row.hidden_for),
  }
}

export function hiddenColumn({ hiddenFor }: RoomRecord): string | null {
  return hiddenFor.length === 0 ? null : JSON.stringify(hiddenFor)
}

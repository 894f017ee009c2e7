/** What stores find of one person's own data, and what that person is shown of it. */

import { fileOf } from "../chat/rules/files.ts"
import type { OwnDataFound, OwnPart } from "../chat/rules/found.ts"
import type { QueryOf } from "../chat/rules/queries.ts"
import type { FileRecord, MessageRecord } from "../chat/rules/working-set.ts"
import { timeOf } from "../contract/moment.ts"
import type { OwnThing } from "../contract/own-data.ts"
import type { MessageId, MessageType, Role, RoomId, RoomVisibility } from "../contract/values.ts"
import { type ExtraRow, extraOfRow, type FileRow, fileRecordOf, filesIn } from "./rows.ts"

interface Placed {
  readonly pk: number
}

interface OwnRoomRow extends Placed {
  readonly room_id: RoomId
  readonly name: string
  readonly topic: string
  readonly visibility: RoomVisibility
  readonly role: Role
  readonly joined_at: number
}

interface OwnMessageRow extends Placed, ExtraRow {
  readonly room_id: RoomId
  readonly id: MessageId
  readonly seq: number
  readonly type: MessageType
  readonly content: string
  readonly created_at: number
  readonly files: string | null
}

interface OwnReactionRow extends Placed {
  readonly room_id: RoomId
  readonly message_id: MessageId
  readonly emoji: string
}

export interface OwnRows {
  readonly rooms: OwnRoomRow
  readonly messages: OwnMessageRow
  readonly reactions: OwnReactionRow
  readonly files: FileRow & Placed
}

/** The table that holds a part. */
export const ownTables = { rooms: "members", messages: "messages", reactions: "reactions", files: "files" } as const

const thingOf: { readonly [Part in OwnPart]: (row: OwnRows[Part]) => OwnThing } = {
  rooms: ({ room_id: roomId, name, topic, visibility, role, joined_at }) => {
    return { kind: "room", roomId, name, topic, visibility, role, joinedAt: timeOf(joined_at) }
  },
  messages: (row) => {
    const { room_id, id, seq, type, content, created_at, reply_to } = row
    const said = { roomId: room_id, id, seq: Math.abs(seq), type, content, createdAt: created_at }
    return ownMessage({
      ...said,
      replyToSeq: reply_to ?? undefined,
      files: filesIn(row.files),
      extra: extraOfRow(row, () => undefined),
    })
  },
  reactions: ({ room_id: roomId, message_id: messageId, emoji }) => ({ kind: "reaction", roomId, messageId, emoji }),
  files: (row) => ownFileOf(fileRecordOf(row)),
}

/** The result of scanning a range of a part: `lastPk` is its last key. */
export function foundOf<Part extends OwnPart>(
  part: Part,
  rows: readonly OwnRows[Part][],
  { after, rows: looked, limit }: QueryOf<"ownData">,
  lastPk: number,
): OwnDataFound {
  const end = rows.length === limit ? (rows.at(-1)?.pk ?? after) : after + looked
  return { things: rows.map(thingOf[part]), next: end < lastPk ? end : undefined }
}

export function ownMessageOf({ room, extra, ...message }: MessageRecord): OwnThing {
  return ownMessage({ ...message, roomId: room.room.id, replyToSeq: extra?.original?.seq, extra })
}

interface Said extends Pick<MessageRecord, "id" | "seq" | "type" | "content" | "createdAt" | "extra"> {
  readonly roomId: RoomId
  readonly replyToSeq: number | undefined
  readonly files?: MessageRecord["files"] | undefined
}

function ownMessage({ id, seq, type, content, createdAt, roomId, replyToSeq, files, extra }: Said): OwnThing {
  const { editedAt, deletedAt, mentions, mentionsRoom } = extra ?? {}
  const said = { kind: "message", id, roomId, seq, type, content, createdAt: timeOf(createdAt) } as const
  return {
    ...said,
    ...(editedAt !== undefined && { editedAt: timeOf(editedAt) }),
    ...(deletedAt !== undefined && { deletedAt: timeOf(deletedAt) }),
    ...(replyToSeq !== undefined && { replyToSeq }),
    ...(mentions !== undefined && { mentions: [...mentions] }),
    ...(mentionsRoom && { mentionsRoom }),
    ...(files !== undefined && { fileIds: files.map((file) => file.id) }),
  }
}

export function ownFileOf({ file, isHeld }: FileRecord): OwnThing {
  const { id, name, mimeType, bytes } = file
  return { kind: "file", id, name, mimeType, bytes, ...(isHeld && { url: fileOf(file).url }) }
}

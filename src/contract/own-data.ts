/**
 * What people take home of their own: lines of JSON, one a thing, each with its `kind`.
 * Beside the names and topics of one's rooms nothing in it is another person's words, name or secret, and no line is
 * longer than a message.
 */
import * as v from "valibot"
import { FileId } from "./files.ts"
import {
  about,
  Count,
  Emoji,
  MessageId,
  MessageType,
  RoomId,
  Role as RoomRole,
  RoomVisibility,
  Timestamp,
  UserId,
} from "./values.ts"

/** Of the lines: a change that a reader must know of makes the next number. */
export const ownDataFormat = 1

const line = <const Kind extends string, const Entries extends v.ObjectEntries>(kind: Kind, entries: Entries) =>
  v.strictObject({ kind: v.literal(kind), ...entries })

/** What the chat holds of a person. */
export const OwnThing = v.variant("kind", [
  line("profile", { userId: UserId, username: v.string(), avatar: v.nullable(v.string()) }),
  line("room", {
    roomId: RoomId,
    name: about("Of a direct room the word `Direct`.", v.string()),
    topic: v.string(),
    visibility: RoomVisibility,
    role: RoomRole,
    joinedAt: Timestamp,
  }),
  line("message", {
    id: MessageId,
    roomId: RoomId,
    seq: Count,
    type: MessageType,
    content: about("As it is now: of what was edited nothing else is kept.", v.string()),
    createdAt: Timestamp,
    editedAt: v.optional(Timestamp),
    deletedAt: v.optional(Timestamp),
    replyToSeq: v.optional(about("The message of the same room that it answers.", Count)),
    mentions: v.optional(v.array(UserId)),
    mentionsRoom: v.optional(v.literal(true)),
    fileIds: v.optional(v.array(FileId)),
  }),
  line("reaction", { roomId: RoomId, messageId: MessageId, emoji: Emoji }),
  line("file", {
    id: FileId,
    name: v.string(),
    mimeType: v.string(),
    bytes: Count,
    url: v.optional(about("Where it can be fetched; absent while nothing holds it.", v.string())),
  }),
])

export const OwnDataLine = v.variant("kind", [
  line("warren", { format: v.literal(ownDataFormat), exportedAt: Timestamp, address: v.string() }),
  line("account", { login: v.string(), role: v.picklist(["admin", "member"]), createdAt: Timestamp }),
  line("session", { client: v.string(), createdAt: Timestamp, usedAt: Timestamp, isCurrent: v.boolean() }),
  line("passkey", { name: v.string(), createdAt: Timestamp, usedAt: v.nullable(Timestamp) }),
  ...OwnThing.options,
  line("end", { lines: about("How many came before: a file without this line was cut.", Count) }),
])

export type OwnThing = v.InferOutput<typeof OwnThing>
export type OwnDataLine = v.InferOutput<typeof OwnDataLine>

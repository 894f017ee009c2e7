/**
 * What crosses the wire, as valibot schemas: the single source of the payload
 * types, of what input is accepted, and of the documents.
 *
 * `InferInput` of a schema is what a client writes, with plain strings;
 * `InferOutput` is what the server works with, with branded ids and defaults.
 */
import * as v from "valibot"
import { type ErrorCode, errorMessages } from "./errors.ts"
import { limits } from "./limits.ts"
import { isWebUrl, patterns } from "./text.ts"
import {
  Avatar,
  about,
  absentOr,
  Count,
  Cursor,
  cleanLine,
  cleanProse,
  codePoints,
  MessageId,
  MessageType,
  notBlank,
  PageLimit,
  Rev,
  RoomId,
  RoomName,
  rule,
  string,
  Timestamp,
  UserId,
  Username,
  Visibility,
} from "./values.ts"

export * from "./values.ts"

const payload = <const Entries extends v.ObjectEntries>(entries: Entries) => v.object(entries, "must be an object")

const nextPage = absentOr(about("The cursor of the page before this one.", Cursor))

export const CreateRoom = payload({
  name: RoomName,
  userId: UserId,
  visibility: v.nullish(
    about("Whether `list_rooms` shows it to everybody, or only its id opens it.", Visibility),
    "unlisted",
  ),
})

export const JoinRoom = payload({
  roomId: RoomId,
  userId: UserId,
  username: Username,
  avatar: v.optional(
    v.nullable(about("The address of the user's picture. Left out, the stored one stays; `null` clears it.", Avatar)),
  ),
  since: absentOr(
    about("The last `rev` that this client has of the room: `history` then holds what changed after it.", Rev),
  ),
})

const anyMessage = payload({
  roomId: RoomId,
  userId: UserId,
  content: v.pipe(
    string,
    codePoints(limits.contentLengthMax),
    cleanProse,
    notBlank,
    v.title("text"),
    v.description("The text, kept as it is; for an image its `http(s)` URL."),
  ),
  type: v.nullish(MessageType, "text"),
  id: absentOr(about("An id of the client's choice. It makes a retry harmless.", MessageId)),
})
const imageIsUrl = rule<v.InferOutput<typeof anyMessage>>(
  ({ type, content }) => type !== "image" || isWebUrl(content),
  "must be an http:// or https:// URL for an image",
  {
    if: { required: ["type"], properties: { type: { const: "image" } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { content: { pattern: patterns.webUrl, format: "iri" } } },
  },
)
export const SendMessage = v.pipe(anyMessage, v.forward(imageIsUrl, ["content"]))

export const Typing = payload({
  roomId: RoomId,
  userId: UserId,
  isTyping: about("Repeat `true` while the user types.", v.boolean("must be true or false")),
})
export const LeaveRoom = payload({ roomId: RoomId, userId: UserId })
export const Sync = payload({
  roomId: RoomId,
  since: about("The last `rev` that this client has of the room.", Rev),
  limit: v.nullish(about("How many messages the page may hold.", PageLimit), limits.sincePageDefault),
})
export const GetHistory = payload({
  roomId: RoomId,
  before: absentOr(about("A `seq`: the page holds the messages before it. Left out, it is the latest page.", Rev)),
  limit: v.nullish(about("How many messages the page may hold.", PageLimit), limits.historyPageDefault),
})
export const ListRooms = payload({
  query: absentOr(
    v.pipe(
      string,
      codePoints(limits.nameLengthMax),
      cleanLine,
      v.description("What the room's name must contain, whatever the case and the accents."),
    ),
  ),
  cursor: nextPage,
  limit: v.nullish(about("How many rooms the page may hold.", PageLimit), limits.roomsPageDefault),
})
export const GetMembers = payload({ roomId: RoomId, cursor: nextPage })

export const Room = v.object({ id: RoomId, name: RoomName, createdAt: Timestamp })
export const ListedRoom = v.object({
  ...Room.entries,
  rev: about("The room's counter of changes: 0 before its first message.", Rev),
  memberCount: about("How many users are here now.", Count),
  lastMessageAt: v.nullable(about("When its last message was sent; `null` before the first.", Timestamp)),
})
export const Profile = v.object({
  username: Username,
  avatar: v.nullable(about("The address of the user's picture; `null` without one.", Avatar)),
})
export const Member = v.object({ userId: UserId, ...Profile.entries })
export const Message = v.object({
  id: MessageId,
  roomId: RoomId,
  seq: about("The number the message was created with. It orders the room.", Rev),
  rev: about("The number of its latest change; equal to `seq` until there is one.", Rev),
  type: MessageType,
  content: about("The text, or the URL of the image.", v.string()),
  userId: UserId,
  user: Profile,
  createdAt: Timestamp,
})

/** The second argument of `history`. */
export const HistoryInfo = v.object({
  roomId: RoomId,
  since: v.optional(about("What the join named, if it did.", Rev)),
  rev: about("The room's counter at this moment; live events go on from the number after it.", Rev),
  hasMore: about(
    "Whether there are more messages: older ones; with `since`, unless it is `reset`, newer ones.",
    v.boolean(),
  ),
  reset: v.optional(
    about(
      "The room never issued that `since`: this is the latest page, and what the client holds is not of this room.",
      v.literal(true),
    ),
  ),
})

export const UserJoined = v.object({ roomId: RoomId, ...Member.entries })
export const UserLeft = v.object({
  roomId: RoomId,
  userId: UserId,
  reason: about("Whether the user left the room, or its last connection ended.", v.picklist(["leave", "disconnect"])),
})
export const UserTyping = v.object({
  roomId: RoomId,
  userId: UserId,
  isTyping: about("`false` ends what a `true` began.", v.boolean()),
})

export const ErrorBody = v.object({
  code: about("What happened. Codes are never renamed.", v.picklist(Object.keys(errorMessages) as ErrorCode[])),
  message: about("A sentence for the developer.", v.string()),
  event: v.optional(about("The request that failed.", v.string())),
  field: v.optional(about("The field whose rule was broken.", v.string())),
  roomId: v.optional(about("The room that it was about.", v.string())),
  retryAfterMs: v.optional(about("When to try again.", v.number())),
})

const answer = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.object({ ok: v.literal(true), ...entries })

const nextCursor = v.optional(about("Where the next page begins. Without it this is the last.", Cursor))
const messages = v.array(Message)
const hasMore = about("Whether there are more messages behind this page.", v.boolean())
const reset = HistoryInfo.entries.reset

export const Failure = v.object({ ok: v.literal(false), error: ErrorBody })
export const Done = answer({})
export const RoomAnswer = answer({ room: Room })
export const JoinAnswer = answer({
  roomId: RoomId,
  room: Room,
  rev: about("The room's counter at this moment, as in `history`.", Rev),
  members: about("Who is here now, oneself first: the first of them, if there are many.", v.array(Member)),
  memberCount: about("How many users are here now.", Count),
})
export const SendAnswer = answer({
  message: Message,
  duplicate: v.optional(about("The message was stored before; this request changed nothing.", v.literal(true))),
})
export const SyncAnswer = answer({
  messages,
  rev: about("The room's counter at this moment.", Rev),
  hasMore,
  reset,
})
export const HistoryAnswer = answer({ messages, hasMore })
export const RoomsAnswer = answer({ rooms: v.array(ListedRoom), cursor: nextCursor })
export const MembersAnswer = answer({ members: v.array(Member), cursor: nextCursor })

export type Room = v.InferOutput<typeof Room>
export type ListedRoom = v.InferOutput<typeof ListedRoom>
export type Profile = v.InferOutput<typeof Profile>
export type Member = v.InferOutput<typeof Member>
export type Message = v.InferOutput<typeof Message>
export type HistoryInfo = v.InferOutput<typeof HistoryInfo>
export type ErrorBody = v.InferOutput<typeof ErrorBody>
export type Failure = v.InferOutput<typeof Failure>

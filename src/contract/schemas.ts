/**
 * What crosses the wire, as valibot schemas: the single source of the payload
 * types, of what input is accepted, and of the documents.
 *
 * `InferInput` of a schema is what a client writes, with plain strings;
 * `InferOutput` is what the server works with, with branded ids and defaults.
 */
import * as v from "valibot"
import { errorMessages } from "./errors.ts"
import { limits } from "./limits.ts"
import { hasSomethingVisible, isCleanLine, isCleanProse, isWebUrl, isWithoutInvisible, lengthOf } from "./text.ts"

const codePoints = (max: number) =>
  v.check<string, string>(
    (text) => text.length > 0 && lengthOf(text) <= max,
    `must be 1 to ${max.toLocaleString("en")} characters long`,
  )
const string = v.string("must be a string")
const notBlank = v.check(hasSomethingVisible, "must not be blank")
const cleanLine = v.check(isCleanLine, "must not contain control characters or lone surrogates")
const cleanProse = v.check(
  isCleanProse,
  "must not contain control characters (line breaks and tabs aside) or lone surrogates",
)
const withoutInvisible = v.check(
  isWithoutInvisible,
  "must not contain invisible or direction-changing characters (U+200C and U+200D between visible ones aside)",
)
const webUrl = v.check(isWebUrl, "must be an http:// or https:// URL")

/** A name of a room or a user, or a user's id: one line in which everything can be seen. */
const line = (max: number) => v.pipe(string, codePoints(max), cleanLine, notBlank, withoutInvisible)

const uuid = v.pipe(
  string,
  v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, "must be a UUID"),
  v.toLowerCase(),
)

const wholeNumber = (min: number, max: number, rule: string) =>
  v.pipe(v.number(rule), v.safeInteger(rule), v.minValue(min, rule), v.maxValue(max, rule))

/** `null` means absent, for a client whose serializer writes every key. */
const absentOr = <const Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema, () => undefined)

export const RoomId = v.pipe(uuid, v.brand("RoomId"))
export const MessageId = v.pipe(uuid, v.brand("MessageId"))
/** Compared exactly; it need not be a UUID. */
export const UserId = v.pipe(line(limits.userIdLengthMax), v.brand("UserId"))
export const RoomName = line(limits.nameLengthMax)
export const Username = line(limits.usernameLengthMax)
export const Avatar = v.pipe(string, codePoints(limits.urlLengthMax), cleanLine, webUrl)
export const MessageType = v.picklist(["text", "image"], 'must be "text" or "image"')
export const Visibility = v.picklist(["public", "unlisted"], 'must be "public" or "unlisted"')
/** Where a page ended. Only the server reads it; what it did not write is refused with this rule then. */
export const cursorRule = "must be a cursor that an earlier answer gave"
const Cursor = v.pipe(string, v.regex(new RegExp(`^[\\w-]{1,${limits.cursorLengthMax}}$`), cursorRule))
/** ISO 8601, UTC, with milliseconds: `2026-01-31T12:00:00.000Z`. */
export const Timestamp = v.pipe(v.string(), v.isoTimestamp())
/** A number of a room's counter: 0 before its first message. */
export const Rev = wholeNumber(0, Number.MAX_SAFE_INTEGER, "must be a whole number, 0 or more")
const PageLimit = wholeNumber(1, limits.pageLengthMax, `must be a whole number from 1 to ${limits.pageLengthMax}`)

const payload = <const Entries extends v.ObjectEntries>(entries: Entries) => v.object(entries, "must be an object")

export const CreateRoom = payload({
  name: RoomName,
  userId: UserId,
  /** `unlisted` rooms are found by their id alone. */
  visibility: v.nullish(Visibility, "unlisted"),
})

export const JoinRoom = payload({
  roomId: RoomId,
  userId: UserId,
  username: Username,
  /** Left out, the stored one stays; `null` clears it. */
  avatar: v.optional(v.nullable(Avatar)),
  /** The last `rev` this client has: `history` then holds what changed after it. */
  since: absentOr(Rev),
})

export const SendMessage = v.pipe(
  payload({
    roomId: RoomId,
    userId: UserId,
    content: v.pipe(string, codePoints(limits.contentLengthMax), cleanProse, notBlank),
    type: v.nullish(MessageType, "text"),
    /** Chosen by the client, it makes a retry harmless. */
    id: absentOr(MessageId),
  }),
  v.forward(
    v.check(
      ({ type, content }) => type !== "image" || isWebUrl(content),
      "must be an http:// or https:// URL for an image",
    ),
    ["content"],
  ),
)

export const Typing = payload({ roomId: RoomId, userId: UserId, isTyping: v.boolean("must be true or false") })
export const LeaveRoom = payload({ roomId: RoomId, userId: UserId })
export const Sync = payload({ roomId: RoomId, since: Rev, limit: v.nullish(PageLimit, limits.sincePageDefault) })
export const GetHistory = payload({
  roomId: RoomId,
  /** A `seq`; left out, the page is the latest one. */
  before: absentOr(Rev),
  limit: v.nullish(PageLimit, limits.historyPageDefault),
})

export const ListRooms = payload({
  /** What a room's name must contain, whatever the case. */
  query: absentOr(v.pipe(string, codePoints(limits.nameLengthMax), cleanLine)),
  cursor: absentOr(Cursor),
  limit: v.nullish(PageLimit, limits.roomsPageDefault),
})
export const GetMembers = payload({ roomId: RoomId, cursor: absentOr(Cursor) })

export const Room = v.object({ id: RoomId, name: RoomName, createdAt: Timestamp })
/** A room as `list_rooms` shows it. */
export const ListedRoom = v.object({
  ...Room.entries,
  rev: Rev,
  /** Who is here now. */
  memberCount: v.number(),
  /** `null` before the first message. */
  lastMessageAt: v.nullable(Timestamp),
})
export const Profile = v.object({ username: Username, avatar: v.nullable(Avatar) })
export const Member = v.object({ userId: UserId, ...Profile.entries })
export const Message = v.object({
  id: MessageId,
  roomId: RoomId,
  /** The number the message was created with; it orders the room. */
  seq: Rev,
  /** The number of its latest change; equal to `seq` until there is one. */
  rev: Rev,
  type: MessageType,
  content: v.string(),
  userId: UserId,
  user: Profile,
  createdAt: Timestamp,
})

/** The second argument of `history`. */
export const HistoryInfo = v.object({
  roomId: RoomId,
  /** Echoed when the join named one. */
  since: v.optional(Rev),
  /** The room's counter at the snapshot; live events go on from `rev` + 1. */
  rev: Rev,
  hasMore: v.boolean(),
  /** The room never issued that `since`, so this is the latest page and what the client holds is not of this room. */
  reset: v.optional(v.literal(true)),
})

export const UserJoined = v.object({ roomId: RoomId, ...Member.entries })
export const UserLeft = v.object({ roomId: RoomId, userId: UserId, reason: v.picklist(["leave", "disconnect"]) })
export const UserTyping = v.object({ roomId: RoomId, userId: UserId, isTyping: v.boolean() })

export const ErrorBody = v.object({
  code: v.picklist(Object.keys(errorMessages) as (keyof typeof errorMessages)[]),
  message: v.string(),
  event: v.optional(v.string()),
  field: v.optional(v.string()),
  roomId: v.optional(v.string()),
  retryAfterMs: v.optional(v.number()),
})

const answer = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.object({ ok: v.literal(true), ...entries })

export const Failure = v.object({ ok: v.literal(false), error: ErrorBody })
export const Done = answer({})
export const RoomAnswer = answer({ room: Room })
export const JoinAnswer = answer({
  roomId: RoomId,
  room: Room,
  rev: Rev,
  members: v.array(Member),
  memberCount: v.number(),
})
export const SendAnswer = answer({ message: Message, duplicate: v.optional(v.literal(true)) })
export const SyncAnswer = answer({
  messages: v.array(Message),
  rev: Rev,
  hasMore: v.boolean(),
  reset: v.optional(v.literal(true)),
})
export const HistoryAnswer = answer({ messages: v.array(Message), hasMore: v.boolean() })
/** While there is a cursor there may be more, even after a page that is not full. */
export const RoomsAnswer = answer({ rooms: v.array(ListedRoom), cursor: v.optional(Cursor) })
export const MembersAnswer = answer({ members: v.array(Member), cursor: v.optional(Cursor) })

export type RoomId = v.InferOutput<typeof RoomId>
export type MessageId = v.InferOutput<typeof MessageId>
export type UserId = v.InferOutput<typeof UserId>
export type MessageType = v.InferOutput<typeof MessageType>
export type Visibility = v.InferOutput<typeof Visibility>
export type Room = v.InferOutput<typeof Room>
export type ListedRoom = v.InferOutput<typeof ListedRoom>
export type Profile = v.InferOutput<typeof Profile>
export type Member = v.InferOutput<typeof Member>
export type Message = v.InferOutput<typeof Message>
export type HistoryInfo = v.InferOutput<typeof HistoryInfo>
export type ErrorBody = v.InferOutput<typeof ErrorBody>
export type Failure = v.InferOutput<typeof Failure>

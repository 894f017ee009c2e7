/**
 * What a single value on the wire may be: texts, ids, numbers, times.
 *
 * A rule of ours is a function, which JSON Schema cannot run, so each carries the
 * keywords that say the same. The documents are made from those, and a test holds the
 * two together. `about` says what a value means where it stands.
 */
import * as v from "valibot"
import { limits } from "./limits.ts"
import {
  hasSomethingVisible,
  isCleanLine,
  isCleanProse,
  isWebUrl,
  isWithoutInvisible,
  lengthOf,
  patterns,
} from "./text.ts"

/** Of JSON Schema. */
export type Keywords = Readonly<Record<string, unknown>>

export type Rule<T> = v.CheckAction<T, string> & { readonly keywords: Keywords }

export function rule<T>(holds: (value: T) => boolean, message: string, keywords: Keywords): Rule<T> {
  return { ...v.check<T, string>(holds, message), keywords }
}

export function about<const Schema extends v.GenericSchema>(description: string, schema: Schema) {
  return v.pipe(schema, v.description(description))
}

/** `null` means absent, for a client whose serializer writes every key. */
export const absentOr = <const Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema, () => undefined)

/**
 * A list of at most so many, told by `message`. A longer one is refused before it is looked through: a request has room
 * for thousands of items, each of which may be as much work as a whole request.
 */
export function atMost<const Item extends v.GenericSchema>(
  max: number,
  list: v.ArraySchema<Item, string>,
  message: string,
) {
  const run: (typeof list)["~run"] = (dataset, config) =>
    Array.isArray(dataset.value) && dataset.value.length > max
      ? { typed: true, value: dataset.value }
      : list["~run"](dataset, config)
  return v.pipe({ ...list, "~run": run }, v.maxLength(max, message))
}

export const boolean = v.boolean("must be true or false")
export const string = v.string("must be a string")

export const codePoints = (max: number) =>
  rule<string>(
    (text) => text.length > 0 && lengthOf(text) <= max,
    `must be 1 to ${max.toLocaleString("en")} characters long`,
    { minLength: 1, maxLength: max },
  )
/** May be empty. */
export const longest = (max: number, message: string) =>
  rule<string>((text) => lengthOf(text) <= max, message, { minLength: 0, maxLength: max })
export const notBlank = rule(hasSomethingVisible, "must not be blank", { pattern: patterns.somethingVisible })
export const cleanLine = rule(isCleanLine, "must not contain control characters or lone surrogates", {
  pattern: patterns.cleanLine,
})
export const cleanProse = rule(
  isCleanProse,
  "must not contain control characters (line breaks and tabs aside) or lone surrogates",
  { pattern: patterns.cleanProse },
)
const withoutInvisible = rule(
  isWithoutInvisible,
  "must not contain invisible or direction-changing characters (U+200C and U+200D where they shape letters aside)",
  { pattern: patterns.withoutInvisible },
)
const webUrl = rule(isWebUrl, "must be an http:// or https:// URL", { pattern: patterns.webUrl, format: "iri" })

/** A name of a room or a user, or a user's id: one line in which everything can be seen. */
const line = (max: number) => v.pipe(string, codePoints(max), cleanLine, notBlank, withoutInvisible, v.title("line"))

const uuid = v.pipe(
  string,
  v.regex(/^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/, "must be a UUID"),
  v.title("UUID"),
  v.metadata({ format: "uuid" }),
  v.toLowerCase(),
)

export const wholeNumber = (min: number, max: number, message: string) =>
  v.pipe(
    v.number(message),
    v.safeInteger(message),
    v.minValue(min, message),
    v.maxValue(max, message),
    v.title("whole number"),
  )

export const RoomId = v.pipe(uuid, v.brand("RoomId"), v.description("The room's id."))
export const MessageId = v.pipe(uuid, v.brand("MessageId"), v.description("The message's id."))
/** Of where an account is signed in, not of a connection. */
export const SignInId = v.pipe(uuid, v.brand("SignInId"), v.description("The session's id."))
export const InviteId = v.pipe(uuid, v.brand("InviteId"), v.description("The invite's id."))
export const PasskeyId = v.pipe(uuid, v.brand("PasskeyId"), v.description("The passkey's id."))
export const RequestId = uuid
export const UserId = v.pipe(
  line(limits.userIdLengthMax),
  v.brand("UserId"),
  v.description("The user's id: any text, compared exactly. It need not be a UUID."),
)
export const RoomName = v.pipe(line(limits.nameLengthMax), v.description("The room's name. It need not be unique."))
export const Username = v.pipe(line(limits.usernameLengthMax), v.description("What others see as the user's name."))
export const Avatar = v.pipe(
  string,
  codePoints(limits.urlLengthMax),
  cleanLine,
  webUrl,
  v.title("web address"),
  v.description("The address of the user's picture."),
)
export const MessageType = about("What the content is.", v.picklist(["text", "image"], 'must be "text" or "image"'))
const rgiEmoji = /^\p{RGI_Emoji}$/v
/** In UTF-16 units, more than any has. */
const emojiLengthMax = 64
/** As the standard builds them (UTS #51), which are more than it recommends: JSON Schema knows no `v` flag. */
const emojiElement = String.raw`(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Emoji_Modifier_Base}\p{Emoji_Modifier})`
const emojiPattern = String.raw`^(?:\p{RI}\p{RI}|[0-9#*]\ufe0f\u20e3|${emojiElement}(?:[\u{e0020}-\u{e007e}]+\u{e007f})?(?:\u200d${emojiElement})*)$`
export const Emoji = v.pipe(
  string,
  rule<string>(
    // The length first: what is longer is not compared.
    (text) => text.length <= emojiLengthMax && rgiEmoji.test(text),
    "must be one fully qualified emoji",
    { minLength: 1, maxLength: emojiLengthMax, pattern: emojiPattern },
  ),
  v.title("emoji"),
  v.description("The emoji."),
)
/** What a room may be created as. */
export const Visibility = v.picklist(["public", "unlisted", "private"], 'must be "public", "unlisted" or "private"')
export const RoomVisibility = about(
  "Who finds the room: everybody, whoever knows its id, its members, or the people of a conversation.",
  v.picklist(["public", "unlisted", "private", "direct"]),
)
export const Topic = v.pipe(
  string,
  rule<string>(
    (text) => lengthOf(text) <= limits.topicLengthMax,
    `must be at most ${limits.topicLengthMax} characters long`,
    { maxLength: limits.topicLengthMax },
  ),
  cleanLine,
  v.title("line that may be empty"),
  v.description("What the room is about; empty where nobody has said."),
)
export const Role = about(
  "What a member may do in the room.",
  v.picklist(["owner", "moderator", "member"], 'must be "owner", "moderator" or "member"'),
)
export const NotifyLevel = v.picklist(["all", "mentions", "none"], 'must be "all", "mentions" or "none"')
export const Timestamp = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.title("time"),
  v.description("When it was made, by the server's clock."),
)
const momentForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
/** A time that a client names. */
export const Moment = v.pipe(
  string,
  rule<string>(
    (text) => momentForm.test(text) && !Number.isNaN(Date.parse(text)),
    "must be a time such as 2026-01-31T12:00:00.000Z",
    { pattern: momentForm.source, format: "date-time" },
  ),
  v.title("time"),
)
/** A value of a room's counter: 0 before its first message. */
export const Rev = wholeNumber(0, Number.MAX_SAFE_INTEGER, "must be a whole number, 0 or more")
export const Count = wholeNumber(0, Number.MAX_SAFE_INTEGER, "must be a whole number, 0 or more")
export const pageLimit = (max: number) => wholeNumber(1, max, `must be a whole number from 1 to ${max}`)
export const PageLimit = pageLimit(limits.pageLengthMax)
export const KeepDays = v.pipe(Count, v.maxValue(limits.keepDaysMax, `must be at most ${limits.keepDaysMax}`))

/** Where a page ended. Only the server reads it, and it refuses one that it did not write. */
export const cursorRule = "must be a cursor that an earlier answer gave"
const Cursor = v.pipe(
  string,
  v.regex(new RegExp(`^[\\w-]{1,${limits.cursorLengthMax}}$`), cursorRule),
  v.title("cursor"),
)

export const nextPage = absentOr(about("The `cursor` that the page before this one gave.", Cursor))
export const nextCursor = v.optional(about("Where the next page begins. Without it this is the last.", Cursor))

/** What a list is asked for by, if not for all of it. */
export const nameQuery = (lengthMax: number, description: string) =>
  absentOr(v.pipe(string, codePoints(lengthMax), cleanLine, v.description(description)))

/** Names one life of the data. Opaque, and compared exactly. */
export const Epoch = v.pipe(string, v.regex(/^[\w-]{1,64}$/, "must be an epoch that the server gave"), v.title("epoch"))

/** What the documents say of each kind of value, by the titles above. */
export const kinds: Readonly<Record<string, string>> = {
  UUID: "32 hexadecimal digits in five groups. Either case is accepted; the server answers in lower case.",
  line: "One line of text in which everything can be seen. Lengths count Unicode code points, so most emoji count as 1.",
  text: "Any text, with line breaks and tabs. It is kept as it is.",
  emoji: "One emoji as Unicode recommends it for general interchange (RGI), fully qualified: `❤️`, not `❤`.",
  "line that may be empty": "One line of text, or none. Lengths count Unicode code points.",
  "web address": "An absolute URL.",
  "whole number": "Without a fraction, and at most 2⁵³ − 1.",
  time: "ISO 8601 in UTC with milliseconds, such as `2026-01-31T12:00:00.000Z`.",
  cursor: "Opaque. Hand it back as it is, and only to the request that gave it.",
  epoch: "Opaque. Compare it, and hand it back as it is.",
  "file id": "22 characters: letters, digits, `-` and `_`.",
}

export type RoomId = v.InferOutput<typeof RoomId>
export type MessageId = v.InferOutput<typeof MessageId>
export type SignInId = v.InferOutput<typeof SignInId>
export type InviteId = v.InferOutput<typeof InviteId>
export type PasskeyId = v.InferOutput<typeof PasskeyId>
export type UserId = v.InferOutput<typeof UserId>
export type MessageType = v.InferOutput<typeof MessageType>
export type Visibility = v.InferOutput<typeof Visibility>
export type RoomVisibility = v.InferOutput<typeof RoomVisibility>
export type Role = v.InferOutput<typeof Role>
export type NotifyLevel = v.InferOutput<typeof NotifyLevel>

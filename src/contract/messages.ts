/** Messages: sending them, and reading what was sent before or meanwhile. */
import * as v from "valibot"
import { answer, event, type NamedObject, payload, request } from "./definition.ts"
import { File, SentFiles } from "./files.ts"
import { limitInWords } from "./limit-words.ts"
import { limits } from "./limits.ts"
import { Profile } from "./people.ts"
import { plainMessage } from "./plain-message.ts"
import { ann, bob, epoch, fileId, message, messageId, roomId } from "./story.ts"
import { hasSomethingVisible, isWebUrl, patterns } from "./text.ts"
import {
  about,
  absentOr,
  atMost,
  Count,
  cleanProse,
  codePoints,
  Epoch,
  type Keywords,
  longest,
  MessageId,
  MessageType,
  notBlank,
  PageLimit,
  Rev,
  RoomId,
  rule,
  string,
  Timestamp,
  UserId,
  Username,
} from "./values.ts"

/** What stands of a message above a reply to it. */
const Quote = v.object({
  id: MessageId,
  seq: about("Where it is in the room.", Rev),
  userId: UserId,
  username: Username,
  excerpt: about(
    `The beginning on one line, at most ${limitInWords("excerptLengthMax")}; empty once it is deleted.`,
    v.string(),
  ),
  isDeleted: v.optional(about("It was deleted since.", v.literal(true))),
})

const Reaction = v.object({
  emoji: about("The emoji.", v.string()),
  count: about("How many people have it on.", Count),
  userIds: about(`The first ${limits.reactorsTold} of them, in the order they came.`, v.array(UserId)),
  isMine: v.optional(
    about("Who asked is one of them. Only in answers and pages: an event is the same for everybody.", v.literal(true)),
  ),
})

export const Message = v.object({
  id: MessageId,
  roomId: RoomId,
  seq: about("The number the message was created with. It orders the room.", Rev),
  rev: about("The number of its latest change; equal to `seq` until there is one.", Rev),
  type: MessageType,
  content: about(
    "The text, or the URL of the image; of a message without a text, the URL of its first file. Empty once it is deleted.",
    v.string(),
  ),
  userId: UserId,
  user: Profile,
  createdAt: Timestamp,
  editedAt: v.optional(about("When its text was last changed. Absent until then.", Timestamp)),
  deletedAt: v.optional(about("When it was deleted. Absent from what is there.", Timestamp)),
  replyTo: v.optional(about("The message that it answers, as that is when this one is read.", Quote)),
  mentions: v.optional(about("Members of the room whom it mentions.", v.array(UserId))),
  mentionsRoom: v.optional(about("It mentions the whole room.", v.literal(true))),
  reactions: v.optional(
    about(
      `In the order of their first use, at most ${limits.reactionsMax} different ones. Absent where there are none.`,
      v.array(Reaction),
    ),
  ),
  files: v.optional(about("Files that it holds, in the sender's order.", v.array(File))),
})

/** The second argument of `history`. */
export const HistoryInfo = v.object({
  roomId: RoomId,
  since: v.optional(about("The `since` of the join, if it had one.", Rev)),
  rev: about("The room's counter at this moment; live events go on from the number after it.", Rev),
  epoch: about("Which life of the data `rev` counts in: another one after a backup was restored.", Epoch),
  hasMore: about(
    "Whether there are more messages: newer ones after a join with `since`, older ones after any other, or with `reset`.",
    v.boolean(),
  ),
  reset: v.optional(
    about(
      "The room never issued that `since`, or did so in another `epoch`: this is the latest page, and what the client holds of the room counts no more.",
      v.literal(true),
    ),
  ),
})

/** What is too long, or empty, is refused by this sentence, whether it is sent or edited. */
const contentLength = codePoints(limits.contentLengthMax)

export const Content = v.pipe(string, contentLength, cleanProse, notBlank, v.title("text"))

export const mentioning = {
  mentions: absentOr(
    about(
      "The users whom the message mentions. Who is no member of the room is left out.",
      atMost(
        limits.mentionsMax,
        v.array(UserId, "must be a list of user ids"),
        `must be ${limits.mentionsMax} at most`,
      ),
    ),
  ),
  mentionsRoom: absentOr(about("Whether it mentions the whole room.", v.boolean("must be true or false"))),
}

const anyMessage = payload({
  roomId: RoomId,
  userId: UserId,
  content: absentOr(
    v.pipe(
      string,
      longest(limits.contentLengthMax, contentLength.message),
      cleanProse,
      v.title("text"),
      v.description(
        "The text, kept as it is; for an image its `http(s)` URL. With files it may be blank, or left out.",
      ),
    ),
  ),
  type: v.nullish(MessageType, "text"),
  id: absentOr(about("An id of the client's choice. It makes a retry harmless.", MessageId)),
  files: SentFiles,
  replyTo: absentOr(about("The id of the message of this room that it answers.", MessageId)),
  ...mentioning,
})
type AnyMessage = v.InferOutput<typeof anyMessage>

const hasFiles = { required: ["files"], properties: { files: { type: "array", minItems: 1 } } }
const withoutFiles = (holds: (content: string | undefined) => boolean, message: string, content: Keywords) =>
  rule<AnyMessage>(({ content, files }) => (files !== undefined && files.length > 0) || holds(content), message, {
    anyOf: [hasFiles, { required: ["content"], properties: { content } }],
  })
const contentRules = [
  withoutFiles((content) => content !== undefined, "is required", {}),
  withoutFiles((content) => content !== "", contentLength.message, { minLength: 1 }),
  withoutFiles((content = "") => hasSomethingVisible(content), "must not be blank", {
    pattern: patterns.somethingVisible,
  }),
] as const
const imageIsUrl = rule<AnyMessage>(
  ({ type, content, files }) =>
    type !== "image" || (files !== undefined && files.length > 0) || isWebUrl(content ?? ""),
  "must be an http:// or https:// URL for an image",
  {
    if: { required: ["type"], properties: { type: { const: "image" } }, not: hasFiles },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { content: { pattern: patterns.webUrl, format: "iri" } } },
  },
)

const tooManyMentions = Array.from({ length: limits.mentionsMax + 1 }, () => bob)

const sendMessage = request({
  summary: "Sends a message to everybody in a room, the sender included.",
  description:
    "The answer, and `message_received`, come once the message is on disk. With an `id` of the client's choice it " +
    "may be sent again any number of times, and is stored once.",
  rules: ["SEND1", "SEND2", "SEND3", "REPLY1", "MENT1", "VAL2", "SEQ1", "FILE2"],
  rate: "message",
  errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN", "ERR_NOT_FOUND", "ERR_CONFLICT", "ERR_STORAGE"],
  payload: v.pipe(
    anyMessage,
    v.forward(contentRules[0], ["content"]),
    v.forward(contentRules[1], ["content"]),
    v.forward(contentRules[2], ["content"]),
    v.forward(imageIsUrl, ["content"]),
  ),
  parsePlain: plainMessage,
  examples: [
    { roomId, userId: ann, content: "Who brings the lemonade?", id: messageId },
    { roomId, userId: ann, content: "One line,\n\tand another." },
    { roomId, userId: ann, content: "https://example.com/garden.jpg", type: "image" },
    { roomId, userId: ann, files: [fileId] },
    { roomId, userId: ann, content: "The new beds", files: [{ id: fileId, alt: "Two beds with young beans" }] },
    { roomId, userId: ann, content: "I do.", replyTo: messageId },
    { roomId, userId: ann, content: "@Bob, you?", mentions: [bob] },
  ],
  mistakes: [
    { payload: { roomId, userId: ann }, field: "content" },
    { payload: { roomId, userId: ann, content: " \n\t" }, field: "content" },
    { payload: { roomId, userId: ann, content: "\ud83d" }, field: "content" },
    { payload: { roomId, userId: ann, content: "not a URL", type: "image" }, field: "content" },
    { payload: { roomId, userId: ann, content: "Hi", type: "video" }, field: "type" },
    { payload: { roomId, userId: ann, content: "Hi", id: 1 }, field: "id" },
    { payload: { roomId, userId: ann, files: [] }, field: "content" },
    { payload: { roomId, userId: ann, files: fileId }, field: "files" },
    { payload: { roomId, userId: ann, content: "Hi", replyTo: 41 }, field: "replyTo" },
    { payload: { roomId, userId: ann, content: "Hi", mentions: bob }, field: "mentions" },
    { payload: { roomId, userId: ann, content: "Hi", mentions: tooManyMentions }, field: "mentions" },
    { payload: { roomId, userId: ann, content: "Hi", mentionsRoom: "all" }, field: "mentionsRoom" },
  ],
  answer: answer({
    message: Message,
    duplicate: v.optional(about("The message was stored before; this request changed nothing.", v.literal(true))),
  }),
  answered: { ok: true, message },
})

const sync = request({
  summary: "Brings what changed in a room after a `rev`.",
  description:
    "Ask when a live event's `rev` is not the one after the last. While `hasMore`, ask again from the last " +
    "message's `rev`; afterwards the room is at the answer's `rev`.",
  rules: ["HIST3", "HIST5", "HIST7", "HIST8", "SEQ1"],
  rate: "page",
  errors: ["ERR_NOT_IN_ROOM", "ERR_STORAGE"],
  payload: payload({
    roomId: RoomId,
    since: about("The last `rev` that this client has of the room.", Rev),
    epoch: absentOr(about("The `epoch` that came with that `rev`.", Epoch)),
    limit: v.nullish(about("How many messages the page may hold.", PageLimit), limits.sincePageDefault),
  }),
  examples: [
    { roomId, since: 41, epoch },
    { roomId, since: 0, limit: 1 },
  ],
  mistakes: [
    { payload: { roomId }, field: "since" },
    { payload: { roomId, since: 1.5 }, field: "since" },
    { payload: { roomId, since: 0, epoch: "" }, field: "epoch" },
    { payload: { roomId, since: 0, limit: 201 }, field: "limit" },
  ],
  answer: answer({
    messages: v.array(Message),
    rev: about("The room's counter at this moment.", Rev),
    epoch: HistoryInfo.entries.epoch,
    hasMore: about("Whether there are more messages: newer ones, or older ones with `reset`.", v.boolean()),
    reset: HistoryInfo.entries.reset,
  }),
  answered: { ok: true, messages: [message], rev: 42, epoch, hasMore: false },
})

const place = {
  before: absentOr(about("A `seq`: the page holds the messages before it.", Rev)),
  after: absentOr(about("A `seq`: the page holds the messages after it.", Rev)),
  around: absentOr(about("A `seq`: the page holds it and the messages on both sides.", Rev)),
}
const anyPlace = payload({
  roomId: RoomId,
  ...place,
  limit: v.nullish(about("How many messages the page may hold.", PageLimit), limits.historyPageDefault),
})
const onePlace = rule<v.InferOutput<typeof anyPlace>>(
  ({ before, after, around }) => [before, after, around].filter((seq) => seq !== undefined).length <= 1,
  "is one of three places, before, after and around, of which a request names one",
  {
    not: {
      anyOf: [
        ["before", "after"],
        ["before", "around"],
        ["after", "around"],
      ].map((two) => ({
        required: two,
        properties: Object.fromEntries(two.map((name) => [name, { type: "integer" }])),
      })),
    },
  },
)

const getHistory = request({
  summary: "Brings the messages before, after or around a given one, oldest first.",
  description:
    "For scrolling back: name the `seq` of the oldest message at hand as `before`, while `hasMore`. Without a place " +
    "it is the latest page. `around` opens a room in the middle, at a search's hit for instance.",
  rules: ["HIST4", "HIST5", "HIST6", "DEL2"],
  rate: "page",
  errors: ["ERR_NOT_IN_ROOM", "ERR_STORAGE"],
  payload: v.pipe(anyPlace, v.forward(onePlace, ["around"])),
  examples: [{ roomId, before: 43, limit: 1 }, { roomId }, { roomId, after: 41 }, { roomId, around: 42, limit: 20 }],
  mistakes: [
    { payload: { roomId, before: "43" }, field: "before" },
    { payload: { roomId, limit: 0 }, field: "limit" },
    { payload: { roomId, after: 1.5 }, field: "after" },
    { payload: { roomId, before: 43, after: 41 }, field: "around" },
  ],
  answer: answer({
    messages: v.array(Message),
    hasMore: about("Whether there are more messages behind this page; around a place, on either side.", v.boolean()),
    hasBefore: v.optional(about("Around a place: whether there are messages before the first.", v.boolean())),
    hasAfter: v.optional(about("Around a place: whether there are messages after the last.", v.boolean())),
  }),
  answered: { ok: true, messages: [message], hasMore: true },
})

const history = event({
  summary: "The messages of a room that this socket has just joined.",
  description:
    "They are followed by every live event from `rev` + 1 on, with nothing between and nothing twice. `info` comes " +
    "to a join that carried `since` or a callback; to any other the event has one argument.",
  rules: ["HIST1", "HIST2", "HIST5", "HIST7", "JOIN6"],
  args: v.tuple([v.array(Message), v.optional(HistoryInfo)]),
  names: ["messages", "info"],
  example: [[message], { roomId, rev: 42, epoch, hasMore: true }],
})

const messageReceived = event({
  summary: "A new message in a room that this socket is in.",
  description: "In a room they come in the order of `rev`, and each `rev` is the last one plus 1.",
  rules: ["SEND1", "MSG1", "SEQ1"],
  args: v.tuple([Message]),
  names: ["message"],
  example: [message],
})

export const requests = { send_message: sendMessage, sync, get_history: getHistory } as const

export const events = {
  history,
  message_received: messageReceived,
} as const

export const objects = {
  Message: { schema: Message, about: "A message." },
  Quote: { schema: Quote, about: "A message that another one answers." },
  Reaction: { schema: Reaction, about: "An emoji on a message, and whose it is." },
  HistoryInfo: { schema: HistoryInfo, about: "What kind of page the messages are: the second argument of `history`." },
} as const satisfies Record<string, NamedObject>

export type Message = v.InferOutput<typeof Message>
export type HistoryInfo = v.InferOutput<typeof HistoryInfo>

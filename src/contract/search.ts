/** Search: finding messages by what is in them. */
import * as v from "valibot"
import { answer, type NamedObject, payload, request } from "./definition.ts"
import { limitInWords } from "./limit-words.ts"
import { limits } from "./limits.ts"
import { Message } from "./messages.ts"
import { ann, bob, hitsCursor, message, room, roomId } from "./story.ts"
import {
  about,
  absentOr,
  Count,
  longest,
  Moment,
  nextCursor,
  nextPage,
  pageLimit,
  RoomId,
  RoomName,
  string,
  UserId,
} from "./values.ts"

const queryLength = `must be at most ${limits.queryLengthMax} characters long`

export const Hit = v.object({
  message: about("As it is now.", Message),
  roomName: RoomName,
  excerpt: about(
    `A line of its text, at most ${limitInWords("excerptLengthMax")}: the beginning, or the part around the first match where that is further on.`,
    v.string(),
  ),
  matches: v.pipe(
    v.array(v.tuple([Count, Count])),
    v.description("Where in the excerpt something was found: from a UTF-16 unit up to before another."),
  ),
})

const searchMessages = request({
  summary: "Finds messages by their words, newest first.",
  description:
    "It looks in one's own rooms, or in one of them, or in a public one. While there is a `cursor` there may be more.",
  rules: ["FIND1", "FIND2"],
  rate: "search",
  errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    query: v.pipe(
      string,
      longest(limits.queryLengthMax, queryLength),
      v.title("text"),
      v.description(
        'Words, of which the last may be only begun; `"in quotes"` they stand together. Without any word it finds nothing, or every text that `authorId` wrote.',
      ),
    ),
    userId: absentOr(UserId),
    roomId: absentOr(about("Finds only what is in this room.", RoomId)),
    authorId: absentOr(about("Finds only what this user wrote.", UserId)),
    before: absentOr(about("Finds only what was sent before that time.", Moment)),
    after: absentOr(about("Finds only what was sent after that time.", Moment)),
    cursor: nextPage,
    limit: v.nullish(
      about("How many messages the page may hold.", pageLimit(limits.searchPageMax)),
      limits.searchPageDefault,
    ),
  }),
  examples: [
    { query: "lemonade", userId: ann },
    { query: '"garden party" ice', userId: ann, roomId, authorId: bob, after: "2026-01-01T00:00:00.000Z" },
    { query: "東京", userId: ann, cursor: hitsCursor, limit: 50 },
    { query: 'content:* AND ("', before: null },
  ],
  mistakes: [
    { payload: "lemonade", field: undefined },
    { payload: { userId: ann }, field: "query" },
    { payload: { query: "x".repeat(limits.queryLengthMax + 1), userId: ann }, field: "query" },
    { payload: { query: "lemonade", userId: ann, roomId: "garden" }, field: "roomId" },
    { payload: { query: "lemonade", userId: ann, before: "yesterday" }, field: "before" },
    { payload: { query: "lemonade", userId: ann, cursor: "not a cursor" }, field: "cursor" },
    { payload: { query: "lemonade", userId: ann, limit: limits.searchPageMax + 1 }, field: "limit" },
  ],
  answer: answer({
    hits: v.array(Hit),
    cursor: nextCursor,
  }),
  answered: {
    ok: true,
    hits: [{ message, roomName: room.name, excerpt: message.content, matches: [[15, 23]] }],
    cursor: hitsCursor,
  },
})

export const requests = { search_messages: searchMessages } as const

export const objects = {
  Hit: { schema: Hit, about: "A message that a search found." },
} as const satisfies Record<string, NamedObject>

export type Hit = v.InferOutput<typeof Hit>

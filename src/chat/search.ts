/**
 * Finding messages. The index and the messages are read, and the answer is encoded, outside the store's queue. In the
 * queue, just before the answer is given, each room is checked to be readable still, and each message to be unchanged.
 * Only what has changed is read again there, and messages that do not say which reactions are one's own.
 */
import { ChatError } from "../contract/errors.ts"
import { Json } from "../contract/json.ts"
import { limits } from "../contract/limits.ts"
import type { requests } from "../contract/search.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { readHitsCursor } from "./cursor.ts"
import type { Asked, ChatParts, Handlers } from "./request.ts"
import type { Seeker } from "./rules/search.ts"
import type { FoundHits, SearchAnswer } from "./searcher.ts"
import type { Settle } from "./store.ts"

type Search = Asked<"search_messages">
type Told = SearchAnswer | Json<SearchAnswer>

export const handlers: Handlers<keyof typeof requests> = {
  search_messages: {
    isRead: true,
    pageBytes: (_, { limit }) => limit * hitBytes,
    run: (chat, asked, settle) => {
      const { session, request } = asked
      const { userId, query, authorId, limit, cursor } = request
      if (userId !== undefined) session.actAs(userId)
      const below = cursor === undefined ? undefined : readHitsCursor(cursor)
      if (chat.searcher === undefined)
        throw new ChatError("ERR_FORBIDDEN", { message: "This server does not search messages." })
      const { searcher } = chat
      const [before, after] = [momentOf(request.before), momentOf(request.after)]
      const given = handing(settle)
      chat.ask(
        { kind: "searchScope", ...seekerOf(asked) },
        given<readonly RoomId[]>((roomIds) => {
          const otherViewers = [...session.rooms].filter(([, viewer]) => viewer !== userId)
          const wanted = { query, roomIds, viewer: userId, otherViewers, authorId, before, after, below, limit }
          searcher.find(
            wanted,
            given((found) => {
              const told = (answer: Told) => settle({ effects: [], answer, pageBytes: found.count * hitBytes })
              check(chat, asked, found, given(told))
            }),
          )
        }),
        (roomIds) => roomIds,
      )
    },
  },
}

/** Roughly the size of one hit, and the work of finding its words again. */
const hitBytes = limits.excerptLengthMax * 16

/** Who asks, and where they are now: they may leave rooms during the search. */
function seekerOf({ session, request }: Search): Seeker {
  const { userId, roomId } = request
  return { userId, roomId, isKnown: session.isKnown, joined: new Set(session.rooms.keys()) }
}

/** Passes the answer on unchanged, if it still holds. */
function check(chat: ChatParts, asked: Search, { answer, read, isUnclear }: FoundHits, settle: Settle<Told>): void {
  const found = new Json<SearchAnswer>(answer)
  const checked: Settle<boolean> = (holds) => {
    if (holds instanceof ChatError) settle(holds)
    else if (holds) settle(found)
    else readAgain(chat, asked, found, settle)
  }
  if (read.length === 0) settle(found)
  else if (isUnclear) readAgain(chat, asked, found, settle)
  else chat.ask({ kind: "checkHits", read, ...seekerOf(asked) }, checked, (holds) => holds)
}

function readAgain(chat: ChatParts, asked: Search, answer: Json<SearchAnswer>, settle: Settle<Told>): void {
  const { hits, ...rest } = answer.toJSON()
  const found = hits.map(({ message: { id, roomId } }) => ({ id, roomId, viewer: viewerIn(asked, roomId) }))
  const show = chat.searcher?.showing(asked.request.query)
  chat.ask({ kind: "readHits", found, ...seekerOf(asked) }, settle, (told) => ({
    ...rest,
    hits: told.flatMap(({ message, roomName }) => {
      const shown = show?.(message.content)
      return shown === undefined ? [] : [{ message, roomName, ...shown }]
    }),
  }))
}

/** The user that they are in that room. */
function viewerIn({ session, request }: Search, roomId: RoomId): UserId | undefined {
  return session.rooms.get(roomId) ?? request.userId
}

/** An error on the way becomes the answer of the search. */
function handing(settle: (refusal: ChatError) => void) {
  return <T>(next: (result: T) => void): Settle<T> =>
    (result) => {
      if (result instanceof ChatError) return settle(result)
      try {
        next(result)
      } catch (cause) {
        settle(cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause }))
      }
    }
}

function momentOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}

/**
 * Finding messages. The index only says where to look: what is told is read from the store
 * after that, so that it is today's message, its room is one to read, and its words are there.
 */
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { Hit, requests } from "../contract/search.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { readHitsCursor, writeHitsCursor } from "./cursor.ts"
import type { Asked, ChatParts, Handlers } from "./request.ts"
import { seenBy } from "./rules/message-view.ts"
import type { FoundMessage, Seeker } from "./rules/search.ts"
import type { Settle } from "./store.ts"

type Search = Asked<"search_messages">

export const handlers: Handlers<keyof typeof requests> = {
  search_messages: {
    isRead: true,
    overlaps: false,
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
          const wanted = { query, roomIds, authorId, before, after, below, limit }
          searcher.find(
            wanted,
            given(({ messages, next }) => {
              read(chat, asked, messages, (result) => {
                if (result instanceof ChatError) return settle(result)
                const hits = result.filter(({ message }) => isBetween(message.createdAt, before, after))
                const answer = { ok: true as const, hits, ...(next !== undefined && { cursor: writeHitsCursor(next) }) }
                settle({ effects: [], answer, pageBytes: hits.length * hitBytes })
              })
            }),
          )
        }),
        (roomIds) => roomIds,
      )
    },
  },
}

/** Of one hit, about: also what it costs to find its words again. */
const hitBytes = limits.excerptLengthMax * 16

/** Who asks, as it is now: while the index looks, rooms may be left. */
function seekerOf({ session, request }: Search): Seeker {
  const { userId, roomId } = request
  return { userId, roomId, isKnown: session.isKnown, joined: new Set(session.rooms.keys()) }
}

function read(chat: ChatParts, asked: Search, found: readonly FoundMessage[], settle: Settle<Hit[]>): void {
  const { session, request } = asked
  const userIdIn = (roomId: RoomId) => session.rooms.get(roomId) ?? request.userId
  const show = chat.searcher?.showing(request.query)
  chat.ask({ kind: "readHits", found, ...seekerOf(asked) }, settle, (told) =>
    told.flatMap(({ message, roomName }) => {
      const shown = show?.(message.content)
      return shown === undefined ? [] : [{ message: seen(message, userIdIn(message.roomId)), roomName, ...shown }]
    }),
  )
}

function seen(message: Hit["message"], userId: UserId | undefined): Hit["message"] {
  return userId === undefined ? message : seenBy(message, userId)
}

/** What an error on the way comes to: the search's own answer. */
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

function isBetween(createdAt: string, before = Infinity, after = -Infinity): boolean {
  const at = Date.parse(createdAt)
  return at < before && at > after
}

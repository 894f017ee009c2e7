/**
 * Finding messages. The index and what it found are read beside the store's queue; in the
 * queue, just before it is told, it is asked whether each room is still to be read and each
 * message still what it was. Only where something has changed meanwhile is it read there, or where a message does not
 * say whether a reaction to it is theirs who asks.
 */
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { Hit, requests } from "../contract/search.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { readHitsCursor, writeCursor } from "./cursor.ts"
import type { Asked, ChatParts, Handlers } from "./request.ts"
import { seenBy, unclearTo } from "./rules/message-view.ts"
import type { Checked, Seeker } from "./rules/search.ts"
import type { FoundHits } from "./searcher.ts"
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
            given((found) => {
              const { next } = found
              const told = (hits: readonly Hit[]) => {
                const cursor = next === undefined ? {} : { cursor: writeCursor(next) }
                const answer = { ok: true as const, hits: hits.map((hit) => seenIn(asked, hit)), ...cursor }
                settle({ effects: [], answer, pageBytes: hits.length * hitBytes })
              }
              check(chat, asked, found, given(told))
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

function check(chat: ChatParts, asked: Search, { hits, revs }: FoundHits, settle: Settle<readonly Hit[]>): void {
  if (hits.some(({ message }) => unclearTo(viewerIn(asked, message.roomId), [message]).length > 0)) {
    readAgain(chat, asked, hits, settle)
    return
  }
  const found = hits.map(({ message: { roomId, seq, replyTo } }) => ({
    roomId,
    seqs: replyTo === undefined ? [seq] : [seq, replyTo.seq],
  }))
  const handed: Settle<Checked> = (checked) => {
    if (checked instanceof ChatError) settle(checked)
    else if (checked === "changed") readAgain(chat, asked, hits, settle)
    else settle(hits.filter(({ message }) => checked.has(message.roomId)))
  }
  chat.ask({ kind: "checkHits", found, revs, ...seekerOf(asked) }, handed, (checked) => checked)
}

function readAgain(chat: ChatParts, asked: Search, hits: readonly Hit[], settle: Settle<readonly Hit[]>): void {
  const found = hits.map(({ message: { id, roomId } }) => ({ id, roomId, viewer: viewerIn(asked, roomId) }))
  const show = chat.searcher?.showing(asked.request.query)
  chat.ask({ kind: "readHits", found, ...seekerOf(asked) }, settle, (told) =>
    told.flatMap(({ message, roomName }) => {
      const shown = show?.(message.content)
      return shown === undefined ? [] : [{ message, roomName, ...shown }]
    }),
  )
}

/** As whom they are in that room. */
function viewerIn({ session, request }: Search, roomId: RoomId): UserId | undefined {
  return session.rooms.get(roomId) ?? request.userId
}

function seenIn(asked: Search, hit: Hit): Hit {
  const userId = viewerIn(asked, hit.message.roomId)
  return userId === undefined || hit.message.reactions === undefined
    ? hit
    : { ...hit, message: seenBy(hit.message, userId) }
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

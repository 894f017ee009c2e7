/** Who is in a room now, and who is typing. */

import { limits } from "../contract/limits.ts"
import type { requests } from "../contract/people.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { readCursor, writeCursor } from "./cursor.ts"
import { type Effect, tellRoom } from "./effects.ts"
import type { ChatParts, Handlers } from "./request.ts"
import { checkMember, memberOf, type SessionId } from "./session.ts"
import type { Indicator } from "./typing.ts"

export const handlers: Handlers<keyof typeof requests> = {
  typing: {
    run: ({ typing, neighbours }, { session, request, nowMs }, settle) => {
      checkMember(session, request)
      const { roomId, userId, isTyping } = request
      const indicator = { roomId, userId, sessionId: session.id }
      const isNews = isTyping ? typing.start(indicator, nowMs) : typing.stop(roomId, userId) !== undefined
      if (isNews) neighbours.typed(indicator, isTyping)
      settle({ effects: isNews ? [userTyping(indicator, isTyping, session.id)] : [], answer: { ok: true } })
    },
  },
  get_members: {
    isRead: true,
    pageBytes: () => limits.membersBytesMax,
    run: ({ presence }, { session, request }, settle) => {
      const { roomId, cursor } = request
      const after = cursor === undefined ? 0 : readCursor(cursor)
      memberOf(session, roomId)
      const { members, next } = presence.page(roomId, after)
      const answer = { ok: true as const, members, ...(next && { cursor: writeCursor(next) }) }
      settle({ effects: [], answer, pageBytes: members.length * memberBytes })
    },
  },
}

/** Roughly the size of one member in a list. */
const memberBytes = 100

/** Ends indicators that were not repeated in time. */
export function expireTyping({ typing }: ChatParts, nowMs: number): Effect[] {
  return typing.expire(nowMs).map((indicator) => userTyping(indicator, false, indicator.untold))
}

/** Tells crowded rooms how many people are here, where that has changed. */
export function countCrowds({ crowds, presence }: ChatParts, nowMs: number): Effect[] {
  return crowds
    .take(nowMs)
    .map((roomId) => tellRoom(roomId, "room_presence", [{ roomId, memberCount: presence.memberCount(roomId) }]))
}

/** Ends the user's indicator; with a session, only if that one typed last. */
export function stopTyping({ typing }: ChatParts, roomId: RoomId, userId: UserId, sessionId?: SessionId): Effect[] {
  const indicator = typing.stop(roomId, userId, sessionId)
  return indicator === undefined ? [] : [userTyping(indicator, false, indicator.untold)]
}

export function userTyping({ roomId, userId }: Indicator, isTyping: boolean, except: SessionId | undefined): Effect {
  return tellRoom(roomId, "user_typing", [{ roomId, userId, isTyping }], { except })
}

/** Sending messages, and reading earlier or missed ones. */
import type { Request } from "../contract/events.ts"
import type { requests } from "../contract/messages.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { Effect, Outcome } from "./effects.ts"
import { becameMember } from "./personal.ts"
import type { ChatParts, Handlers } from "./request.ts"
import { toldMessage } from "./room-told.ts"
import type { Page } from "./rules/found.ts"
import { pageSeenBy, seenBy } from "./rules/message-view.ts"
import type { PageAfter, PageAround, PageBefore, Sent } from "./rules/messages.ts"
import { checkMember, memberOf, rightsOf } from "./session.ts"

export const handlers: Handlers<keyof typeof requests> = {
  send_message: {
    overlaps: true,
    run: (chat, { session, request, at, nowMs, quota }, settle) => {
      checkMember(session, request)
      const { roomId, userId, content = "", type, files, replyTo, id = chat.newMessageId() } = request
      quota?.checkMessage(Buffer.byteLength(content), nowMs)
      const chosen = request.id !== undefined
      const { mentions, mentionsRoom } = request
      const mentioning = mentions || mentionsRoom ? { mentions, mentionsRoom, rights: rightsOf(session) } : undefined
      const command = { kind: "send", roomId, userId, id, chosen, type, content, files, replyTo, at } as const
      chat.ask(mentioning ? { ...command, ...mentioning } : command, settle, (sent) => told(chat, sent, userId, nowMs))
    },
  },
  sync: {
    isRead: true,
    pageBytes: ({ pageSizes }, { roomId, limit }) => pageSizes.expected(roomId, limit),
    run: (chat, { session, request }, settle) => {
      const userId = memberOf(session, request.roomId)
      chat.ask({ kind: "pageSince", ...request, userId }, settle, (page) => {
        learn(chat, request.roomId, page)
        const { rev, epoch, hasMore, reset } = page
        const answer = { ok: true as const, messages: pageSeenBy(page, userId), rev, epoch, hasMore }
        return { effects: [], answer: { ...answer, ...(reset && { reset: true as const }) }, pageBytes: page.bytes }
      })
    },
  },
  get_history: {
    isRead: true,
    pageBytes: ({ pageSizes }, { roomId, limit }) => pageSizes.expected(roomId, limit),
    run: (chat, { session, request }, settle) => {
      const userId = memberOf(session, request.roomId)
      chat.ask(pageCommand(request, userId), settle, (page) => {
        learn(chat, request.roomId, page)
        const { hasMore, hasBefore, hasAfter, bytes } = page
        const answer = { ok: true as const, messages: pageSeenBy(page, userId), hasMore }
        const sides = hasBefore === undefined || hasAfter === undefined ? {} : { hasBefore, hasAfter }
        return { effects: [], answer: { ...answer, ...sides }, pageBytes: bytes }
      })
    },
  },
}

function pageCommand(request: Request<"get_history">, userId: UserId): PageBefore | PageAfter | PageAround {
  const { roomId, before, after, around, limit } = request
  if (after !== undefined) return { kind: "pageAfter", roomId, userId, after, limit }
  if (around !== undefined) return { kind: "pageAround", roomId, userId, around, limit }
  return { kind: "pageBefore", roomId, userId, before, limit }
}

function told(
  chat: ChatParts,
  { message, duplicate, clockBackMs, shownTo, isTold }: Sent,
  userId: UserId,
  nowMs: number,
): Outcome<"send_message"> {
  if (duplicate) return { effects: [], answer: { ok: true, message: seenBy(message, userId), duplicate } }
  const effects = isTold ? [] : toldMessage(chat, message, nowMs)
  for (const one of shownTo) becameMember(chat, one, message.roomId as RoomId)
  if (clockBackMs > 0) effects.push(clockNotice(clockBackMs))
  return { effects, answer: { ok: true, message } }
}

function clockNotice(backMs: number): Effect {
  const text = "The clock is {seconds} s behind the last message of a room: its times go back from here on."
  return { kind: "notice", name: "clock", text, properties: { seconds: Math.round(backMs / 1_000) } }
}

function learn({ pageSizes }: ChatParts, roomId: RoomId, { messages, bytes }: Page): void {
  pageSizes.learn(roomId, messages.length, bytes)
}

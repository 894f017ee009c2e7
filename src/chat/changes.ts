/** Editing, deleting and reacting; everybody in the room is told. */
import type { requests } from "../contract/changes.ts"
import { deed } from "./deeds.ts"
import type { Outcome } from "./effects.ts"
import type { ChatParts, Handlers } from "./request.ts"
import { toldChange } from "./room-told.ts"
import type { Changed } from "./rules/changes.ts"
import { checkMember, rightsOf } from "./session.ts"

export const handlers: Handlers<keyof typeof requests> = {
  edit_message: {
    overlaps: true,
    run: (chat, { session, request, at, nowMs, quota }, settle) => {
      checkMember(session, request)
      quota?.checkMessage(Buffer.byteLength(request.content), nowMs)
      chat.ask({ kind: "edit", ...request, rights: rightsOf(session), at }, settle, told(chat, nowMs))
    },
  },
  delete_message: {
    overlaps: true,
    run: (chat, { session, request, at, nowMs, quota }, settle) => {
      checkMember(session, request)
      quota?.checkMessage(0, nowMs)
      chat.ask({ kind: "delete", ...request, rights: rightsOf(session), at }, settle, (changed) => {
        const outcome = told(chat, nowMs)(changed)
        const { roomId, userId } = request
        const { userId: authorId, seq } = changed.message
        if (changed.change === undefined || authorId === userId) return outcome
        const done = deed("deleted message {seq} of {authorId} in room {room}", { userId, seq, authorId, roomId })
        return { ...outcome, effects: [done, ...outcome.effects] }
      })
    },
  },
  react: {
    overlaps: true,
    run: (chat, { session, request, at, nowMs, quota }, settle) => {
      checkMember(session, request)
      quota?.checkMessage(Buffer.byteLength(request.emoji), nowMs)
      chat.ask({ kind: "react", ...request, at }, settle, told(chat, nowMs))
    },
  },
}

const told =
  (chat: ChatParts, nowMs: number) =>
  ({ message, seen, change, isTold }: Changed): Pick<Outcome<"react">, "effects" | "answer"> => {
    const effects = change === undefined || isTold ? [] : toldChange(chat, message, change, nowMs)
    return { effects, answer: { ok: true, message: seen } }
  }

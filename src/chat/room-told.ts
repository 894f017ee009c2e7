/** What a room is told: new messages, changes of messages, and who comes and goes, on any server. */
import type { MessageChange } from "../contract/changes.ts"
import type { Message } from "../contract/messages.ts"
import type { Profile } from "../contract/people.ts"
import { type Effect, tellRoom } from "./effects.ts"
import type { ExitReason, SessionPlace } from "./neighbours.ts"
import { stopTyping } from "./people.ts"
import type { ChatParts } from "./request.ts"

/** A message ends its author's typing. */
export function toldMessage(chat: ChatParts, message: Message, nowMs: number): Effect[] {
  const { roomId, userId, content } = message
  chat.pageSizes.grew(roomId, content.length)
  const effects = stopTyping(chat, roomId, userId)
  effects.push(tellRoom(roomId, "message_received", [message], { isToldWhileStopping: true }))
  const hints = chat.inboxes.notice(message, undefined, nowMs)
  return hints.length === 0 ? effects : [...effects, ...hints]
}

/** Changing a message does not end typing. */
export function toldChange(chat: ChatParts, message: Message, change: MessageChange, nowMs: number): Effect[] {
  return [
    tellRoom(message.roomId, "message_updated", [message, change], { isToldWhileStopping: true }),
    ...chat.inboxes.notice(message, change, nowMs),
  ]
}

/** A further session of a user is silent, wherever it is. */
export function entered({ presence, crowds }: ChatParts, place: SessionPlace, profile: Profile): Effect[] {
  const { roomId, userId, sessionId } = place
  const before = presence.memberCount(roomId)
  const isNew = presence.enter(roomId, userId, profile, sessionId)
  if (!isNew || crowds.absorbs(roomId, before, before + 1)) return []
  return [tellRoom(roomId, "user_joined", [{ roomId, userId, ...profile }], { except: sessionId })]
}

export function exited(chat: ChatParts, place: SessionPlace, reason: ExitReason): Effect[] {
  const { presence, crowds } = chat
  const { roomId, userId, sessionId } = place
  const before = presence.memberCount(roomId)
  if (!presence.exit(roomId, userId, sessionId)) return []
  const effects = stopTyping(chat, roomId, userId)
  if (!crowds.absorbs(roomId, before, before - 1)) {
    effects.push(tellRoom(roomId, "user_left", [{ roomId, userId, reason }], { except: sessionId }))
  }
  return effects
}

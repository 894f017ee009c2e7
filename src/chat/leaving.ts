/** How sessions come out of rooms: by leaving, by losing their connection, or by being put out. */
import type { RoomId, UserId } from "../contract/values.ts"
import { type Effect, tellSession } from "./effects.ts"
import type { Eviction, ExitReason } from "./neighbours.ts"
import { stopTyping } from "./people.ts"
import { learnOfRoom, noLongerMember } from "./personal.ts"
import type { ChatParts } from "./request.ts"
import { exited } from "./room-told.ts"
import { memberOf, type Session } from "./session.ts"

/** Everything that a lost connection leaves. */
export function leaveAll(chat: ChatParts, session: Session): Effect[] {
  const effects = [...session.rooms.keys()].flatMap((roomId) => exit(chat, session, roomId, "disconnect"))
  effects.push(...chat.inboxes.close(session))
  chat.online.look(session, undefined)
  chat.sessions.delete(session.id)
  return effects
}

export function exit(chat: ChatParts, session: Session, roomId: RoomId, reason: ExitReason): Effect[] {
  const userId = memberOf(session, roomId)
  const place = { roomId, userId, sessionId: session.id }
  session.unbind(roomId)
  chat.online.look(session, chat.inboxes.heardBy(session))
  const stopped = stopTyping(chat, roomId, userId, session.id)
  if (stopped.length > 0) chat.neighbours.typed(place, false)
  chat.neighbours.exited(place, reason)
  return [
    { kind: "exit", sessionId: session.id, audience: { kind: "room", roomId } },
    ...stopped,
    ...exited(chat, place, reason),
  ]
}

/** The user's sessions in the room, here and on the other servers. */
export function putOutEverywhere(chat: ChatParts, eviction: Eviction, reason: ExitReason): Effect[] {
  chat.neighbours.evicted(eviction, reason)
  const { roomId, userId } = eviction
  chat.neighbours.told({ kind: "left", roomId, userId, reason })
  return putOut(chat, roomId, userId, reason)
}

/** Everybody's: the room is no more. */
export function emptyEverywhere(chat: ChatParts, roomId: RoomId): Effect[] {
  chat.neighbours.emptied(roomId)
  chat.neighbours.told({ kind: "deleted", roomId })
  return empty(chat, roomId)
}

export function empty(chat: ChatParts, roomId: RoomId): Effect[] {
  const users = new Set([...chat.presence.users(roomId), ...chat.inboxes.usersOf(roomId)])
  return [...users].flatMap((userId) => putOut(chat, roomId, userId, "deleted"))
}

/**
 * Another server put the user out. Its word may be overtaken by their return, so whoever was let in since stays, and a room
 * that is one of theirs again is added again.
 */
export function putOutElsewhere(
  chat: ChatParts,
  { roomId, userId, accessRev }: Eviction,
  reason: ExitReason,
): Effect[] {
  const sessions = sessionsIn(chat, roomId, userId)
  const gone = sessions.filter((session) => session.wasLetInBefore(roomId, accessRev))
  const effects = gone.flatMap((session) => putOutOne(chat, session, roomId, reason))
  if (gone.length < sessions.length) return effects
  effects.push(...noLongerMember(chat, userId, roomId, reason))
  learnOfRoom(chat, userId, roomId)
  return effects
}

/** Puts every session out of the room that this server has there of the user. Each of them hears so. */
function putOut(chat: ChatParts, roomId: RoomId, userId: UserId, reason: ExitReason): Effect[] {
  const sessions = sessionsIn(chat, roomId, userId)
  return [
    ...sessions.flatMap((session) => putOutOne(chat, session, roomId, reason)),
    ...noLongerMember(chat, userId, roomId, reason),
  ]
}

function putOutOne(chat: ChatParts, session: Session, roomId: RoomId, reason: ExitReason): Effect[] {
  const told = tellSession(session.id, "user_left", [{ roomId, userId: memberOf(session, roomId), reason }])
  return [told, ...exit(chat, session, roomId, reason)]
}

function sessionsIn({ presence, sessions }: ChatParts, roomId: RoomId, userId: UserId): Session[] {
  return [...presence.sessionsOf(roomId, userId)].flatMap((id) => sessions.get(id) ?? [])
}

/** How sessions leave rooms: by leaving, by losing their connection, or by being removed. */
import type { RoomId, UserId } from "../contract/values.ts"
import { type Effect, tellSession } from "./effects.ts"
import type { Eviction, ExitReason } from "./neighbours.ts"
import { stopTyping } from "./people.ts"
import { learnOfRoom, noLongerMember } from "./personal.ts"
import type { ChatParts } from "./request.ts"
import { exited } from "./room-told.ts"
import { memberOf, type Session } from "./session.ts"

/** Everything that follows from a lost connection. */
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

/** Removes all sessions of the user from the room, here and on the other servers. */
export function putOutEverywhere(chat: ChatParts, eviction: Eviction, reason: ExitReason): Effect[] {
  chat.neighbours.evicted(eviction, reason)
  const { roomId, userId } = eviction
  chat.neighbours.told({ kind: "left", roomId, userId, reason })
  return putOut(chat, roomId, userId, reason)
}

/** Removes everybody: the room is deleted. */
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
 * Another server removed the user. The user may have returned meanwhile, so sessions that were let in since stay, and a
 * room that they are a member of again is added again.
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

/** Removes every session of the user that this server has in the room. Each of them is told. */
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

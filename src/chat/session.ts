/**
 * One connection as the domain knows it: who it is in which room.
 *
 * Looking a membership up is the authorization. `memberOf` is the only door to a
 * room; nothing is read from or written to one by anybody who did not pass it.
 */
import { ChatError } from "../contract/errors.ts"
import type { RoomId, UserId } from "../contract/schemas.ts"

declare const sessionId: unique symbol
export type SessionId = string & { readonly [sessionId]: true }

export class Session {
  readonly id: SessionId
  readonly #userIds = new Map<RoomId, UserId>()

  constructor(id: string) {
    this.id = id as SessionId
  }

  get rooms(): ReadonlyMap<RoomId, UserId> {
    return this.#userIds
  }

  bind(roomId: RoomId, userId: UserId): void {
    this.#userIds.set(roomId, userId)
  }

  unbind(roomId: RoomId): void {
    this.#userIds.delete(roomId)
  }
}

/** Who this session is in the room. Throws ERR_NOT_IN_ROOM, also for a room that does not exist. */
export function memberOf(session: Session, roomId: RoomId): UserId {
  const userId = session.rooms.get(roomId)
  if (userId === undefined) throw new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } })
  return userId
}

/** Throws ERR_NOT_IN_ROOM, or ERR_FORBIDDEN when the session joined the room under another id. */
export function checkMember(session: Session, { roomId, userId }: { roomId: RoomId; userId: UserId }): void {
  if (memberOf(session, roomId) !== userId) throw new ChatError("ERR_FORBIDDEN", { details: { roomId } })
}

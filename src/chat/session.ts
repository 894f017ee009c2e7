/**
 * One connection as the domain knows it: who it is, and which user it is in each room.
 *
 * To look a membership up is the authorization. Requests for which this very session must
 * be in the room pass `memberOf`; for all others, the rules look up whether its user is a
 * member. Where a token identifies the connection, it can act as nobody else.
 */
import { ChatError } from "../contract/errors.ts"
import type { RoomId, SignInId, UserId } from "../contract/values.ts"
import { FewMap } from "./few.ts"

declare const sessionId: unique symbol
export type SessionId = string & { readonly [sessionId]: true }

/** Who a connection is known to be. It wins over any payload; what it leaves open, the payload says. */
export interface Identity {
  readonly userId: UserId
  readonly username: string | undefined
  readonly avatar: string | null | undefined
  /** An administrator moderates rooms as a member, and manages people and invites. */
  readonly isAdmin?: boolean
  /** With accounts: the sign-in that the connection belongs to. */
  readonly signInId?: SignInId
  /** Its stored name and picture count, whatever a join says. */
  readonly keepsProfile?: boolean
}

/** The user that a session is in each room. */
type Rooms = Omit<FewMap<RoomId, UserId>, "set" | "delete" | "clear">

export class Session {
  readonly id: SessionId
  readonly #identity: Identity | undefined
  readonly #userIds = new FewMap<RoomId, UserId>()
  /** Made with the first room whose access has ever changed. */
  #accessRevs: FewMap<RoomId, number> | undefined
  #isAdmin: boolean
  #isEnded = false

  /** Without an identity its requests say who acts. */
  constructor(id: string, identity?: Identity) {
    this.id = id as SessionId
    this.#identity = identity
    this.#isAdmin = identity?.isAdmin === true
  }

  /** Whether the user is identified; with `AUTH=open` anybody may use any name. */
  get isKnown(): boolean {
    return this.#identity !== undefined
  }

  /** If known. */
  get username(): string | undefined {
    return this.#identity?.username
  }

  /** What its token says of the user; empty where the server keeps the profile. */
  get said(): { readonly username?: string | undefined; readonly avatar?: string | null | undefined } {
    return this.#identity === undefined || this.keepsProfile ? {} : this.#identity
  }

  /** None where anybody may use any name. */
  get userId(): UserId | undefined {
    return this.#identity?.userId
  }

  get signInId(): SignInId | undefined {
    return this.#identity?.signInId
  }

  get keepsProfile(): boolean {
    return this.#identity?.keepsProfile === true
  }

  get isAdmin(): boolean {
    return this.#isAdmin
  }

  /** Rights may change while connected. */
  setAdmin(isAdmin: boolean): void {
    this.#isAdmin = isAdmin
  }

  /** The user signed out, or was signed out: nothing is granted any more, not even to requests that wait. */
  end(): void {
    this.#isEnded = true
  }

  /** Throws ERR_UNAUTHORIZED once it has ended. */
  checkOpen(): void {
    if (this.#isEnded) throw new ChatError("ERR_UNAUTHORIZED", { message: "This session has ended: sign in again." })
  }

  get rooms(): Rooms {
    return this.#userIds
  }

  /** `accessRev` is where the room's access stood when it was let in. */
  bind(roomId: RoomId, userId: UserId, accessRev = 0): void {
    this.#userIds.set(roomId, userId)
    if (accessRev > 0) this.#accessRevs ??= new FewMap()
    this.#accessRevs?.set(roomId, accessRev)
  }

  unbind(roomId: RoomId): void {
    this.#userIds.delete(roomId)
    this.#accessRevs?.delete(roomId)
  }

  /** Whether it was let in before the removal that raised the room's access to this number. */
  wasLetInBefore(roomId: RoomId, accessRev: number): boolean {
    return (this.#accessRevs?.get(roomId) ?? 0) < accessRev
  }

  /**
   * The payload, completed with what is known of its sender. Fields that the request does not have are ignored later.
   */
  claimed(payload: unknown, { saysProfile = false }: { readonly saysProfile?: boolean } = {}): unknown {
    if (this.#identity === undefined || Array.isArray(payload)) return payload
    const given = payload ?? {}
    if (typeof given !== "object") return payload
    const { userId, username, avatar } = this.#identity
    return {
      ...given,
      userId: ("userId" in given ? given.userId : undefined) ?? userId,
      ...(username !== undefined && !saysProfile && { username }),
      ...(avatar !== undefined && !saysProfile && { avatar }),
    }
  }

  /** Throws ERR_FORBIDDEN for a request in another user's name. */
  actAs(userId: UserId): void {
    if (this.#identity === undefined || this.#identity.userId === userId) return
    const message = "This connection's token is another user's."
    throw new ChatError("ERR_FORBIDDEN", { message, details: { field: "userId" } })
  }
}

/** For rules that check rights. */
export function rightsOf({ isKnown, isAdmin }: Session): { readonly isKnown: boolean; readonly isAdmin: boolean } {
  return { isKnown, isAdmin }
}

/** Throws ERR_FORBIDDEN where anybody may use any name. */
export function checkKnown(session: Session): void {
  if (session.isKnown) return
  throw new ChatError("ERR_FORBIDDEN", { message: "This needs to know who people are: AUTH=accounts or token." })
}

/** The user that this session is in the room. Throws ERR_NOT_IN_ROOM, also for a room that does not exist. */
export function memberOf(session: Session, roomId: RoomId): UserId {
  const userId = session.rooms.get(roomId)
  if (userId === undefined) throw new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } })
  return userId
}

/** Throws ERR_NOT_IN_ROOM, or ERR_FORBIDDEN where the session is another user in the room. */
export function checkMember(session: Session, { roomId, userId }: { roomId: RoomId; userId: UserId }): void {
  if (memberOf(session, roomId) === userId) return
  session.actAs(userId)
  const message = "This connection joined the room under another userId."
  throw new ChatError("ERR_FORBIDDEN", { message, details: { roomId } })
}

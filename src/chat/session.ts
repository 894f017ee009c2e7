/**
 * One connection as the domain knows it: who it is, and who it is in which room.
 *
 * Looking a membership up is the authorization. `memberOf` is the only door to a room;
 * nothing is read from or written to one by anybody who did not pass it. Where a token
 * says who the connection is, it acts as nobody else.
 */
import { ChatError } from "../contract/errors.ts"
import type { RoomId, SignInId, UserId } from "../contract/values.ts"
import { FewMap } from "./few.ts"

declare const sessionId: unique symbol
export type SessionId = string & { readonly [sessionId]: true }

/** Who a connection is known to be. What it says wins over any payload; where it says nothing, the payload counts. */
export interface Identity {
  readonly userId: UserId
  readonly username: string | undefined
  readonly avatar: string | null | undefined
  /** An administrator moderates where a member, and decides about people and invites. */
  readonly isAdmin?: boolean
  /** Where the server keeps the accounts: which of its sessions the connection is of. */
  readonly signInId?: SignInId
  /** Its name and picture are those that are stored, whatever a join says. */
  readonly keepsProfile?: boolean
}

/** Who a session is in which room. */
type Rooms = Omit<FewMap<RoomId, UserId>, "set" | "delete" | "clear">

export class Session {
  readonly id: SessionId
  readonly #identity: Identity | undefined
  readonly #userIds = new FewMap<RoomId, UserId>()
  /** Where anybody was ever removed. */
  #accessRevs: FewMap<RoomId, number> | undefined
  #isAdmin: boolean
  #isEnded = false

  /** Without an identity its requests say who acts. */
  constructor(id: string, identity?: Identity) {
    this.id = id as SessionId
    this.#identity = identity
    this.#isAdmin = identity?.isAdmin === true
  }

  /** Whether it is known who this is: elsewhere anybody may use any name. */
  get isKnown(): boolean {
    return this.#identity !== undefined
  }

  /** As far as it is known who this is. */
  get username(): string | undefined {
    return this.#identity?.username
  }

  /** What is said of its user by whoever issued its token; none of it where the server keeps the profile. */
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

  /** Somebody's rights may change while connected. */
  setAdmin(isAdmin: boolean): void {
    this.#isAdmin = isAdmin
  }

  /** Whoever it was signed out, or was: nothing is granted from here on, whatever still waits for its turn. */
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

  /** Whether it came before the removal that brought the room's access there. */
  wasLetInBefore(roomId: RoomId, accessRev: number): boolean {
    return (this.#accessRevs?.get(roomId) ?? 0) < accessRev
  }

  /** The payload with what is known of its sender. A field that a request does not have is ignored there. */
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

/** For rules that ask what its user may do. */
export function rightsOf({ isKnown, isAdmin }: Session): { readonly isKnown: boolean; readonly isAdmin: boolean } {
  return { isKnown, isAdmin }
}

/** Throws ERR_FORBIDDEN where anybody may use any name. */
export function checkKnown(session: Session): void {
  if (session.isKnown) return
  throw new ChatError("ERR_FORBIDDEN", { message: "This needs to know who people are: AUTH=accounts or token." })
}

/** Who this session is in the room. Throws ERR_NOT_IN_ROOM, also for a room that does not exist. */
export function memberOf(session: Session, roomId: RoomId): UserId {
  const userId = session.rooms.get(roomId)
  if (userId === undefined) throw new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } })
  return userId
}

/** Throws ERR_NOT_IN_ROOM, or ERR_FORBIDDEN when the session is somebody else in the room. */
export function checkMember(session: Session, { roomId, userId }: { roomId: RoomId; userId: UserId }): void {
  if (memberOf(session, roomId) === userId) return
  session.actAs(userId)
  const message = "This connection joined the room under another userId."
  throw new ChatError("ERR_FORBIDDEN", { message, details: { roomId } })
}

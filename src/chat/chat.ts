/**
 * The chat itself: each request of the contract as one method.
 *
 * A method checks first and throws what it refuses; what it grants it settles later,
 * in the order of the store's queue, or at once when no store is needed. It keeps who
 * is here and who is typing, and has no sockets, no SQL, no clock and no randomness.
 * `at` is milliseconds since the epoch; `nowMs` is a clock that does not step back.
 */
import { ChatError } from "../contract/errors.ts"
import type { ClientEvent, Request, ServerEventArgs } from "../contract/events.ts"
import type { HistoryInfo, MessageId, Profile, RoomId, UserId } from "../contract/schemas.ts"
import { readListCursor, readMemberCursor, writeListCursor, writeMemberCursor } from "./cursor.ts"
import type { Broadcast, Fact, Outcome } from "./facts.ts"
import { fitPage } from "./page.ts"
import { Presence } from "./presence.ts"
import { checkMember, memberOf, type Session, type SessionId } from "./session.ts"
import type { ChatStore, Command, Outcomes, Page, Settle } from "./store.ts"
import { type Indicator, Typing } from "./typing.ts"

export interface ChatOptions {
  readonly store: ChatStore
  /** Random, so that an id tells nothing and cannot be guessed. */
  readonly newRoomId: () => RoomId
  readonly newMessageId: () => MessageId
  /** Whether anybody may see the public rooms. */
  readonly listsRooms: boolean
}

type SettleRequest<E extends ClientEvent> = Settle<Outcome<E>>

export class Chat {
  readonly #options: ChatOptions
  readonly #presence = new Presence()
  readonly #typing = new Typing()

  constructor(options: ChatOptions) {
    this.#options = options
  }

  createRoom(request: Request<"create_room">, at: number, settle: SettleRequest<"create_room">): void {
    const { name, visibility, userId } = request
    const id = this.#options.newRoomId()
    this.#ask({ kind: "createRoom", id, name, visibility, creatorId: userId, at }, settle, (room) => ({
      facts: [{ kind: "reply", event: "room_created", args: [room] }],
      answer: { ok: true, room },
    }))
  }

  join(session: Session, request: Request<"join_room">, at: number, settle: SettleRequest<"join_room">): void {
    const { roomId, userId, username, avatar, since } = request
    this.#ask({ kind: "join", roomId, userId, username, avatar, since, at }, settle, (joined) =>
      this.#joined(session, request, joined),
    )
  }

  send(session: Session, request: Request<"send_message">, at: number, settle: SettleRequest<"send_message">): void {
    checkMember(session, request)
    const { roomId, userId, content, type, id } = request
    const chosen = id !== undefined
    const known = { roomId, userId, id: id ?? this.#options.newMessageId(), chosen }
    this.#ask({ kind: "send", ...known, type, content, at }, settle, (sent) => this.#sent(sent))
  }

  typing(session: Session, request: Request<"typing">, nowMs: number): Outcome<"typing"> {
    checkMember(session, request)
    const { roomId, userId, isTyping } = request
    const indicator = { roomId, userId, sessionId: session.id }
    const isNews = isTyping ? this.#typing.start(indicator, nowMs) : this.#typing.stop(roomId, userId) !== undefined
    return { facts: isNews ? [userTyping(indicator, isTyping, session.id)] : [], answer: { ok: true } }
  }

  leave(session: Session, request: Request<"leave_room">): Outcome<"leave_room"> {
    const { roomId } = request
    if (!session.rooms.has(roomId)) return { facts: [], answer: { ok: true } }
    checkMember(session, request)
    return { facts: [{ kind: "exit", roomId }, ...this.#exit(session, roomId, "leave")], answer: { ok: true } }
  }

  sync(session: Session, { roomId, since, limit }: Request<"sync">, settle: SettleRequest<"sync">): void {
    memberOf(session, roomId)
    this.#ask({ kind: "pageSince", roomId, since, limit }, settle, (page) => {
      const { messages, rev, hasMore, reset } = fitPage(page, page.reset ? "start" : "end")
      return { facts: [], answer: { ok: true, messages: [...messages], rev, hasMore, ...(reset && { reset }) } }
    })
  }

  getHistory(session: Session, request: Request<"get_history">, settle: SettleRequest<"get_history">): void {
    memberOf(session, request.roomId)
    this.#ask({ kind: "pageBefore", ...request }, settle, (page) => {
      const { messages, hasMore } = fitPage(page, "start")
      return { facts: [], answer: { ok: true, messages: [...messages], hasMore } }
    })
  }

  listRooms({ cursor, ...request }: Request<"list_rooms">, settle: SettleRequest<"list_rooms">): void {
    const after = cursor === undefined ? undefined : readListCursor(cursor)
    if (!this.#options.listsRooms)
      throw new ChatError("ERR_FORBIDDEN", { message: "This server does not list its rooms." })
    this.#ask({ kind: "listRooms", after, ...request }, settle, (page) => {
      const rooms = page.rooms.map((room) => ({ ...room, memberCount: this.#presence.memberCount(room.id) }))
      const next = page.next && writeListCursor(page.next)
      return { facts: [], answer: { ok: true, rooms, ...(next && { cursor: next }) } }
    })
  }

  getMembers(session: Session, { roomId, cursor }: Request<"get_members">): Outcome<"get_members"> {
    const after = cursor === undefined ? 0 : readMemberCursor(cursor)
    memberOf(session, roomId)
    const { members, next } = this.#presence.page(roomId, after)
    return { facts: [], answer: { ok: true, members, ...(next && { cursor: writeMemberCursor(next) }) } }
  }

  /** Leaves every room, as the last thing that a session does. */
  disconnect(session: Session): Broadcast[] {
    return [...session.rooms.keys()].flatMap((roomId) => this.#exit(session, roomId, "disconnect"))
  }

  /** What time alone brings about: indicators that end by silence. Ask several times a second. */
  tick(nowMs: number): Broadcast[] {
    return this.#typing.expire(nowMs).map((indicator) => userTyping(indicator, false, indicator.untold))
  }

  /** A bug in `outcomeOf` is this request's alone: it is answered like any other, and holds nothing up. */
  #ask<K extends Command["kind"], E extends ClientEvent>(
    command: Command & { readonly kind: K },
    settle: SettleRequest<E>,
    outcomeOf: (result: Outcomes[K]) => Outcome<E>,
  ): void {
    this.#options.store.submit(command, (result) => {
      let outcome: Outcome<E> | ChatError
      try {
        outcome = result instanceof ChatError ? result : outcomeOf(result as Outcomes[K])
      } catch (cause) {
        outcome = new ChatError("ERR_INTERNAL", { cause })
      }
      settle(outcome)
    })
  }

  #joined(session: Session, request: Request<"join_room">, joined: Outcomes["join"]): Outcome<"join_room"> {
    const { roomId, userId, since } = request
    const { room, profile, page: whole } = joined
    const page = fitPage(whole, since === undefined || whole.reset ? "start" : "end")
    const facts = this.#enter(session, roomId, userId, profile, page, since)
    const answer = {
      ok: true as const,
      roomId,
      room,
      rev: page.rev,
      members: this.#presence.members(roomId, userId),
      memberCount: this.#presence.memberCount(roomId),
    }
    return { facts, answer }
  }

  #enter(
    session: Session,
    roomId: RoomId,
    userId: UserId,
    profile: Profile,
    page: Page,
    since: number | undefined,
  ): Fact[] {
    const before = session.rooms.get(roomId)
    const left = before === undefined || before === userId ? [] : this.#exit(session, roomId, "leave")
    session.bind(roomId, userId)
    const isNew = this.#presence.enter(roomId, userId, profile, session.id)
    const facts: Fact[] = [...left, { kind: "enter", roomId }, history(roomId, page, since)]
    if (isNew) {
      const joined = { roomId, userId, ...profile }
      facts.push({ kind: "broadcast", event: "user_joined", roomId, except: session.id, args: [joined] })
    }
    return facts
  }

  #exit(session: Session, roomId: RoomId, reason: "leave" | "disconnect"): Broadcast[] {
    const userId = memberOf(session, roomId)
    session.unbind(roomId)
    const facts = this.#stopTyping(roomId, userId, session)
    if (this.#presence.exit(roomId, userId, session.id)) {
      const left = { roomId, userId, reason }
      facts.push({ kind: "broadcast", event: "user_left", roomId, except: session.id, args: [left] })
    }
    return facts
  }

  #sent({ message, duplicate }: Outcomes["send"]): Outcome<"send_message"> {
    if (duplicate) return { facts: [], answer: { ok: true, message, duplicate } }
    const { roomId, userId } = message
    const facts = this.#stopTyping(roomId, userId)
    facts.push({ kind: "broadcast", event: "message_received", roomId, args: [message] })
    return { facts, answer: { ok: true, message } }
  }

  #stopTyping(roomId: RoomId, userId: UserId, session?: Session): Broadcast[] {
    const indicator = this.#typing.stop(roomId, userId, session?.id)
    return indicator === undefined ? [] : [userTyping(indicator, false, indicator.untold)]
  }
}

function history(roomId: RoomId, { messages, rev, hasMore, reset }: Page, since: number | undefined): Fact {
  const info: HistoryInfo = { roomId, ...(since !== undefined && { since }), rev, hasMore, ...(reset && { reset }) }
  return { kind: "reply", event: "history", args: [[...messages], info] }
}

function userTyping({ roomId, userId }: Indicator, isTyping: boolean, except: SessionId | undefined): Broadcast {
  const args: ServerEventArgs<"user_typing"> = [{ roomId, userId, isTyping }]
  return { kind: "broadcast", event: "user_typing", roomId, args, ...(except !== undefined && { except }) }
}

/**
 * One table: from an event to what it counts as, and to the method of the chat that
 * grants or refuses it. A request has met the schema of its event, and is its sender's
 * own, before it comes here.
 */

import type { Chat } from "../../chat/chat.ts"
import type { Outcome } from "../../chat/facts.ts"
import type { Session } from "../../chat/session.ts"
import type { Settle } from "../../chat/store.ts"
import type { ClientEvent, Request } from "../../contract/events.ts"
import type { Clock } from "../clock.ts"
import type { Kind, SocketLimiter } from "../limits/limiter.ts"

interface Context<E extends ClientEvent> {
  readonly chat: Chat
  readonly session: Session
  readonly request: Request<E>
  readonly clock: Clock
  /** None when there are no limits. */
  readonly limiter: SocketLimiter | undefined
}

interface Handler<E extends ClientEvent> {
  readonly kind: Kind
  /** Whether its answer is large, and waits for a reader that is behind. */
  readonly isPage: boolean
  /** Whether several of a socket may be under way together: what one does must not change what another finds. */
  readonly overlaps: boolean
  /** Throws a ChatError for what is refused at once; settles once otherwise. */
  readonly run: (context: Context<E>, settle: Settle<Outcome<E>>) => void
}

export const handlers: { readonly [E in ClientEvent]: Handler<E> } = {
  create_room: {
    kind: "other",
    isPage: false,
    overlaps: false,
    run: ({ chat, request, clock, limiter }, settle) => {
      limiter?.checkNewRoom(clock.elapsedMs())
      chat.createRoom(request, clock.epochMs(), settle)
    },
  },
  join_room: {
    kind: "join",
    isPage: true,
    overlaps: false,
    run: ({ chat, session, request, clock, limiter }, settle) => {
      if (!session.rooms.has(request.roomId)) limiter?.checkRooms(session.rooms.size)
      chat.join(session, request, clock.epochMs(), settle)
    },
  },
  send_message: {
    kind: "message",
    isPage: false,
    overlaps: true,
    run: ({ chat, session, request, clock }, settle) => chat.send(session, request, clock.epochMs(), settle),
  },
  typing: {
    kind: "other",
    isPage: false,
    overlaps: false,
    run: ({ chat, session, request, clock }, settle) => settle(chat.typing(session, request, clock.elapsedMs())),
  },
  leave_room: {
    kind: "other",
    isPage: false,
    overlaps: false,
    run: ({ chat, session, request }, settle) => settle(chat.leave(session, request)),
  },
  sync: {
    kind: "page",
    isPage: true,
    overlaps: false,
    run: ({ chat, session, request }, settle) => chat.sync(session, request, settle),
  },
  get_history: {
    kind: "page",
    isPage: true,
    overlaps: false,
    run: ({ chat, session, request }, settle) => chat.getHistory(session, request, settle),
  },
  list_rooms: {
    kind: "page",
    isPage: true,
    overlaps: false,
    run: ({ chat, request }, settle) => chat.listRooms(request, settle),
  },
  get_members: {
    kind: "other",
    isPage: true,
    overlaps: false,
    run: ({ chat, session, request }, settle) => settle(chat.getMembers(session, request)),
  },
}

export function isClientEvent(event: unknown): event is ClientEvent {
  return typeof event === "string" && Object.hasOwn(handlers, event)
}

/** Throws what the chat refuses at once; settles once otherwise. */
export function runHandler<E extends ClientEvent>(event: E, context: Context<E>, settle: Settle<Outcome<E>>): void {
  handlers[event].run(context, settle)
}

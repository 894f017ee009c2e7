/**
 * One table: from an event to the method of the chat that grants or refuses it.
 * A request is validated by the schema of its event before it comes here.
 */
import type { Chat } from "../chat/chat.ts"
import type { Outcome } from "../chat/facts.ts"
import type { Session } from "../chat/session.ts"
import type { Settle } from "../chat/store.ts"
import type { ClientEvent, Request } from "../contract/events.ts"
import { parseRequest } from "../contract/parse.ts"

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may step back. */
  readonly epochMs: () => number
  /** Milliseconds since any fixed moment; never steps back. */
  readonly elapsedMs: () => number
}

interface Context<E extends ClientEvent> {
  readonly chat: Chat
  readonly session: Session
  readonly request: Request<E>
  readonly clock: Clock
}

interface Handler<E extends ClientEvent> {
  /** Whether several of a socket may be under way together: what one does must not change what another finds. */
  readonly overlaps: boolean
  /** Throws a ChatError for what is refused at once; settles once otherwise. */
  readonly run: (context: Context<E>, settle: Settle<Outcome<E>>) => void
}

export const handlers: { readonly [E in ClientEvent]: Handler<E> } = {
  create_room: {
    overlaps: false,
    run: ({ chat, request, clock }, settle) => chat.createRoom(request, clock.epochMs(), settle),
  },
  join_room: {
    overlaps: false,
    run: ({ chat, session, request, clock }, settle) => chat.join(session, request, clock.epochMs(), settle),
  },
  send_message: {
    overlaps: true,
    run: ({ chat, session, request, clock }, settle) => chat.send(session, request, clock.epochMs(), settle),
  },
  typing: {
    overlaps: false,
    run: ({ chat, session, request, clock }, settle) => settle(chat.typing(session, request, clock.elapsedMs())),
  },
  leave_room: {
    overlaps: false,
    run: ({ chat, session, request }, settle) => settle(chat.leave(session, request)),
  },
  sync: {
    overlaps: false,
    run: ({ chat, session, request }, settle) => chat.sync(session, request, settle),
  },
  get_history: {
    overlaps: false,
    run: ({ chat, session, request }, settle) => chat.getHistory(session, request, settle),
  },
  list_rooms: {
    overlaps: false,
    run: ({ chat, request }, settle) => chat.listRooms(request, settle),
  },
  get_members: {
    overlaps: false,
    run: ({ chat, session, request }, settle) => settle(chat.getMembers(session, request)),
  },
}

export function isClientEvent(event: unknown): event is ClientEvent {
  return typeof event === "string" && Object.hasOwn(handlers, event)
}

/** Throws ERR_VALIDATION for a payload that does not match, or what the chat refuses; settles once otherwise. */
export function runHandler<E extends ClientEvent>(
  event: E,
  { payload, ...context }: Omit<Context<E>, "request"> & { readonly payload: unknown },
  settle: Settle<Outcome<E>>,
): void {
  handlers[event].run({ ...context, request: parseRequest(event, payload) }, settle)
}

/**
 * How the chat takes a request: what the edge must know before it runs, and what the
 * handler gets. Each noun has a table of handlers; the edge knows none by name.
 */
import type { ClientEvent, Request } from "../contract/events.ts"
import type { ServerState } from "../contract/server.ts"
import type { MessageId, RoomId } from "../contract/values.ts"
import type { AccountKeeper } from "./account-keeper.ts"
import type { Crowds } from "./crowds.ts"
import type { Effect, Granted } from "./effects.ts"
import type { Inboxes } from "./inboxes.ts"
import type { Marks } from "./marks.ts"
import type { Neighbours } from "./neighbours.ts"
import type { Online } from "./online.ts"
import type { PageSizes } from "./page-sizes.ts"
import type { Presence } from "./presence.ts"
import type { Searcher } from "./searcher.ts"
import type { Session, SessionId } from "./session.ts"
import type { Ask, Settle } from "./store.ts"
import type { Typing } from "./typing.ts"

/** What one connection may still ask for. Each throws ERR_RATE_LIMITED. */
export interface Quota {
  readonly checkNewRoom: (nowMs: number) => void
  /** For a session that is in `rooms` rooms and wants to enter another. */
  readonly checkRooms: (rooms: number) => void
  /** A message of so many bytes of UTF-8. */
  readonly checkMessage: (bytes: number, nowMs: number) => void
  /** Does not throw: only the store knows whether somebody is new. */
  readonly placeForUser: (nowMs: number) => Place
  /** The same for a direct room, which may exist already. */
  readonly placeForDirect: (nowMs: number) => Place
}

/** A place for a request that may create something: only the store knows whether it does. */
export interface Place {
  /** How long until there is a place, or 0 if one was taken. */
  readonly waitMs: number
  /** Call it once. The place stays taken only if something new was found. */
  readonly end: (found: "new" | "known" | "refused") => void
}

export interface Asked<E extends ClientEvent> {
  readonly session: Session
  /** It matches the schema of its event. */
  readonly request: Request<E>
  /** Whether it came with a callback. */
  readonly isAcknowledged: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Milliseconds of a clock that does not step back. */
  readonly nowMs: number
  readonly quota: Quota | undefined
}

/** The state of the server, as far as it knows. It takes constant work, and leaves out what cannot be known now. */
export type DescribeServer = () => Promise<Omit<ServerState, "online">>

/** What the handlers work with. */
export interface ChatParts {
  readonly ask: Ask
  readonly neighbours: Neighbours
  readonly presence: Presence
  /** Sessions that are in rooms. */
  readonly sessions: Map<SessionId, Session>
  readonly crowds: Crowds
  readonly typing: Typing
  readonly online: Online
  readonly inboxes: Inboxes
  readonly marks: Marks
  /**
   * Effects of what the chat itself asked the store. They are carried out before the next ones, or with the next tick.
   */
  readonly later: Effect[]
  readonly pageSizes: PageSizes
  readonly searcher: Searcher | undefined
  readonly describeServer: DescribeServer | undefined
  readonly newRoomId: () => RoomId
  readonly newMessageId: () => MessageId
  /** None unless the server keeps its people itself. */
  readonly accounts: AccountKeeper | undefined
  /** Whether everybody may list the public rooms. */
  readonly listsRooms: boolean
  /** Whether everybody may list all users; otherwise only people they share a room with. */
  readonly listsUsers: boolean
}

export interface Handler<E extends ClientEvent> {
  /** It changes nothing, so a socket that is gone need not be answered. */
  readonly isRead?: true
  /** Several of one socket may be under way together: what one does must not change what another finds. */
  readonly overlaps?: true
  /** Roughly how many bytes the answer takes, if it is a page. It then waits for readers who are behind. */
  readonly pageBytes?: (chat: ChatParts, request: Request<E>) => number
  /** Throws a ChatError for what is refused at once; settles once otherwise. */
  readonly run: (chat: ChatParts, asked: Asked<E>, settle: Settle<Granted<E>>) => void
}

export type Handlers<E extends ClientEvent> = { readonly [Name in E]: Handler<Name> }

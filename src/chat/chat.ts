/**
 * The chat itself: it passes each request to its handler, and keeps what the handlers
 * share, such as who is here and who is typing. A handler checks first and throws what it
 * refuses. What it grants, it settles later, in the order of the store's queue, or at once
 * when it needs no store. There are no sockets, no SQL, no clock and no randomness in here.
 */
import { ChatError } from "../contract/errors.ts"
import type { ClientEvent } from "../contract/events.ts"
import type { RoomId } from "../contract/values.ts"
import type { AccountKeeper } from "./account-keeper.ts"
import * as accounts from "./accounts.ts"
import * as changes from "./changes.ts"
import { Crowds } from "./crowds.ts"
import type { Effect, Granted } from "./effects.ts"
import { hear } from "./hear.ts"
import { Inboxes } from "./inboxes.ts"
import { leaveAll } from "./leaving.ts"
import { Marks } from "./marks.ts"
import * as members from "./members.ts"
import * as messages from "./messages.ts"
import * as moderation from "./moderation.ts"
import * as myRooms from "./my-rooms.ts"
import { type Neighbours, type News, noNeighbours } from "./neighbours.ts"
import { Online } from "./online.ts"
import { tellOnline } from "./online-told.ts"
import * as owning from "./owning.ts"
import { PageSizes } from "./page-sizes.ts"
import * as people from "./people.ts"
import { becameMember, membershipChanged, renamed, tellDue } from "./personal.ts"
import { Presence } from "./presence.ts"
import type { Asked, ChatParts, DescribeServer, Handler, Handlers } from "./request.ts"
import * as rooms from "./rooms.ts"
import type { HandOver, Welcome } from "./rules/accounts.ts"
import * as search from "./search.ts"
import type { Searcher } from "./searcher.ts"
import * as server from "./server.ts"
import type { Session } from "./session.ts"
import type { Ask, ChatStore, Settle } from "./store.ts"
import { Typing } from "./typing.ts"
import * as users from "./users.ts"

const handlers: Handlers<ClientEvent> = {
  ...rooms.handlers,
  ...members.handlers,
  ...moderation.handlers,
  ...owning.handlers,
  ...messages.handlers,
  ...myRooms.handlers,
  ...changes.handlers,
  ...people.handlers,
  ...users.handlers,
  ...accounts.handlers,
  ...search.handlers,
  ...server.handlers,
}

export interface ChatOptions extends Pick<ChatParts, "newRoomId" | "newMessageId" | "listsRooms" | "listsUsers"> {
  readonly store: ChatStore
  /** Only where several servers share the store. */
  readonly neighbours?: Neighbours
  readonly accounts?: AccountKeeper
  /** None where messages are not to be searched. */
  readonly searcher?: Searcher | undefined
  /** What administrators are told of the server. */
  readonly describeServer?: DescribeServer
}

export class Chat {
  readonly #parts: ChatParts

  constructor({ store, neighbours = noNeighbours, accounts, searcher, describeServer, ...options }: ChatOptions) {
    this.#parts = {
      ...options,
      accounts,
      neighbours,
      searcher,
      describeServer,
      ask: asking(store),
      presence: new Presence(),
      sessions: new Map(),
      crowds: new Crowds(),
      typing: new Typing(),
      online: new Online(),
      inboxes: new Inboxes(neighbours !== noNeighbours),
      marks: new Marks(),
      later: [],
      pageSizes: new PageSizes(),
    }
  }

  handlerOf<E extends ClientEvent>(event: E): Handler<E> {
    return handlers[event]
  }

  /** Roughly how many bytes the answer takes, if it is a page; 0 for other answers. */
  pageBytes<E extends ClientEvent>(event: E, request: Asked<E>["request"]): number {
    return handlers[event].pageBytes?.(this.#parts, request) ?? 0
  }

  /** Throws what is refused at once; settles once otherwise. */
  handle<E extends ClientEvent>(event: E, asked: Asked<E>, settle: Settle<Granted<E>>): void {
    asked.session.checkOpen()
    handlers[event].run(this.#parts, asked, (result) => {
      if (result instanceof ChatError || this.#parts.later.length === 0) settle(result)
      else settle({ ...result, effects: this.#behindOthers(result.effects) })
    })
  }

  /** Makes somebody with a new account known, as a member of their first rooms. */
  welcome(newcomer: Omit<Welcome, "kind">, settle: Settle<void>): void {
    this.#parts.ask({ kind: "welcome", ...newcomer }, settle, (welcomed) => {
      for (const roomId of welcomed.roomIds) becameMember(this.#parts, newcomer.userId, roomId)
      if (welcomed.renamed !== undefined) renamed(this.#parts, welcomed.renamed)
    })
  }

  /** Makes somebody else the owner of a room whose owner was deactivated. */
  handOver(change: Omit<HandOver, "kind">, settle: Settle<void>): void {
    const { userId, heirId, roomId } = change
    this.#parts.ask({ kind: "handOver", ...change }, settle, ({ isUnchanged }) => {
      if (!isUnchanged) for (const one of [userId, heirId]) membershipChanged(this.#parts, one, roomId)
    })
  }

  /** Leaves every room, as the last thing that a session does. */
  disconnect(session: Session): Effect[] {
    return leaveAll(this.#parts, session)
  }

  /** News from another server. */
  hear(news: News, nowMs: number): readonly Effect[] {
    return this.#behindOthers(hear(this.#parts, news, nowMs))
  }

  /** Rooms that somebody here hears of without being in them. */
  watchedRooms(): RoomId[] {
    return this.#parts.inboxes.rooms()
  }

  /** The latest `rev` of rooms, as the store says. */
  knowsHeads(revs: ReadonlyMap<RoomId, number>): void {
    this.#parts.inboxes.knows(revs)
  }

  /** Writes how far people have read. Call it once nothing new is accepted, before the store is closed. */
  rest(): Promise<void> {
    return myRooms.keepAllMarks(this.#parts)
  }

  /** What the store said earlier is told first: that a room became one's own, and then what came in it. */
  #behindOthers(effects: readonly Effect[]): readonly Effect[] {
    const { later } = this.#parts
    return later.length === 0 ? effects : [...later.splice(0), ...effects]
  }

  /** Effects that only time causes. Call it several times a second. */
  tick(nowMs: number): Effect[] {
    myRooms.keepMarks(this.#parts, nowMs)
    tellOnline(this.#parts, nowMs)
    return [
      ...tellDue(this.#parts, nowMs),
      ...people.expireTyping(this.#parts, nowMs),
      ...people.countCrowds(this.#parts, nowMs),
    ]
  }
}

/** The request that a handshake may make, once for each room it names. */
export const rejoinEvent: ClientEvent = "join_room"

export function isClientEvent(event: unknown): event is ClientEvent {
  return typeof event === "string" && Object.hasOwn(handlers, event)
}

/** A bug in `outcomeOf` fails this request alone, which is answered like any other; nothing else is held up. */
function asking(store: ChatStore): Ask {
  return (command, settle, outcomeOf) => {
    store.submit(command, (result) => {
      if (result instanceof ChatError) return settle(result)
      let outcome: ReturnType<typeof outcomeOf> | ChatError
      try {
        outcome = outcomeOf(result as Parameters<typeof outcomeOf>[0])
      } catch (cause) {
        outcome = new ChatError("ERR_INTERNAL", { cause })
      }
      settle(outcome)
    })
  }
}

/**
 * The events, as two tables: what a client may ask, with what it is answered,
 * and what the server tells. The Socket.IO event maps are inferred from them.
 */
import type * as v from "valibot"
import { array, tuple } from "valibot"
import type { ErrorCode } from "./errors.ts"
import * as s from "./schemas.ts"

interface ClientEventDefinition {
  readonly payload: v.GenericSchema
  readonly answer: v.GenericSchema
  /** The codes particular to this event; `generalErrors` may answer any. */
  readonly errors: readonly ErrorCode[]
}

/** What any request may be answered. */
export const generalErrors = [
  "ERR_VALIDATION",
  "ERR_RATE_LIMITED",
  "ERR_TOO_LARGE",
  "ERR_BUSY",
  "ERR_INTERNAL",
] as const satisfies readonly ErrorCode[]

export const clientEvents = {
  create_room: { payload: s.CreateRoom, answer: s.RoomAnswer, errors: ["ERR_FORBIDDEN", "ERR_STORAGE"] },
  join_room: {
    payload: s.JoinRoom,
    answer: s.JoinAnswer,
    errors: ["ERR_ROOM_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"],
  },
  send_message: {
    payload: s.SendMessage,
    answer: s.SendAnswer,
    errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN", "ERR_CONFLICT", "ERR_STORAGE"],
  },
  typing: { payload: s.Typing, answer: s.Done, errors: ["ERR_NOT_IN_ROOM", "ERR_FORBIDDEN"] },
  leave_room: { payload: s.LeaveRoom, answer: s.Done, errors: ["ERR_FORBIDDEN"] },
  sync: { payload: s.Sync, answer: s.SyncAnswer, errors: ["ERR_NOT_IN_ROOM", "ERR_STORAGE"] },
  get_history: { payload: s.GetHistory, answer: s.HistoryAnswer, errors: ["ERR_NOT_IN_ROOM", "ERR_STORAGE"] },
  list_rooms: { payload: s.ListRooms, answer: s.RoomsAnswer, errors: ["ERR_FORBIDDEN", "ERR_STORAGE"] },
  get_members: { payload: s.GetMembers, answer: s.MembersAnswer, errors: ["ERR_NOT_IN_ROOM"] },
} as const satisfies Record<string, ClientEventDefinition>

/** The arguments of each event, as a tuple. */
export const serverEvents = {
  room_created: tuple([s.Room]),
  history: tuple([array(s.Message), s.HistoryInfo]),
  message_received: tuple([s.Message]),
  /** Reserved for later changes of a message. A client that tracks `rev` listens to it from today. */
  message_updated: tuple([s.Message]),
  user_joined: tuple([s.UserJoined]),
  user_left: tuple([s.UserLeft]),
  user_typing: tuple([s.UserTyping]),
  error: tuple([s.ErrorBody]),
} as const satisfies Record<string, v.GenericSchema<unknown[]>>

export type ClientEvent = keyof typeof clientEvents
export type ServerEvent = keyof typeof serverEvents

/** A request as the server works with it: validated, with defaults. */
export type Request<E extends ClientEvent> = v.InferOutput<(typeof clientEvents)[E]["payload"]>
/** What a granted request is answered. */
export type Answer<E extends ClientEvent> = v.InferOutput<(typeof clientEvents)[E]["answer"]>
export type ServerEventArgs<E extends ServerEvent> = v.InferOutput<(typeof serverEvents)[E]>

/** For `Socket<ServerToClientEvents, ClientToServerEvents>` of socket.io-client. */
export type ClientToServerEvents = {
  [E in ClientEvent]: (
    payload: v.InferInput<(typeof clientEvents)[E]["payload"]>,
    ack?: (answer: v.InferInput<(typeof clientEvents)[E]["answer"] | typeof s.Failure>) => void,
  ) => void
}
/** With every callback required, which is what types `emitWithAck` of socket.io-client. */
export type AcknowledgedEvents = {
  [E in ClientEvent]: (...args: Required<Parameters<ClientToServerEvents[E]>>) => void
}
export type ServerToClientEvents = {
  [E in ServerEvent]: (...args: v.InferInput<(typeof serverEvents)[E]>) => void
}

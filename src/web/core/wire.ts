/** The contract as the page sees it: every type here is inferred from `src/contract`, none is written by hand. */
import type { Socket } from "socket.io-client"
import type { ClientEvent, ClientToServerEvents, ServerEvent, ServerToClientEvents } from "../../contract/events.ts"

export type { ClientEvent } from "../../contract/events.ts"

export type ChatSocket = Socket<ServerToClientEvents, ClientToServerEvents>

type Told<E extends ServerEvent> = Parameters<ServerToClientEvents[E]>
type AnyAnswer<E extends ClientEvent> = Parameters<NonNullable<Parameters<ClientToServerEvents[E]>[1]>>[0]

export type Payload<E extends ClientEvent> = Parameters<ClientToServerEvents[E]>[0]
export type Answer<E extends ClientEvent> = Extract<AnyAnswer<E>, { ok: true }>

export type RoomInfo = Told<"room_created">[0]
export type Message = Told<"message_received">[0]
export type SharedFile = NonNullable<Message["files"]>[number]
export type MessageType = Message["type"]
export type MessageChange = Told<"message_updated">[1]
export type Quote = NonNullable<Message["replyTo"]>
export type Reaction = NonNullable<Message["reactions"]>[number]
export type HistoryInfo = NonNullable<Told<"history">[1]>
export type RoomState = Told<"read_updated">[0]
export type UserLeft = Told<"user_left">[0]
export type UserTyping = Told<"user_typing">[0]
export type RoomPresence = Told<"room_presence">[0]
export type UserJoined = Told<"user_joined">[0]
export type Member = Omit<UserJoined, "roomId">
export type ListedRoom = Answer<"list_rooms">["rooms"][number]
/** Without the server's sentence, which people read through `sentenceOf`. */
export type ErrorBody = Omit<Told<"error">[0], "message">

/**
 * The server did not answer: the connection was lost, or never existed. It is unknown whether the server got the
 * request.
 */
export interface Lost {
  readonly code: "LOST"
  readonly retryAfterMs?: undefined
}

export type Refusal = ErrorBody | Lost
export type Reply<E extends ClientEvent> = Answer<E> | { readonly ok: false; readonly error: Refusal }

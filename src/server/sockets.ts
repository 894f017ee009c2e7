/**
 * The edge of the chat: packets in, facts and answers out.
 *
 * Every packet passes the same door: it waits for its turn in its socket's lane, its
 * payload meets its schema, and one method of the chat grants or refuses it. Nothing
 * that is thrown on the way leaves this file: an exception in a listener would end the
 * process.
 */
import type { Server, Socket } from "socket.io"
import type { Chat } from "../chat/chat.ts"
import type { Broadcast, Fact, Outcome } from "../chat/facts.ts"
import { Session } from "../chat/session.ts"
import type { Settle } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import type { Answer, ClientEvent } from "../contract/events.ts"
import type { ErrorBody, Failure } from "../contract/schemas.ts"
import { log } from "../observe/log.ts"
import { type Answers, safely } from "./answers.ts"
import { Lane } from "./lane.ts"
import { type Clock, handlers, isClientEvent, runHandler } from "./requests.ts"

/** Unanswered requests of one socket; beyond it ERR_BUSY. A stock client that rejoins 100 rooms sends 500 at once. */
const requestsPendingMax = 1_000

/** How much of an unknown event's name is told back. */
const eventNameLengthMax = 64

export interface Edge {
  readonly answers: Answers
  readonly io: Server
  readonly chat: Chat
  readonly clock: Clock
  /** While the server stops, nobody's disconnection is announced. */
  readonly isStopping: () => boolean
}

type Ack = (answer: Answer<ClientEvent> | Failure) => void

/** One packet, taken apart: `["send_message", {…}, ack?]`. */
interface Packet {
  readonly event: unknown
  readonly payload: unknown
  readonly ack: Ack | undefined
}

/** One connection: its transport, who it is in which room, and what it still waits for. */
interface Connection {
  readonly socket: Socket
  readonly session: Session
  readonly lane: Lane
}

export function serveSockets(edge: Edge): void {
  edge.io.on("connection", (socket) => {
    const connection = { socket, session: new Session(socket.id), lane: new Lane() }
    // Middleware that never calls `next` is the one place that sees every event, known or not, before any listener.
    socket.use((args) => receive(edge, connection, args))
    // The last request of all: what was sent before the connection ended still takes effect first.
    socket.on("disconnect", () => {
      connection.lane.add({ overlaps: false, start: (settle) => settle(() => depart(edge, connection)) })
    })
  })
}

/** Announces what time alone brings about. Call it several times a second. */
export function tick({ io, chat, clock }: Edge): void {
  safely(() => {
    for (const broadcast of chat.tick(clock.elapsedMs())) emitBroadcast(io, broadcast)
  })
}

function receive(edge: Edge, { socket, session, lane }: Connection, args: unknown[]): void {
  const ack = typeof args.at(-1) === "function" ? (args.pop() as Ack) : undefined
  const packet: Packet = { event: args[0], payload: args[1], ack }
  const isFull = lane.length >= requestsPendingMax
  lane.add({
    overlaps: isClientEvent(packet.event) && handlers[packet.event].overlaps,
    start: (settle) => {
      const answer = (give: () => void) => settle(() => edge.answers.give(socket, give))
      const refuse = (error: unknown) => answer(() => answerError(socket, packet, error))
      if (isFull) return refuse(new ChatError("ERR_BUSY"))
      try {
        grant(edge, session, packet, (result) => {
          if (result instanceof ChatError) return refuse(result)
          safely(() => {
            for (const fact of result.facts) announce(edge.io, socket, fact)
          })
          answer(() => packet.ack?.(result.answer))
        })
      } catch (error) {
        refuse(error)
      }
    },
  })
}

function grant(
  { chat, clock }: Edge,
  session: Session,
  { event, payload }: Packet,
  settle: Settle<Outcome<ClientEvent>>,
): void {
  if (!isClientEvent(event)) throw new ChatError("ERR_UNKNOWN_EVENT")
  // The decoder puts an error in the place of a payload that it refused.
  if (payload instanceof ChatError) throw payload
  runHandler(event, { chat, session, payload, clock }, settle)
}

function depart({ io, chat, isStopping }: Edge, { session }: Connection): void {
  const broadcasts = chat.disconnect(session)
  if (isStopping()) return
  safely(() => {
    for (const broadcast of broadcasts) emitBroadcast(io, broadcast)
  })
}

function announce(io: Server, socket: Socket, fact: Fact): void {
  switch (fact.kind) {
    case "enter":
      socket.join(fact.roomId)
      break
    case "exit":
      socket.leave(fact.roomId)
      break
    case "reply":
      socket.emit(fact.event, ...fact.args)
      break
    case "broadcast":
      emitBroadcast(io, fact)
      break
  }
}

function emitBroadcast(io: Server, { event, args, roomId, except }: Broadcast): void {
  const room = io.to(roomId)
  const audience = except === undefined ? room : room.except(except)
  audience.emit(event, ...args)
}

function answerError(socket: Socket, { event, ack }: Packet, cause: unknown): void {
  const error = describeError(event, cause)
  if (ack !== undefined) ack({ ok: false, error })
  else socket.emit("error", error)
}

/** What a client is told. Whatever is not in the catalogue of errors is a bug: it is logged, and says nothing. */
function describeError(event: unknown, cause: unknown): ErrorBody {
  const error = cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause })
  if (error.code === "ERR_INTERNAL") log.error("A request failed unexpectedly: {cause}", { event, cause: error.cause })
  const named = typeof event === "string" ? { event: event.slice(0, eventNameLengthMax) } : {}
  return { code: error.code, message: error.message, ...named, ...error.details }
}

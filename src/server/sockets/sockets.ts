/**
 * The edge of the chat: packets in, facts and answers out.
 *
 * Every packet passes the same door: it waits for its turn in its socket's lane, its
 * payload meets its schema, and one method of the chat grants or refuses it. Nothing
 * that is thrown on the way leaves this file: an exception in a listener would end the
 * process.
 */
import type { Server, Socket } from "socket.io"
import type { Chat } from "../../chat/chat.ts"
import type { Broadcast, Fact } from "../../chat/facts.ts"
import { Session } from "../../chat/session.ts"
import { ChatError } from "../../contract/errors.ts"
import type { Answer, ClientEvent, Request } from "../../contract/events.ts"
import { limits } from "../../contract/limits.ts"
import { parseRequest } from "../../contract/parse.ts"
import type { ErrorBody, Failure } from "../../contract/schemas.ts"
import type { Incidents } from "../../observe/incidents.ts"
import { log } from "../../observe/log.ts"
import type { Clock } from "../clock.ts"
import { type Json, json, sharedJson } from "../engine/json.ts"
import type { Wire, Wires } from "../engine/wires.ts"
import { keyOf } from "../http/address.ts"
import type { Admission } from "../identity/admission.ts"
import type { Identity } from "../identity/tokens.ts"
import type { Limiter, SocketLimiter } from "../limits/limiter.ts"
import { type Answers, safely } from "./answers.ts"
import { checkClaim, claimedBy } from "./claims.ts"
import { Lane } from "./lane.ts"
import { handlers, isClientEvent, runHandler } from "./requests.ts"

/** How much of an unknown event's name is told back. */
const eventNameLengthMax = 64

export interface Edge {
  readonly answers: Answers
  readonly io: Server
  readonly chat: Chat
  readonly clock: Clock
  readonly wires: Wires
  readonly admission: Admission
  /** None when there are no limits. */
  readonly limiter: Limiter | undefined
  readonly incidents: Incidents
  /** While the server stops, nobody's disconnection is announced. */
  readonly isStopping: () => boolean
}

type Ack = (answer: Answer<ClientEvent> | Json<Answer<ClientEvent>> | Failure) => void

/** One packet, taken apart: `["send_message", {…}, ack?]`. */
interface Packet {
  readonly event: unknown
  readonly ack: Ack | undefined
}

/** A request whose payload met its schema. */
interface Admitted {
  readonly event: ClientEvent
  readonly request: Request<ClientEvent>
}

/** One connection: its transport, who it is, who it is in which room, and what it still waits for. */
interface Connection {
  readonly socket: Socket
  readonly wire: Wire | undefined
  readonly identity: Identity | undefined
  readonly limiter: SocketLimiter | undefined
  readonly session: Session
  readonly lane: Lane
  /** It has been sent away, and hears so in its turn. */
  isOver: boolean
}

export function serveSockets(edge: Edge): void {
  edge.io.on("connection", (socket) => {
    const connection = connect(edge, socket)
    // Middleware that never calls `next` is the one place that sees every event, known or not, before any listener.
    socket.use((args) => receive(edge, connection, args))
    // The last request of all: what was sent before the connection ended still takes effect first.
    socket.on("disconnect", () => {
      connection.lane.add({ overlaps: false, start: (settle) => settle(() => depart(edge, connection)) })
    })
    // What is not Socket.IO has ended the connection.
    socket.on("error", () => edge.incidents.count("malformed"))
  })
}

function connect({ wires, admission, limiter }: Edge, socket: Socket): Connection {
  const wire = wires.of(socket.conn)
  const identity = admission.identityOf(socket)
  // Nobody reads what a socket that is gone has asked for: it waits for nothing, so that its end takes its turn.
  const lane = new Lane(() => socket.connected && (wire?.backlogBytes ?? 0) >= limits.pageBacklogBytesMax)
  wire?.onDrain(() => lane.resume())
  return {
    socket,
    wire,
    identity,
    limiter: limiter?.forSocket(socket.conn, keyOf(wire?.address ?? ""), identity?.userId),
    session: new Session(socket.id),
    lane,
    isOver: false,
  }
}

/** Announces what time alone brings about. Call it several times a second. */
export function tick({ io, chat, clock }: Edge): void {
  safely(() => {
    for (const broadcast of chat.tick(clock.elapsedMs())) emitBroadcast(io, broadcast)
  })
}

function receive(edge: Edge, connection: Connection, args: unknown[]): void {
  const { socket, wire, lane } = connection
  // What was read together with the end of its connection comes after it.
  if (!socket.connected || connection.isOver) return
  if (lane.length >= 2 * limits.requestsPendingMax) {
    // It goes on asking, and does not read the answers.
    wire?.cutFor("requestsPendingMax")
    return
  }
  const ack = typeof args.at(-1) === "function" ? (args.pop() as Ack) : undefined
  const packet: Packet = { event: args[0], ack }
  try {
    const admitted = admit(edge, connection, packet.event, args[1])
    const { overlaps, isPage } = handlers[admitted.event]
    lane.add({ overlaps, isPage, start: (settle) => grant(edge, connection, packet, admitted, settle) })
  } catch (cause) {
    const answer = refusing(edge, connection, packet, cause)
    lane.add({ overlaps: true, isPage: false, start: (settle) => settle(answer) })
  }
}

/** Before its turn, so that what waits is small: a request, and nothing else that the payload held. */
function admit({ clock }: Edge, { lane, limiter, identity }: Connection, event: unknown, payload: unknown): Admitted {
  if (lane.length >= limits.requestsPendingMax) throw new ChatError("ERR_BUSY")
  limiter?.checkRequest(isClientEvent(event) ? handlers[event].kind : "other", clock.elapsedMs())
  // The decoder puts an error in the place of a payload that it refused.
  if (payload instanceof ChatError) throw payload
  if (!isClientEvent(event)) throw new ChatError("ERR_UNKNOWN_EVENT")
  return { event, request: parseRequest(event, claimedBy(identity, payload)) }
}

function grant(
  edge: Edge,
  connection: Connection,
  packet: Packet,
  { event, request }: Admitted,
  settle: (answer: () => void) => void,
): void {
  const { socket, wire, session, identity, limiter } = connection
  const { chat, clock, answers } = edge
  if (handlers[event].kind === "page" && !socket.connected) {
    settle(() => {})
    return
  }
  const refuse = (cause: unknown) => settle(refusing(edge, connection, packet, cause))
  try {
    checkClaim(identity, event, request, session)
    runHandler(event, { chat, session, request, clock, limiter }, (result) => {
      if (result instanceof ChatError) return refuse(result)
      safely(() => {
        for (const fact of result.facts) announce(edge, socket, fact)
      })
      const answer = packet.ack && encodedOnce(result.answer)
      const give = () => answer && packet.ack?.(answer)
      settle(() => (handlers[event].isPage ? answers.giveNow(wire, give) : answers.give(wire, give)))
    })
  } catch (cause) {
    refuse(cause)
  }
}

/** Gives a refusal when its turn comes. The last that a socket gets ends it, so that it does not come straight back. */
function refusing(edge: Edge, connection: Connection, packet: Packet, cause: unknown): () => void {
  const { clock, incidents, answers } = edge
  const { socket, wire, limiter } = connection
  const error = cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause })
  const isLast = error.code === "ERR_RATE_LIMITED" && limiter?.isLastRefusal(clock.elapsedMs()) === true
  if (isLast) {
    connection.isOver = true
    incidents.report("refusalsMax", "{address} went on asking for too much, and was sent away.", {
      address: wire?.address,
    })
  }
  incidents.count(error.code)
  return () =>
    answers.give(wire, () => {
      answerError(socket, packet, error)
      if (isLast) socket.disconnect(true)
    })
}

function depart({ io, chat, isStopping }: Edge, { session }: Connection): void {
  safely(() => {
    const broadcasts = chat.disconnect(session)
    if (isStopping()) return
    for (const broadcast of broadcasts) emitBroadcast(io, broadcast)
  })
}

function announce({ io, isStopping }: Edge, socket: Socket, fact: Fact): void {
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
      // Who comes and goes is nobody's business any more; a message is.
      if (!isStopping() || fact.event === "message_received") emitBroadcast(io, fact)
      break
  }
}

function emitBroadcast(io: Server, fact: Broadcast): void {
  const { event, roomId, except } = fact
  const room = io.to(roomId)
  const audience = except === undefined ? room : room.except(except)
  if (event === "message_received") audience.emit(event, sharedJson(fact.args[0]))
  else audience.emit(event, ...fact.args)
}

/** The answer to a send repeats the message that the room was told: its JSON is written for both. */
function encodedOnce(answer: Answer<ClientEvent>): Answer<ClientEvent> | Json<Answer<ClientEvent>> {
  if (!("message" in answer) || answer.duplicate) return answer
  return json`{"ok":true,"message":${sharedJson(answer.message)}}`
}

function answerError(socket: Socket, { event, ack }: Packet, refusal: ChatError): void {
  const error = describeError(event, refusal)
  if (ack !== undefined) ack({ ok: false, error })
  else socket.emit("error", error)
}

/** What a client is told. Whatever is not in the catalogue of errors is a bug: it is logged, and says nothing. */
function describeError(event: unknown, error: ChatError): ErrorBody {
  if (error.code === "ERR_INTERNAL") log.error("A request failed unexpectedly: {cause}", { event, cause: error.cause })
  const named = typeof event === "string" ? { event: event.slice(0, eventNameLengthMax) } : {}
  return { code: error.code, message: error.message, ...named, ...error.details }
}

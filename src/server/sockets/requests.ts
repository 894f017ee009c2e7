/**
 * The edge of the chat: packets in, effects and answers out. No event is known here by
 * name.
 *
 * Every packet passes the same door: it waits for its turn in its socket's lane, its
 * payload is validated, and one handler of the chat grants or refuses it. Nothing that is
 * thrown on the way leaves this file: an exception in a listener would end the process.
 */
import type { Socket } from "socket.io"
import { isClientEvent, rejoinEvent } from "../../chat/chat.ts"
import { ChatError } from "../../contract/errors.ts"
import { type ClientEvent, clientEvents, type Request } from "../../contract/events.ts"
import { limits } from "../../contract/limits.ts"
import { parseRequest } from "../../contract/parse.ts"
import type { ErrorBody } from "../../contract/refusals.ts"
import { acknowledge } from "../engine/clients.ts"
import { encodedOnce, jsonOf } from "../engine/json.ts"
import { announce } from "./announce.ts"
import { Connection, type Edge } from "./connection.ts"

/** How much of an unknown event's name is repeated in the error. */
const eventNameLengthMax = 64

/** One packet, taken apart: `["an_event", {…}]`. */
interface Packet {
  readonly event: unknown
  readonly payload: unknown
  /** Of the acknowledgement that its client waits for, if it does. */
  readonly id: number | undefined
  /** A rejoin in the handshake counts as acknowledged, though nobody gets the answer. */
  readonly isAcknowledged: boolean
}

/** A request whose payload met its schema. */
interface Admitted {
  readonly event: ClientEvent
  readonly request: Request<ClientEvent>
}

export function serveSockets(edge: Edge): void {
  // Shared by all sockets, which call them.
  const left = function (this: Socket) {
    leave(edge, this.data)
  }
  // Anything that is not Socket.IO has ended the connection.
  const failed = () => edge.incidents.count("malformed")
  edge.io.on("connection", (socket) => {
    const connection = new Connection(edge, socket)
    socket.data = connection
    socket.on("disconnect", left)
    socket.on("error", failed)
    rejoin(edge, connection)
  })
}

/** `id` is undefined if nobody waits for an answer. */
export function receiveEvent(edge: Edge, { data }: Socket, args: readonly unknown[], id: number | undefined): void {
  const [event, payload] = args
  receive(edge, data, { event, payload, id, isAcknowledged: id !== undefined })
}

/** Announces effects of time. Call it several times a second. */
export function tick(edge: Edge): void {
  announce(edge, edge.chat.tick(edge.clock.elapsedMs()))
}

/** The rooms of the handshake come before any packet, so what a client buffered finds the rooms it was written for. */
function rejoin(edge: Edge, connection: Connection): void {
  const rooms = edge.admission.takeRooms(connection.socket)
  if (rooms === undefined) return
  if (Array.isArray(rooms) && rooms.length <= limits.handshakeRoomsMax) {
    for (const payload of rooms) {
      receive(edge, connection, { event: rejoinEvent, payload, id: undefined, isAcknowledged: true })
    }
    return
  }
  const message = `auth.rooms must be a list of at most ${limits.handshakeRoomsMax} payloads of ${rejoinEvent}.`
  const packet = { event: rejoinEvent, payload: undefined, id: undefined, isAcknowledged: true }
  const refusal = new ChatError("ERR_VALIDATION", { message, details: { field: "auth.rooms" } })
  refuse(edge, connection, packet, refusal)
}

function receive(edge: Edge, connection: Connection, packet: Packet): void {
  const { socket, wire, lane } = connection
  // Packets that were read together with the end of the connection come after it.
  if (!socket.connected || connection.isOver) return
  if (lane.length >= limits.requestsQueuedMax) {
    // It goes on asking without reading the answers.
    wire.cutFor("requestsQueuedMax")
    return
  }
  try {
    const admitted = admit(edge, connection, packet)
    const { event, request } = admitted
    const { overlaps = false } = edge.chat.handlerOf(event)
    const pageBytes = edge.chat.pageBytes(event, request)
    lane.add({ overlaps, pageBytes, start: (settle) => grant(edge, connection, packet, admitted, settle) })
  } catch (cause) {
    refuse(edge, connection, packet, cause)
  }
}

/** Before its turn, so that only the request waits, and nothing else of the payload. */
function admit({ clock }: Edge, { lane, limiter, session }: Connection, { event, payload }: Packet): Admitted {
  if (lane.length >= limits.requestsPendingMax) throw new ChatError("ERR_BUSY")
  limiter?.checkRequest(isClientEvent(event) ? clientEvents[event].rate : "other", clock.elapsedMs())
  // The decoder replaces a payload that it refused by an error.
  if (payload instanceof ChatError) throw payload
  if (!isClientEvent(event)) throw new ChatError("ERR_UNKNOWN_EVENT")
  return { event, request: parseRequest(event, session.claimed(payload, clientEvents[event])) }
}

function grant(
  edge: Edge,
  connection: Connection,
  packet: Packet,
  { event, request }: Admitted,
  settle: (answer: () => void) => void,
): void {
  const { socket, wire, session, limiter, pages } = connection
  const { id } = packet
  const { chat, clock, answers } = edge
  const { isRead, pageBytes } = chat.handlerOf(event)
  if (isRead && !socket.connected) {
    settle(() => {})
    return
  }
  const asked = {
    session,
    request,
    isAcknowledged: packet.isAcknowledged,
    at: clock.epochMs(),
    nowMs: clock.elapsedMs(),
    quota: limiter,
  }
  const settleRefused = (cause: unknown) => {
    pages.read(0)
    settle(refusing(edge, connection, packet, cause))
  }
  try {
    chat.handle(event, asked as never, (result) => {
      if (result instanceof ChatError) return settleRefused(result)
      edge.traffic.granted.add(event)
      if (pageBytes === undefined) {
        announce(edge, result.effects)
        const answer = id === undefined ? undefined : encodedOnce(result.answer)
        return settle(() => answers.give(wire, () => answer && id !== undefined && acknowledge(wire, id, answer)))
      }
      // Nothing else runs beside a page, so this is called at once: its effects and the answer leave in one write.
      settle(() => {
        answers.giveNow(wire, () => {
          announce(edge, result.effects)
          if (id !== undefined) acknowledge(wire, id, encodedOnce(result.answer))
        })
        pages.read(result.pageBytes ?? 0)
      })
    })
  } catch (cause) {
    settleRefused(cause)
  }
}

/** In its turn, like any other answer. */
function refuse(edge: Edge, connection: Connection, packet: Packet, cause: unknown): void {
  const answer = refusing(edge, connection, packet, cause)
  connection.lane.add({ overlaps: true, pageBytes: 0, start: (settle) => settle(answer) })
}

/** The last refusal that a socket gets disconnects it, so that it does not come straight back. */
function refusing(edge: Edge, connection: Connection, packet: Packet, cause: unknown): () => void {
  const { clock, incidents, answers } = edge
  const { socket, wire, limiter } = connection
  const error = cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause })
  const isLast = error.code === "ERR_RATE_LIMITED" && limiter?.isLastRefusal(clock.elapsedMs()) === true
  if (isLast) {
    connection.isOver = true
    incidents.report("refusalsMax", "{address} went on asking for too much, and was sent away.", {
      address: wire.address,
    })
  }
  note(incidents, connection, packet.event, error)
  return () =>
    answers.give(wire, () => {
      answerError(connection, packet, error)
      if (isLast) socket.disconnect(true)
    })
}

/** Anything outside the catalogue of errors is a bug, which one client may meet again and again. */
function note(
  incidents: Edge["incidents"],
  { session: { userId }, wire }: Connection,
  event: unknown,
  { code, cause }: ChatError,
): void {
  const info = { level: "info" } as const
  if (code === "ERR_INTERNAL")
    incidents.report(code, "A request failed unexpectedly: {cause}", { event, cause }, { level: "error" })
  else if (code === "ERR_FORBIDDEN" && userId !== undefined)
    incidents.report(code, "{userId} may not {event}, and was refused.", { userId, event, address: wire.address }, info)
  else incidents.count(code)
}

/** The last request: what was sent before the connection ended still takes effect first. */
function leave(edge: Edge, { pages, lane, session }: Connection): void {
  pages.end()
  const start = (settle: (answer: () => void) => void) => settle(() => announce(edge, edge.chat.disconnect(session)))
  lane.add({ overlaps: false, pageBytes: 0, start })
  lane.resume()
}

function answerError({ socket, wire }: Connection, { event, id }: Packet, refusal: ChatError): void {
  const error = describeError(event, refusal)
  if (id !== undefined) acknowledge(wire, id, jsonOf({ ok: false, error }))
  else socket.emit("error", error)
}

/** The error for the client. Of a bug it only learns that there is one. */
function describeError(event: unknown, error: ChatError): ErrorBody {
  const named = typeof event === "string" ? { event: event.slice(0, eventNameLengthMax) } : {}
  return { code: error.code, message: error.message, ...named, ...error.details }
}

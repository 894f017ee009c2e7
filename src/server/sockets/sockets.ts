/** The socket half of the port: the Socket.IO server, admission, and what each connection is served with. */
import { Server as SocketServer } from "socket.io"
import * as parser from "socket.io-parser"
import { leanClients } from "../engine/clients.ts"
import { socketPath } from "../engine/engine.ts"
import { JsonEncoder } from "../engine/json.ts"
import { Admission } from "../identity/admission.ts"
import { SignedIn } from "../identity/signed-in.ts"
import { PageBudget } from "../limits/page-budget.ts"
import type { Port } from "../options.ts"
import { Traffic } from "../traffic.ts"
import { Answers } from "./answers.ts"
import type { Edge } from "./connection.ts"
import { receiveEvent, serveSockets, tick } from "./requests.ts"

export function openSockets(port: Port): Edge {
  const { engine, wires, clock, identify, incidents, chat, accounts, limiter, isStopping } = port
  const io = new SocketServer({
    path: socketPath,
    serveClient: false,
    parser: { ...parser, Encoder: JsonEncoder },
    adapter: port.broadcasting.adapter,
  })
  leanClients(io, (socket, args, id) => receiveEvent(edge, socket, args, id))
  io.bind(engine as unknown as Parameters<typeof io.bind>[0])
  const edge: Edge = {
    answers: new Answers(incidents),
    io,
    chat,
    clock,
    wires,
    admission: new Admission({ io, clock, identify, incidents }),
    signedIn: accounts && new SignedIn(accounts),
    limiter,
    pages: new PageBudget({ elapsedMs: clock.elapsedMs, later: (waitMs, call) => setTimeout(call, waitMs).unref() }),
    incidents,
    traffic: new Traffic(),
    isStopping,
  }
  serveSockets(edge)
  return edge
}

/** Effects of time: ends of typing, tokens and sessions, and numbers of crowded rooms. */
export function tickSockets(edge: Edge): void {
  tick(edge)
  // Real time, whatever clock the chat has: connections live by it.
  edge.wires.tick(performance.now())
  edge.admission.expire(edge.clock.epochMs())
  edge.signedIn?.tick(edge.clock.elapsedMs())
}

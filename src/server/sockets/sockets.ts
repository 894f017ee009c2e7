/** The sockets' half of the port: the Socket.IO server, who is let in, and what each connection is served with. */
import { Server as SocketServer } from "socket.io"
import { limits } from "../../contract/limits.ts"
import { boundedParser } from "../engine/decoder.ts"
import { socketPath } from "../engine/engine.ts"
import { leanSockets } from "../engine/lean.ts"
import { Admission } from "../identity/admission.ts"
import { SignedIn } from "../identity/signed-in.ts"
import { PageBudget } from "../limits/page-budget.ts"
import type { Port } from "../options.ts"
import { Traffic } from "../traffic.ts"
import { Answers } from "./answers.ts"
import type { Edge } from "./connection.ts"
import { serveSockets, tick } from "./requests.ts"

export function openSockets(port: Port): Edge {
  const { engine, wires, clock, identify, incidents, chat, accounts, limiter, isStopping } = port
  const io = new SocketServer({
    path: socketPath,
    serveClient: false,
    parser: boundedParser,
    adapter: port.broadcasting.adapter,
    connectTimeout: limits.namespaceTimeoutMs,
  })
  io.bind(engine as unknown as Parameters<typeof io.bind>[0])
  leanSockets(io)
  const edge: Edge = {
    answers: new Answers(incidents),
    io,
    chat,
    clock,
    wires,
    admission: new Admission({ io, wires, clock, identify, incidents }),
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

/** What time alone ends or brings: typing, tokens, sessions, the numbers of crowded rooms. */
export function tickSockets(edge: Edge): void {
  tick(edge)
  // Real time, whatever clock the chat has: so long a connection lives.
  edge.wires.tick(performance.now())
  edge.admission.expire(edge.clock.epochMs())
  edge.signedIn?.tick(edge.clock.elapsedMs())
}

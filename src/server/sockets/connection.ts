/** One connection: its transport, who it is, who it is in which room, and what it still waits for. */
import type { Server, Socket } from "socket.io"
import type { Chat } from "../../chat/chat.ts"
import { Session } from "../../chat/session.ts"
import { limits } from "../../contract/limits.ts"
import type { Incidents } from "../../observe/incidents.ts"
import type { Clock } from "../clock.ts"
import { leanClient } from "../engine/lean.ts"
import type { Wire } from "../engine/wire.ts"
import type { Wires } from "../engine/wires.ts"
import { keyOf } from "../http/address.ts"
import type { Admission } from "../identity/admission.ts"
import type { SignedIn } from "../identity/signed-in.ts"
import type { Limiter, SocketLimiter } from "../limits/limiter.ts"
import type { PageBudget, PageReader } from "../limits/page-budget.ts"
import type { Traffic } from "../traffic.ts"
import type { Answers } from "./answers.ts"
import { Lane } from "./lane.ts"

/** What all connections share. */
export interface Edge {
  readonly answers: Answers
  readonly io: Server
  readonly chat: Chat
  readonly clock: Clock
  readonly wires: Wires
  readonly admission: Admission
  /** None unless people have accounts. */
  readonly signedIn: SignedIn | undefined
  /** None when there are no limits. */
  readonly limiter: Limiter | undefined
  readonly pages: PageBudget
  readonly incidents: Incidents
  readonly traffic: Traffic
  /** While the server stops, only what is on disk is announced. */
  readonly isStopping: () => boolean
}

export interface Connection {
  readonly socket: Socket
  readonly wire: Wire | undefined
  readonly limiter: SocketLimiter | undefined
  readonly session: Session
  readonly pages: PageReader
  readonly lane: Lane
  /** It has been sent away, and hears so in its turn. */
  isOver: boolean
}

export function connect({ wires, admission, signedIn, limiter, pages }: Edge, socket: Socket): Connection {
  const wire = wires.of(socket.conn)
  const identity = admission.identityOf(socket)
  const address = keyOf(wire?.address ?? "")
  const reader = pages.reader(identity === undefined ? `address ${address}` : `user ${identity.userId}`, {
    backlogBytes: () => wire?.backlogBytes ?? 0,
    resume: () => lane.resume(),
  })
  const lane = new Lane((bytes) => {
    // Nobody reads what a socket that is gone has asked for: it waits for nothing, so that its end takes its turn.
    if (!socket.connected) return true
    return (wire?.backlogBytes ?? 0) < limits.pageBacklogBytesMax && reader.begin(bytes)
  })
  wire?.onDrain(() => {
    reader.drained()
    lane.resume()
  })
  const session = new Session(socket.id, identity)
  signedIn?.add(socket, session)
  leanClient(socket)
  return {
    socket,
    wire,
    limiter: limiter?.forSocket(socket.conn, address, identity?.userId),
    session,
    pages: reader,
    lane,
    isOver: false,
  }
}

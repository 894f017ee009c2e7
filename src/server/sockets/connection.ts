/** One connection: its transport, its identity, its rooms, and what it still waits for. */
import type { Server, Socket } from "socket.io"
import type { Chat } from "../../chat/chat.ts"
import { Session } from "../../chat/session.ts"
import { limits } from "../../contract/limits.ts"
import type { Incidents } from "../../observe/incidents.ts"
import type { Clock } from "../clock.ts"
import { connectionOf } from "../engine/clients.ts"
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

export class Connection {
  readonly socket: Socket
  readonly wire: Wire
  readonly limiter: SocketLimiter | undefined
  readonly session: Session
  readonly pages: PageReader
  readonly lane = new Lane(this)
  /** It was sent away, and hears so in its turn. */
  isOver = false

  constructor({ admission, signedIn, limiter, pages }: Edge, socket: Socket) {
    this.socket = socket
    this.wire = connectionOf(socket)
    const identity = admission.identityOf(socket)
    const address = keyOf(this.wire.address)
    this.pages = pages.reader(identity === undefined ? `address ${address}` : `user ${identity.userId}`, this)
    this.session = new Session(socket.id, identity)
    this.limiter = limiter?.forSocket(this.wire, address, identity?.userId)
    this.wire.reader = this
    signedIn?.add(socket, this.session)
  }

  get backlogBytes(): number {
    return this.wire.backlogBytes
  }

  /** Whether a page of so many bytes may start now. */
  beginPage(bytes: number): boolean {
    // Nobody reads the answers of a socket that is gone: it waits for nothing, so its end gets its turn.
    if (!this.socket.connected) return true
    return this.backlogBytes < limits.pageBacklogBytesMax && this.pages.begin(bytes)
  }

  /** There may be room for the next page. */
  resume(): void {
    this.lane.resume()
  }

  /** Some of the backlog has been read. */
  drained(): void {
    this.pages.drained()
    this.lane.resume()
  }
}

/**
 * Who may enter the namespace: whoever has a valid token, or anybody where none is needed.
 * A token that expires ends its connection as a lost transport, so the client comes back
 * with a new one.
 */
import type { Server, Socket } from "socket.io"
import { ChatError, type ErrorCode } from "../../contract/errors.ts"
import type { Incidents } from "../../observe/incidents.ts"
import type { Clock } from "../clock.ts"
import { connectionOf } from "../engine/clients.ts"
import { type Identify, NothingShown, type TokenIdentity } from "./identify.ts"

const forgottenHandshake = Object.freeze({ auth: Object.freeze({}) })

interface AdmissionOptions {
  readonly io: Server
  readonly clock: Clock
  readonly incidents: Incidents
  /** None when clients say who they are. */
  readonly identify: Identify | undefined
}

export class Admission {
  readonly #options: AdmissionOptions
  /** Listens to every socket, which calls it. */
  readonly #left: (this: Socket) => void
  /** What handshakes contained, until their sockets are connected. */
  readonly #rooms = new WeakMap<Socket, unknown>()
  readonly #identities = new WeakMap<Socket, TokenIdentity>()
  /** Sockets in the namespace with a token. */
  readonly #expiring = new Set<Socket>()
  #soonestExpiryMs = Number.POSITIVE_INFINITY

  constructor(options: AdmissionOptions) {
    this.#options = options
    const leave = (socket: Socket) => this.#leave(socket)
    this.#left = function () {
      leave(this)
    }
    options.io.use((socket, next) => this.#enter(socket, next))
    options.io.on("connection", (socket) => this.#watch(socket))
  }

  /** The rooms to join that the handshake names; given once. */
  takeRooms(socket: Socket): unknown {
    const rooms = this.#rooms.get(socket)
    this.#rooms.delete(socket)
    return rooms
  }

  /** Undefined where no token is asked for. */
  identityOf(socket: Socket): TokenIdentity | undefined {
    return this.#identities.get(socket)
  }

  /** Ends connections whose tokens have expired. Call it often: it only looks when there may be one. */
  expire(epochMs: number): void {
    if (epochMs < this.#soonestExpiryMs) return
    this.#soonestExpiryMs = Number.POSITIVE_INFINITY
    for (const socket of this.#expiring) {
      const { expiresMs } = this.#identities.get(socket) ?? { expiresMs: 0 }
      if (epochMs < expiresMs) this.#soonestExpiryMs = Math.min(this.#soonestExpiryMs, expiresMs)
      else endUnauthorized(socket, "The token has expired.")
    }
  }

  #watch(socket: Socket): void {
    const identity = this.#identities.get(socket)
    if (identity === undefined) return
    this.#expiring.add(socket)
    this.#soonestExpiryMs = Math.min(this.#soonestExpiryMs, identity.expiresMs)
  }

  /** Calls back with the error for the client, if it is not let in. Synchronous where no token is needed. */
  #enter(socket: Socket, next: (refusal?: Error) => void): void {
    const wire = connectionOf(socket)
    // Entering twice would make two sockets of one connection, each with limits of its own.
    if (wire.isInside) {
      wire.cut()
      next(closed())
      return
    }
    wire.isInside = true
    socket.on("disconnect", this.#left)
    const { rooms } = socket.handshake.auth
    if (rooms !== undefined && rooms !== null) this.#rooms.set(socket, rooms)
    const looked = (refusal?: Error) => {
      if (refusal !== undefined) wire.isInside = false
      // Socket.IO would keep it for as long as the connection lasts, with anything that a client put in.
      Object.assign(socket, { handshake: forgottenHandshake })
      next(refusal)
    }
    if (this.#options.identify === undefined) looked()
    else this.#identify(socket, this.#options.identify).then(() => looked(), looked)
  }

  /** Rejects with the error for the client. */
  async #identify(socket: Socket, identify: Identify): Promise<void> {
    const { incidents } = this.#options
    try {
      const words = connectionOf(socket).takeWords()
      const header = (name: string) => words?.[name] ?? null
      this.#identities.set(socket, await identify({ token: socket.handshake.auth["token"], header }))
    } catch (cause) {
      if (cause instanceof ChatError && cause.code === "ERR_UNAUTHORIZED") {
        const told = { address: socket.handshake.address, reason: cause.message }
        if (!(cause instanceof NothingShown))
          incidents.report("token", "A token from {address} was refused: {reason}", told)
        throw connectError(cause)
      }
      incidents.report("keys", "Tokens cannot be checked, since the keys cannot be had: {cause}", {
        cause: causeOf(cause),
      })
      // The token may be right: the client loses its transport, and tries again by itself.
      connectionOf(socket).cut()
      throw closed()
    }
  }

  #leave(socket: Socket): void {
    this.#expiring.delete(socket)
    connectionOf(socket).left()
  }
}

/** Nobody hears it. */
function closed(): Error {
  return new Error("The connection was closed.")
}

/** A failed database is reported elsewhere. */
function causeOf(cause: unknown): unknown {
  return cause instanceof ChatError ? (cause.cause ?? cause) : cause
}

/** What `connect_error` carries. */
function connectError({ code, message }: ChatError): Error {
  return Object.assign(new Error(message), { data: { code, message } })
}

/** As a lost transport: the client comes back, with another token if it has one. */
export function endUnauthorized(socket: Socket, message: string): void {
  socket.emit("error", { code: "ERR_UNAUTHORIZED" satisfies ErrorCode, message })
  socket.conn.close()
}

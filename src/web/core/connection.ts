/**
 * The one connection: its true state, and requests with their answers.
 *
 * Nothing is ever left in socket.io-client's own buffer, since it would be sent before the
 * rooms are joined again, and refused. Here a request without a connection is lost at once,
 * and its caller decides. A request that is not answered in time ends the connection: it
 * only looks open.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"
import type { ErrorCode } from "../../contract/errors.ts"
import { type HandshakeRefusal, refusalIn } from "./handshake.ts"
import type { ChatSocket, ClientEvent, Lost, Payload, Reply } from "./wire.ts"

export type ConnectionState =
  /** Not asked for yet. */
  | { readonly kind: "idle" }
  /** For the first time, with a new token, or again after it was lost just now. */
  | { readonly kind: "connecting" }
  | { readonly kind: "online" }
  /** This browser has no network. It retries by itself, as with `down`. */
  | { readonly kind: "offline" }
  /** The server cannot be reached, or accepts nobody now; `isFull`: too many come from this network. */
  | { readonly kind: "down"; readonly isFull: boolean }
  /** The server wants a token, or another one. */
  | { readonly kind: "unauthorized" }
  /**
   * The server ended or refused it for good: it retries only when a person asks for it. `told` is the server's sentence
   * for its operator, if a setting keeps this page out.
   */
  | { readonly kind: "refused"; readonly told: string | undefined }

const answerTimeoutMs = 10_000

const lost: Lost = { code: "LOST" }

export class Connection {
  readonly #socket: ChatSocket
  readonly #found = signal<ConnectionState>({ kind: "idle" })
  readonly #state: ReadonlySignal<ConnectionState>
  #timeouts = 0

  /** `hasNetwork` is what the browser says; only "no" is certain. */
  constructor(socket: ChatSocket, hasNetwork: ReadonlySignal<boolean>) {
    this.#socket = socket
    this.#state = computed(() => {
      const found = this.#found.value
      return found.kind === "down" && !hasNetwork.value ? { kind: "offline" } : found
    })
    socket.on("connect", () => this.#become({ kind: "online" }))
    socket.on("disconnect", (reason, details) => this.#disconnected(reason, details))
    socket.on("connect_error", (error) => this.#failed(error))
  }

  get state(): ReadonlySignal<ConnectionState> {
    return this.#state
  }

  get isOnline(): boolean {
    return this.#state.value.kind === "online"
  }

  /** Always resolves: to the answer, the server's refusal, or LOST. */
  async request<E extends ClientEvent>(
    event: E,
    payload: Payload<E>,
    timeoutMs: number = answerTimeoutMs,
  ): Promise<Reply<E>> {
    if (!this.#socket.connected) return { ok: false, error: lost }
    const engine = this.#socket.io.engine
    try {
      return await ask(this.#socket, event, payload, timeoutMs)
    } catch {
      // Still the same connection: it is silent, not lost.
      if (this.#socket.connected && this.#socket.io.engine === engine) engine.close()
      return { ok: false, error: lost }
    }
  }

  /** Connects now instead of at the next attempt; also after a refusal. */
  retry(): void {
    if (this.#socket.connected || this.#state.value.kind === "connecting") return
    this.#begin()
  }

  /** The network or the person is back: tries now, unless the server refused. */
  wake(): void {
    const { kind } = this.#state.value
    if (kind === "offline" || kind === "down") this.retry()
  }

  /** Ends the connection, if any, and begins another as somebody else. */
  restart(): void {
    if (this.#state.value.kind !== "idle") this.#begin()
  }

  close(): void {
    this.#socket.disconnect()
  }

  #begin(): void {
    this.#become({ kind: "connecting" })
    // Disconnecting cancels the next attempt.
    this.#socket.disconnect().connect()
  }

  #become(state: ConnectionState): void {
    this.#timeouts = 0
    this.#found.value = state
  }

  #disconnected(reason: string, details: unknown): void {
    if (reason === "io client disconnect") return
    const refusal = refusalIn(details)
    if (refusal !== undefined) this.#refused(refusal)
    else if (reason === "io server disconnect") this.#become({ kind: "refused", told: undefined })
    else this.#become({ kind: "connecting" })
  }

  #failed(error: Error & { data?: { code?: ErrorCode } }): void {
    const refusal = refusalIn(error)
    if (refusal !== undefined) this.#refused(refusal)
    else if (!this.#socket.active) this.#denied(error)
    else if (!this.#isToleratedTimeout(error)) this.#become({ kind: "down", isFull: false })
  }

  /** Refused by the chat itself, which ends the attempts. */
  #denied({ data }: Error & { data?: { code?: ErrorCode } }): void {
    this.#become(data?.code === "ERR_UNAUTHORIZED" ? { kind: "unauthorized" } : { kind: "refused", told: undefined })
  }

  /** Failed before the chat was reached. */
  #refused({ status, told }: HandshakeRefusal): void {
    const isFinal = status === 403
    if (isFinal) this.#socket.disconnect()
    this.#become(isFinal ? { kind: "refused", told } : { kind: "down", isFull: status === 429 })
  }

  /** One slow attempt proves nothing: the next one uses another transport. */
  #isToleratedTimeout({ message }: Error): boolean {
    return message === "timeout" && this.#found.value.kind === "connecting" && ++this.#timeouts < 2
  }
}

/** The typed emitter cannot follow an event name that is a type parameter. */
function ask<E extends ClientEvent>(
  socket: ChatSocket,
  event: E,
  payload: Payload<E>,
  timeoutMs: number,
): Promise<Reply<E>> {
  const emitter = socket.timeout(timeoutMs) as unknown as {
    emitWithAck(event: E, payload: Payload<E>): Promise<Reply<E>>
  }
  return emitter.emitWithAck(event, payload)
}

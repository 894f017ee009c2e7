/**
 * A Socket.IO 4 client on one websocket, in raw packets: just enough of Engine.IO 4 and
 * Socket.IO 5 for a conversation, and cheap enough not to distort measurements.
 *
 * Events arrive as bytes; whoever needs the payload parses it. Binary data, namespaces and
 * polling are not supported.
 */
import type { ClientEvent } from "../contract/events.ts"
import { Wire } from "./wire.ts"

export interface ClientHandler {
  /** An event's packet as a range of bytes, from its `[`. Valid during the call. */
  event(bytes: Buffer, start: number, end: number): void
  /** Called once, when a connection that was open is gone. */
  closed(reason: string): void
}

/** An acknowledgement's packet, from its `[`. Valid during the call. */
type OnAck = (bytes: Buffer, start: number, end: number) => void

export interface ConnectOptions {
  /** The handshake's `auth`. */
  readonly auth?: Readonly<Record<string, unknown>>
  readonly timeoutMs?: number
}

/** The connection is lost, so there is no answer. The message says why. */
export class Disconnected extends Error {
  override readonly name = "Disconnected"
}

const [digit0, digit2, digit3, digit4, bracket] = [0x30, 0x32, 0x33, 0x34, 0x5b]
const connectTimeoutMs = 30_000
const answerTimeoutMs = 30_000

export class Client {
  readonly #handler: ClientHandler
  readonly #acks = new Map<number, OnAck>()
  /** Pending answers that are awaited as promises. */
  readonly #rejects = new Map<number, (reason: Error) => void>()
  /** The transport's open packet came. */
  readonly #greeted = Promise.withResolvers<void>()
  readonly #connected = Promise.withResolvers<void>()
  readonly #wire = new Wire({
    text: (bytes, start, end) => this.#packet(bytes, start, end),
    closed: (reason) => this.#closed(reason),
  })
  #isConnected = false
  /** Once it has ended. */
  #end: Disconnected | undefined
  #requests = 0

  constructor(handler: ClientHandler) {
    this.#handler = handler
  }

  /** Opens and enters. Rejects when the server refuses or does not answer in time. */
  static async connect(url: string, handler: ClientHandler, options: ConnectOptions = {}): Promise<Client> {
    const { auth, timeoutMs = connectTimeoutMs } = options
    const client = new Client(handler)
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(new Error("The server did not answer in time.")), timeoutMs)
    try {
      await Promise.race([client.open(url).then(() => client.enter(auth)), late.promise])
      return client
    } catch (error) {
      client.terminate()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** The transport alone. `url` is the server's, as `http://host:port`. */
  async open(url: string): Promise<void> {
    // A failure may come before its promise is awaited.
    this.#greeted.promise.catch(() => {})
    this.#connected.promise.catch(() => {})
    await this.#wire.open(socketUrl(url))
    await this.#greeted.promise
  }

  /** The namespace, once the transport is open. */
  async enter(auth?: ConnectOptions["auth"]): Promise<void> {
    this.#wire.send(auth === undefined ? "40" : `40${JSON.stringify(auth)}`)
    await this.#connected.promise
    // The granting packet may be read together with the end.
    if (this.#end !== undefined) throw this.#end
    this.#isConnected = true
  }

  /** Requests that are not answered yet. */
  get unanswered(): number {
    return this.#acks.size
  }

  emit(event: ClientEvent, payload: unknown): void {
    this.#wire.send(`42${JSON.stringify([event, payload])}`)
  }

  /** Returns the number of the request. An answer that is lost with the connection is never told. */
  send(event: ClientEvent, payload: unknown, onAck: OnAck): number {
    const id = this.#requests++
    this.#acks.set(id, onAck)
    this.#wire.send(`42${id}${JSON.stringify([event, payload])}`)
    return id
  }

  /** Resolves to the acknowledgement's first argument, whatever it says; rejects when the connection or the patience is lost first. */
  request<Answer>(event: ClientEvent, payload: unknown, timeoutMs = answerTimeoutMs): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end)
      const id = this.send(event, payload, (bytes, start, end) => {
        // First: invalid JSON throws and ends the connection, and with it this request.
        const answer = firstOf<Answer>(bytes, start, end)
        settled()
        resolve(answer)
      })
      const settled = () => {
        clearTimeout(timer)
        this.#rejects.delete(id)
      }
      const fail = (reason: Error) => {
        settled()
        reject(reason)
      }
      const timer = setTimeout(() => fail(new Error(`The server did not answer ${event} in time.`)), timeoutMs)
      this.#rejects.set(id, fail)
    })
  }

  close(): void {
    this.#wire.close()
  }

  terminate(): void {
    this.#wire.terminate()
  }

  #packet(bytes: Buffer, start: number, end: number): void {
    try {
      this.#read(bytes, start, end)
    } catch (cause) {
      throw new Error("The server sent what is no part of this API.", { cause })
    }
  }

  #read(bytes: Buffer, start: number, end: number): void {
    const type = bytes[start]
    if (type === digit4) this.#message(bytes, start + 1, end)
    else if (type === digit2) this.#wire.send("3")
    else if (type === digit0) this.#greeted.resolve()
  }

  #message(bytes: Buffer, start: number, end: number): void {
    const type = bytes[start]
    if (type === digit2) this.#handler.event(bytes, start + 1, end)
    else if (type === digit3) this.#ack(bytes, start + 1, end)
    else if (type === digit0) this.#connected.resolve()
    else if (type === digit4) this.#fail(new Error(`The server refused: ${bytes.toString("utf8", start + 1, end)}`))
  }

  #ack(bytes: Buffer, start: number, end: number): void {
    let id = 0
    let at = start
    for (; at < end && bytes[at] !== bracket; at++) id = id * 10 + (bytes[at] as number) - digit0
    const onAck = this.#acks.get(id)
    this.#acks.delete(id)
    onAck?.(bytes, at, end)
  }

  #fail(reason: Error): void {
    this.#greeted.reject(reason)
    this.#connected.reject(reason)
  }

  #closed(reason: string): void {
    const end = new Disconnected(reason)
    this.#end = end
    this.#fail(end)
    for (const reject of this.#rejects.values()) reject(end)
    this.#rejects.clear()
    if (this.#isConnected) this.#handler.closed(reason)
  }
}

/** The first argument of an event or an acknowledgement. */
function firstOf<T>(bytes: Buffer, start: number, end: number): T {
  return (JSON.parse(bytes.toString("utf8", start, end)) as [T])[0]
}

function socketUrl(url: string): URL {
  const socket = new URL("/socket.io/?EIO=4&transport=websocket", url)
  socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:"
  return socket
}

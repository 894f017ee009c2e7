import { io, type Socket } from "socket.io-client"
import type { ClientEvent, ClientToServerEvents, ServerEvent, ServerToClientEvents } from "../../src/contract/events.ts"
import { mistakeInAnswer, mistakeInEvent } from "./documented.ts"

export type Transports = readonly ("websocket" | "polling")[]

/** Every way a stock client connects: the last one begins polling and is upgraded. */
export const everyTransport: readonly Transports[] = [["websocket"], ["polling"], ["polling", "websocket"]]

export interface Heard {
  readonly event: ServerEvent
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the fields it expects
  readonly args: readonly any[]
}

export type ClientAnswer<E extends ClientEvent> = Parameters<NonNullable<Parameters<ClientToServerEvents[E]>[1]>>[0]
export type Message = Parameters<ServerToClientEvents["message_received"]>[0]
export type Room = Parameters<ServerToClientEvents["room_created"]>[0]

/** The official client, and everything it has heard. Whatever is not as the documents say fails the test at its end. */
export class TestClient implements AsyncDisposable {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>
  readonly heard: Heard[] = []
  readonly #waiting = new Set<() => void>()
  readonly #undocumented = new Set<string>()

  constructor(url: string, transports: Transports, options: object = {}) {
    this.socket = io(url, { transports: [...transports], forceNew: true, reconnectionDelay: 20, ...options })
    this.socket.onAny((event, ...args) => {
      this.heard.push({ event, args })
      this.#note(mistakeInEvent(event, args))
      for (const check of [...this.#waiting]) check()
    })
  }

  /** Sends the request and waits for its answer. */
  async ask<E extends ClientEvent>(event: E, payload: unknown): Promise<ClientAnswer<E>> {
    // biome-ignore lint/suspicious/noExplicitAny: a test may send what no client should
    const answer = await (this.socket as any).emitWithAck(event, payload)
    this.#note(mistakeInAnswer(event, answer))
    return answer
  }

  /** The first argument of each event of that name. */
  payloads(event: ServerEvent) {
    return this.heard.filter((heard) => heard.event === event).map(({ args }) => args[0])
  }

  /** Resolves once the condition holds; it is asked again after each event. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }

  /** The messages heard live, once there are that many. */
  async messages(count: number): Promise<Message[]> {
    await this.until(() => this.payloads("message_received").length >= count)
    return this.payloads("message_received")
  }

  async [Symbol.asyncDispose]() {
    this.socket.disconnect()
    if (this.#undocumented.size > 0) throw new Error([...this.#undocumented].join("\n"))
  }

  #note(mistake: string | undefined): void {
    if (mistake !== undefined) this.#undocumented.add(mistake)
  }
}

export async function connect(url: string, transports: Transports = ["websocket"], options = {}): Promise<TestClient> {
  const client = new TestClient(url, transports, options)
  await new Promise<void>((resolve, reject) => {
    client.socket.once("connect", () => resolve())
    client.socket.once("connect_error", reject)
  })
  return client
}

/** Connected and in the room. */
export async function joined(
  url: string,
  room: Pick<Room, "id">,
  userId: string,
  transports?: Transports,
  options = {},
): Promise<TestClient> {
  const client = await connect(url, transports, options)
  const answer = await client.ask("join_room", { roomId: room.id, userId, username: `User ${userId}` })
  if (!answer.ok) throw new Error(answer.error.message)
  return client
}

export async function createRoom(url: string, options = {}): Promise<Room> {
  await using client = await connect(url, ["websocket"], options)
  const answer = await client.ask("create_room", { name: "General", userId: "founder" })
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.room
}

/**
 * The audience of a broadcast, a room's or a namespace's, as a native Bun topic.
 *
 * Each member is either subscribed to the topic or in `apart`, never both:
 * whoever publishes here also writes to those apart, one by one.
 */
import type { SocketId } from "socket.io-adapter"

export type BunWebSocket = Bun.ServerWebSocket<unknown>

/** What is needed of the Bun server that holds the websockets. */
export type Publisher = Pick<Bun.Server<unknown>, "publish">

/** A live view, of a room's set or a namespace's map. */
export interface Members {
  has(id: SocketId): boolean
  keys(): Iterable<SocketId>
}

let channelsMade = 0

export class Channel {
  readonly members: Members
  readonly apart = new Set<SocketId>()
  // A number, not a name: no two namespaces, servers or odd room names can share it.
  readonly #topic = `socket.io#${++channelsMade}`

  constructor(members: Members) {
    this.members = members
  }

  /** Subscribes a member, or sets it apart if it has no websocket to subscribe. */
  place(id: SocketId, ws: BunWebSocket | undefined): void {
    if (ws === undefined) {
      this.apart.add(id)
    } else {
      this.apart.delete(id)
      ws.subscribe(this.#topic)
    }
  }

  remove(id: SocketId, ws: BunWebSocket | undefined): void {
    this.apart.delete(id)
    ws?.unsubscribe(this.#topic)
  }

  /** Sends a frame to all subscribers but those left out, who must be subscribed. */
  publish(publisher: Publisher, frame: string, leftOut: readonly BunWebSocket[]): void {
    const [sender] = leftOut
    // `false`, as publish would otherwise compress for each websocket that negotiated it.
    if (sender === undefined) publisher.publish(this.#topic, frame, false)
    else if (leftOut.length === 1) sender.publish(this.#topic, frame, false)
    else {
      for (const ws of leftOut) ws.unsubscribe(this.#topic)
      publisher.publish(this.#topic, frame, false)
      for (const ws of leftOut) ws.subscribe(this.#topic)
    }
  }
}

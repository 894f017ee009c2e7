/**
 * A Socket.IO adapter whose rooms are native Bun topics: one encode and one publish per
 * broadcast, however many members there are. Members on polling, in the middle of an
 * upgrade, not accepted yet or with outgoing listeners are kept apart and written to one by
 * one, as the stock adapter does, which is always correct. A socket is subscribed only once
 * nothing for it can wait elsewhere, so published and written packets keep their order.
 */
import type { Namespace, Server, Socket } from "socket.io"
import { Adapter, type BroadcastOptions, type Room, type SocketId } from "socket.io-adapter"
import type { Packet } from "socket.io-parser"
import { type BunWebSocket, Channel, type Members, type Publisher } from "./channel.ts"
import * as internals from "./internals.ts"

/** A volatile packet skips a socket with more than this unread: about a hundred typing events. */
export const volatileBacklogBytesMax = 16 * 1024

/** A way to broadcast, passed to a server, which knows none by name. */
export interface Broadcasting {
  /** For the `adapter` option of a Socket.IO server. */
  readonly adapter: typeof Adapter
  /**
   * Names the one Bun server that holds the websockets of `io`, once both exist.
   * Without it every broadcast is written to one socket at a time.
   */
  readonly publishThrough: (io: Server, publisher: Publisher) => void
  /** Releases what it holds. Call it after `io.close()`. */
  readonly close: () => void
}

/** Broadcasts within this process. */
export function bunPublish(): Broadcasting {
  return { adapter: BunPublishAdapter, publishThrough, close: () => {} }
}

const nobody: ReadonlySet<SocketId> = new Set()

const publishers = new WeakMap<object, Publisher>()

function publishThrough(io: Server, publisher: Publisher): void {
  publishers.set(io, publisher)
}

class BunPublishAdapter extends Adapter {
  declare readonly nsp: Namespace
  /** From the first broadcast to all on: until then nobody is subscribed to it. */
  #everyone: Channel | undefined
  readonly #channels = new Map<Room, Channel>()
  readonly #subscribers = new Map<SocketId, BunWebSocket>()
  readonly #websockets = new Set<BunWebSocket>()
  readonly #awaited = new WeakSet<object>()
  readonly #watched = internals.beforeOutgoingListener(({ id }) => this.#setApart(id))

  constructor(nsp: Namespace) {
    super(nsp)
    this.on("join-room", (room: Room, id: SocketId) => this.#enter(room, id))
    this.on("leave-room", (room: Room, id: SocketId) => this.#leave(room, id))
    this.on("delete-room", (room: Room) => this.#channels.delete(room))
  }

  override addAll(id: SocketId, rooms: Set<Room>): void {
    if (!this.#subscribers.has(id)) this.#everyone?.place(id, undefined)
    super.addAll(id, rooms)
    this.#settle(id)
  }

  override delAll(id: SocketId): void {
    super.delAll(id)
    this.#everyone?.remove(id, this.#subscribers.get(id))
    this.#forget(id)
  }

  override broadcast(packet: Packet, opts: BroadcastOptions): void {
    packet.nsp = this.nsp.name
    const encoded: readonly unknown[] = this.nsp.server.encoder.encode(packet)
    const publisher = publishers.get(this.nsp.server)
    const channel = this.#channelOf(opts.rooms)
    const [text] = encoded
    if (publisher === undefined || typeof text !== "string" || encoded.length > 1) {
      this.#writeToEach(packet, encoded, opts)
      return
    }
    if (channel === undefined) {
      if (!this.#wroteToOne(text, opts)) this.#writeToEach(packet, encoded, opts)
      return
    }

    const skipped = this.#skipped(channel, opts)
    channel.publish(publisher, internals.frameOf(text), this.#subscribed(channel, skipped))
    for (const id of channel.apart) {
      const socket = skipped.has(id) ? undefined : this.nsp.sockets.get(id)
      if (socket !== undefined) writeTo(socket, packet, encoded, opts)
    }
  }

  #writeToEach(packet: Packet, encoded: readonly unknown[], opts: BroadcastOptions): void {
    internals.forEachTarget(this, opts, (socket) => writeTo(socket, packet, encoded, opts))
  }

  /** None for several rooms, whose members may overlap, and for a room of one member, which needs no topic. */
  #channelOf(rooms: ReadonlySet<Room>): Channel | undefined {
    if (rooms.size === 0) {
      this.#everyone ??= this.#opened(this.sids)
      return this.#everyone
    }
    const [room, second] = rooms
    return room === undefined || second !== undefined ? undefined : this.#channels.get(room)
  }

  /** Sends to a room of one member. Returns whether it was one. */
  #wroteToOne(text: string, { rooms, except, flags }: BroadcastOptions): boolean {
    if (rooms.size > 1 || except?.size || flags?.volatile) return false
    const [room = ""] = rooms
    const members = this.rooms.get(room)
    if (members?.size !== 1) return false
    const [id = ""] = members
    const socket = this.#subscribers.has(id) ? this.nsp.sockets.get(id) : undefined
    if (socket === undefined) return false
    internals.writeText(socket, text)
    return true
  }

  #skipped(channel: Channel, opts: BroadcastOptions): ReadonlySet<SocketId> {
    if (!opts.except?.size && !opts.flags?.volatile) return nobody
    const skipped = internals.exceptedBy(this, opts)
    if (!opts.flags?.volatile) return skipped
    for (const id of channel.members.keys()) {
      const backlogBytes = this.#subscribers.get(id)?.getBufferedAmount() ?? 0
      if (backlogBytes > volatileBacklogBytesMax) skipped.add(id)
    }
    return skipped
  }

  #subscribed(channel: Channel, ids: ReadonlySet<SocketId>): readonly BunWebSocket[] {
    const websockets = []
    for (const id of ids) {
      const ws = channel.members.has(id) ? this.#subscribers.get(id) : undefined
      if (ws !== undefined) websockets.push(ws)
    }
    return websockets
  }

  #enter(room: Room, id: SocketId): void {
    const channel = this.#channels.get(room)
    const members = this.rooms.get(room)
    if (channel !== undefined) channel.place(id, this.#subscribers.get(id))
    else if (members !== undefined && members.size > 1) this.#channels.set(room, this.#opened(members))
  }

  #opened(members: Members): Channel {
    const channel = new Channel(members)
    for (const id of members.keys()) channel.place(id, this.#subscribers.get(id))
    return channel
  }

  #leave(room: Room, id: SocketId): void {
    this.#channels.get(room)?.remove(id, this.#subscribers.get(id))
  }

  /** Subscribes a socket as soon as its state allows; until then it stays apart. */
  #settle(id: SocketId): void {
    const socket = this.nsp.sockets.get(id)
    if (socket === undefined || this.#subscribers.has(id)) return
    const ws = internals.websocketOf(socket)
    if (ws === undefined) this.#awaitUpgrade(socket)
    // A connection may hold two sockets of one namespace: only one of them can own its subscriptions.
    else if (!this.#websockets.has(ws) && socket.listenersAnyOutgoing().length === 0) this.#subscribe(socket, ws)
  }

  #awaitUpgrade(socket: Socket): void {
    if (this.#awaited.has(socket.conn)) return
    this.#awaited.add(socket.conn)
    internals.onceUpgraded(socket, () => {
      for (const { id } of internals.connectionMates(socket)) this.#settle(id)
    })
  }

  #subscribe(socket: Socket, ws: BunWebSocket): void {
    Object.assign(socket, this.#watched)
    this.#subscribers.set(socket.id, ws)
    this.#websockets.add(ws)
    for (const channel of this.#channelsWith(socket.id)) channel.place(socket.id, ws)
  }

  #setApart(id: SocketId): void {
    const ws = this.#subscribers.get(id)
    if (ws === undefined) return
    this.#forget(id)
    for (const channel of this.#channelsWith(id)) {
      channel.remove(id, ws)
      channel.place(id, undefined)
    }
  }

  #forget(id: SocketId): void {
    const ws = this.#subscribers.get(id)
    if (ws === undefined) return
    this.#subscribers.delete(id)
    this.#websockets.delete(ws)
  }

  *#channelsWith(id: SocketId): Iterable<Channel> {
    if (this.#everyone !== undefined) yield this.#everyone
    for (const room of this.sids.get(id) ?? []) {
      const channel = this.#channels.get(room)
      if (channel !== undefined) yield channel
    }
  }
}

function writeTo(socket: Socket, packet: Packet, encoded: readonly unknown[], { flags }: BroadcastOptions): void {
  if (flags?.volatile && internals.backlogBytes(socket) > volatileBacklogBytesMax) return
  internals.write(socket, packet, encoded, flags)
}

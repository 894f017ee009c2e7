/**
 * All that the adapters touch of socket.io and its engine beyond their types.
 *
 * It reads, calls and listens, and wraps two methods of a socket; it patches
 * nothing that others share. Each release may rename any of it: `checkedVersions`
 * names those it was read against, and a test fails when one, or a shape, differs.
 */
import { Socket } from "socket.io"
import type { Adapter, BroadcastFlags, BroadcastOptions, Room, SocketId } from "socket.io-adapter"
import type { Packet } from "socket.io-parser"
import type { BunWebSocket } from "./channel.ts"

export const checkedVersions = {
  "@socket.io/bun-engine": "0.1.2",
  "socket.io": "4.8.4",
  "socket.io-adapter": "2.5.8",
  "socket.io-parser": "4.2.7",
} as const

/** What the stock adapter's types call private. */
interface AdapterInternals {
  apply(opts: BroadcastOptions, callback: (socket: Socket) => void): void
  computeExceptSids(except: ReadonlySet<Room> | undefined): Set<SocketId>
}

/** What is behind `socket.client`. */
interface ClientInternals {
  readonly sockets: ReadonlyMap<SocketId, Socket>
  writeToEngine(encoded: readonly unknown[], options: object): void
}

/** What the types of `Socket` call private. */
interface SocketInternals {
  notifyOutgoingListeners(packet: Packet): void
}

/** What is behind `socket.conn`: the types say engine.io's socket, it is bun-engine's. */
interface EngineSocket {
  readonly transport: { readonly name: string; readonly socket?: BunWebSocket }
  readonly writeBuffer: readonly unknown[]
  write(data: string): unknown
  once(event: "upgrade", listener: () => void): unknown
}

/** Calls back for each accepted socket that the options select, once. */
export function forEachTarget(adapter: Adapter, opts: BroadcastOptions, callback: (socket: Socket) => void): void {
  adapterOf(adapter).apply(opts, callback)
}

/** The members of the excepted rooms; a set of the caller's own. */
export function exceptedBy(adapter: Adapter, opts: BroadcastOptions): Set<SocketId> {
  return adapterOf(adapter).computeExceptSids(opts.except)
}

/** The open websocket that carries everything for this socket from now on; none while polling, upgrading or flushing. */
export function websocketOf(socket: Socket): BunWebSocket | undefined {
  const { transport, writeBuffer } = engineOf(socket)
  if (transport.name !== "websocket" || writeBuffer.length > 0) return undefined
  return transport.socket?.readyState === WebSocket.OPEN ? transport.socket : undefined
}

/** Bytes that the peer has not taken from us yet; 0 for a socket on polling. */
export function backlogBytes(socket: Socket): number {
  return engineOf(socket).transport.socket?.getBufferedAmount() ?? 0
}

/** Calls back once the websocket is the transport and has flushed what polling left behind. */
export function onceUpgraded(socket: Socket, callback: () => void): void {
  // The engine flushes right after this event, in the same call.
  engineOf(socket).once("upgrade", () => queueMicrotask(callback))
}

/** The sockets, of every namespace, that share this one's connection. */
export function connectionMates(socket: Socket): Iterable<Socket> {
  return clientOf(socket).sockets.values()
}

/** What a socket is to be given to call back before a listener for outgoing packets is added to it: the same for all. */
export function beforeOutgoingListener(
  callback: (socket: Socket) => void,
): Pick<Socket, "onAnyOutgoing" | "prependAnyOutgoing"> {
  const { onAnyOutgoing, prependAnyOutgoing } = Socket.prototype
  const calling = (method: typeof onAnyOutgoing): typeof onAnyOutgoing =>
    function (this: Socket, listener) {
      callback(this)
      return method.call(this, listener)
    }
  return { onAnyOutgoing: calling(onAnyOutgoing), prependAnyOutgoing: calling(prependAnyOutgoing) }
}

/** What the stock adapter does for each socket of a broadcast. */
export function write(socket: Socket, packet: Packet, encoded: readonly unknown[], flags: BroadcastFlags = {}): void {
  const { volatile, compress } = flags
  socketOf(socket).notifyOutgoingListeners(packet)
  clientOf(socket).writeToEngine(encoded, { preEncoded: true, volatile, compress })
}

/** The same for a socket without outgoing listeners. */
export function writeText(socket: Socket, text: string): void {
  engineOf(socket).write(text)
}

/** "4" is how Engine.IO marks a message. */
export const frameOf = (text: string) => `4${text}`

const adapterOf = (adapter: Adapter) => adapter as unknown as AdapterInternals
const clientOf = (socket: Socket) => socket.client as unknown as ClientInternals
const socketOf = (socket: Socket) => socket as unknown as SocketInternals
const engineOf = (socket: Socket) => socket.conn as unknown as EngineSocket

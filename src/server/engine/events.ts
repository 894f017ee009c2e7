/**
 * The events of a socket, as soon as they are decoded. Socket.IO hands each on a turn later, and through lists of
 * functions that nobody else is in: with its acknowledgement that is more than the chat's own work on a message.
 */
import type { Socket } from "socket.io"
import { type Packet, PacketType } from "socket.io-parser"
import type { Json } from "../../contract/json.ts"

/** `args` are the event's name and what came with it. `ack` is none where nobody waits for an answer. */
type OnEvent = (args: readonly unknown[], ack: ((answer: Json) => void) | undefined) => void

/** What the types of a client call private. */
interface ClientInternals {
  readonly decoder: {
    off(event: "decoded"): void
    on(event: "decoded", listener: (packet: Packet) => void): void
  }
  readonly ondecoded: (packet: Packet) => void
}

export function onEvents(socket: Socket, onEvent: OnEvent): void {
  const { conn, nsp } = socket
  const { decoder, ondecoded } = socket.client as unknown as ClientInternals
  let isLeaving = false
  decoder.off("decoded")
  decoder.on("decoded", (packet) => {
    const { type, data, id } = packet
    if (type === PacketType.DISCONNECT) isLeaving = true
    if (type !== PacketType.EVENT || packet.nsp !== nsp.name || isLeaving) ondecoded(packet)
    else onEvent(data, id === undefined ? undefined : ({ text }) => conn.write(`${PacketType.ACK}${id}[${text}]`))
  })
}

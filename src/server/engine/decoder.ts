/**
 * The Socket.IO parser, with bounds on requests: one that is too large or binary reaches
 * its handler as an error instead of a payload, so it is answered in its turn and does not
 * cost the connection. Nothing of it is parsed or kept.
 */
import * as parser from "socket.io-parser"
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"

/** Socket.IO's own bound on the attachments of one packet. */
const attachmentsMax = 10

/** Packet type, attachments, namespace, id of the acknowledgement, and the event: `2/admin,7["an_event"`. */
const header =
  /^[25](?:(?<attachments>\d{1,3})-)?(?:(?<nsp>\/[^,]{0,100}),)?(?<id>\d{0,15})\["(?<event>(?:[^"\\]|\\.){0,64})/

/** Receives what a decoder has decoded. */
interface Owner {
  ondecoded(packet: parser.Packet): void
}

/** One list of listeners for all decoders, called with the decoder as `this`: it passes packets to the owner. */
const told = Object.freeze({
  $decoded: Object.freeze([
    function (this: BoundedDecoder, packet: parser.Packet) {
      this.owner.ondecoded(packet)
    },
  ]),
})

export class BoundedDecoder extends parser.Decoder {
  /** Of its emitter, whose types call it private. */
  protected readonly _callbacks: object = told
  readonly owner: Owner
  /** Binary frames of a refused packet that are still to come. */
  #attachmentsDue = 0
  /** How often this connection asked to enter a namespace. */
  #attempts = 0

  constructor(owner: Owner) {
    super()
    this.owner = owner
  }

  /** Throws on what is not Socket.IO at all; the connection is then closed. */
  override add(data: unknown): void {
    if (typeof data !== "string") {
      this.#addBinary(data)
      return
    }
    this.#attachmentsDue = 0
    // Each costs a socket before anything is known about it; a client with a reason to try again can connect again.
    if (data.startsWith("0") && ++this.#attempts > limits.namespaceAttemptsMax) throw new Error("too many attempts")
    // Its credentials are parsed before it is known whether it may enter.
    if (data.startsWith("0") && isTooLarge(data)) throw new Error("too large an entry")
    const refusal = refusalOf(data)
    if (refusal === undefined) super.add(data)
    else this.#refuse(data, refusal)
  }

  #addBinary(data: unknown): void {
    if (this.#attachmentsDue === 0) super.add(data)
    else this.#attachmentsDue--
  }

  #refuse(packet: string, error: ChatError): void {
    const { attachments = "0", nsp = "/", id = "", event } = header.exec(packet)?.groups ?? {}
    this.#attachmentsDue = Number(attachments)
    if (event === undefined || this.#attachmentsDue > attachmentsMax) throw new Error("malformed packet")
    const refused = { type: parser.PacketType.EVENT, nsp, data: [event, error], ...(id !== "" && { id: Number(id) }) }
    this.emitReserved("decoded", refused)
  }
}

function refusalOf(packet: string): ChatError | undefined {
  const isBinary = packet.startsWith("5") || packet.startsWith("6")
  if (isBinary)
    return new ChatError("ERR_VALIDATION", { message: "Binary data is not accepted: send a file by POST /files." })
  if (packet.startsWith("2") && isTooLarge(packet)) return new ChatError("ERR_TOO_LARGE")
  return undefined
}

function isTooLarge(text: string): boolean {
  // A UTF-16 unit takes at most three bytes, so most requests need not be counted.
  return text.length * 3 > limits.requestBytesMax && Buffer.byteLength(text) > limits.requestBytesMax
}

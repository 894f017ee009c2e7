/**
 * WebSocket frames (RFC 6455), read and written as a client does.
 *
 * A text is passed on as a range of the bytes it arrived in: a load generator that created
 * a string for every delivery would measure itself. The range is valid during the call.
 */
interface FrameHandler {
  text(bytes: Buffer, start: number, end: number): void
  ping(payload: Buffer): void
  closed(): void
}

const opcode = { continuation: 0x0, text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const
const finBit = 0x80
const reservedBits = 0x70
const maskBit = 0x80
const length16 = 126
const length64 = 127
const headerBytesMax = 14

/** The largest that a server may send; Warren's pages have 256 KiB. A fragment costs something even when it is empty. */
const messageBytesMax = 512 * 1024
const fragmentCostBytes = 64

export class FrameReader {
  readonly #handler: FrameHandler
  /** The beginning of an incomplete frame, with space to grow; how much of it is filled, and needed. */
  #rest: Buffer = Buffer.alloc(0)
  #filled = 0
  #needed = 0
  #fragments: Buffer[] = []
  #fragmentBytes = 0

  constructor(handler: FrameHandler) {
    this.#handler = handler
  }

  /** Throws on what a server must not send; the connection is useless then. */
  read(chunk: Buffer): void {
    // The runtime reuses the chunk, so what is kept must be copied.
    if (this.#filled > 0) this.#keep(chunk)
    // A frame in many pieces is parsed once it is complete: otherwise each piece would cost as much as all before it.
    if (this.#filled < this.#needed) return
    const bytes = this.#filled > 0 ? this.#rest.subarray(0, this.#filled) : chunk
    let at = 0
    while (at < bytes.length) {
      const end = this.#readFrame(bytes, at)
      if (end === undefined) break
      at = end
    }
    const rest = bytes.subarray(at)
    this.#filled = 0
    if (rest.length > 0) this.#keep(rest)
    else this.#needed = 0
  }

  #keep(bytes: Buffer): void {
    const filled = this.#filled + bytes.length
    if (filled > this.#rest.length) {
      const larger = Buffer.allocUnsafe(Math.max(filled, 2 * this.#rest.length))
      this.#rest.copy(larger, 0, 0, this.#filled)
      bytes.copy(larger, this.#filled)
      this.#rest = larger
    } else bytes.copy(this.#rest, this.#filled)
    this.#filled = filled
  }

  /** Returns where the frame ends, or nothing while it is incomplete. */
  #readFrame(bytes: Buffer, at: number): number | undefined {
    let start = at + 2
    if (!this.#reaches(bytes, at, start)) return undefined
    let length = bytes[at + 1] as number
    if (length & maskBit) throw new Error("The server sent a masked frame.")
    if (length === length16) {
      start += 2
      if (!this.#reaches(bytes, at, start)) return undefined
      length = bytes.readUInt16BE(at + 2)
    } else if (length === length64) {
      start += 8
      if (!this.#reaches(bytes, at, start)) return undefined
      length = Number(bytes.readBigUInt64BE(at + 2))
    }
    if (length > messageBytesMax) throw new Error("The server sent too large a message.")
    const end = start + length
    if (!this.#reaches(bytes, at, end)) return undefined
    this.#handle(bytes[at] as number, bytes, start, end)
    return end
  }

  /** Whether there are enough bytes; if not, this many must be there before it is parsed again. */
  #reaches(bytes: Buffer, at: number, end: number): boolean {
    this.#needed = end - at
    return end <= bytes.length
  }

  #handle(head: number, bytes: Buffer, start: number, end: number): void {
    if (head === (finBit | opcode.text)) {
      this.#handler.text(bytes, start, end)
      return
    }
    if (head & reservedBits) throw new Error("The server sent a frame of an extension that was not agreed on.")
    switch (head & 0x0f) {
      case opcode.text:
      case opcode.continuation:
        this.#handleFragment(bytes.subarray(start, end), (head & finBit) !== 0)
        break
      case opcode.ping:
        this.#handler.ping(bytes.subarray(start, end))
        break
      case opcode.close:
        this.#handler.closed()
        break
      case opcode.pong:
        break
      default:
        throw new Error("The server sent a binary frame, which this client has no use for.")
    }
  }

  #handleFragment(fragment: Buffer, isLast: boolean): void {
    this.#fragments.push(Buffer.from(fragment))
    this.#fragmentBytes += fragment.length + fragmentCostBytes
    if (this.#fragmentBytes > messageBytesMax) throw new Error("The server sent too large a message.")
    if (!isLast) return
    const whole = Buffer.concat(this.#fragments)
    this.#fragments = []
    this.#fragmentBytes = 0
    this.#handler.text(whole, 0, whole.length)
  }
}

export function encodeText(text: string): Buffer {
  // Three bytes for a UTF-16 unit at most, so the text can be written before its length is known.
  const room = Buffer.allocUnsafe(headerBytesMax + text.length * 3)
  const length = room.write(text, headerBytesMax, "utf8")
  return encodeFrame(opcode.text, room.subarray(headerBytesMax, headerBytesMax + length))
}

export function encodePong(payload: Buffer): Buffer {
  return encodeFrame(opcode.pong, payload)
}

export function encodeClose(): Buffer {
  return encodeFrame(opcode.close, Buffer.alloc(0))
}

/** A client must mask; with a key of zeros the masked bytes are the bytes, at the same cost for the server. */
function encodeFrame(code: number, payload: Buffer): Buffer {
  const { length } = payload
  const lengthBytes = length < length16 ? 0 : length < 0x10000 ? 2 : 8
  const head = 2 + lengthBytes
  const frame = Buffer.alloc(head + 4 + length)
  frame[0] = finBit | code
  frame[1] = maskBit | (lengthBytes === 0 ? length : lengthBytes === 2 ? length16 : length64)
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2)
  if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  payload.copy(frame, head + 4)
  return frame
}

/** Random access to a file: reading near the last place needs no call. */
import type { FileHandle } from "node:fs/promises"

const windowBytes = 64 * 1024
/** As many bytes at least are returned, unless the file ends. */
const restBytesMin = 64

export class Window {
  readonly bytes: number
  readonly #handle: FileHandle
  #start = 0
  #held: Buffer = Buffer.alloc(0)

  constructor(handle: FileHandle, bytes: number) {
    this.#handle = handle
    this.bytes = bytes
  }

  /** Up to so many bytes, fewer at the end of the file; at most 64 KiB. */
  async at(position: number, length: number): Promise<Buffer> {
    const isHeld = position >= this.#start && position + length <= this.#start + this.#held.length
    if (!isHeld) await this.#move(position)
    const from = position - this.#start
    return this.#held.subarray(from, from + length)
  }

  /** Everything from there that is held, or that one read returns: asking for each of many pieces reads once. */
  async rest(position: number): Promise<Buffer> {
    await this.at(position, Math.min(restBytesMin, Math.max(0, this.bytes - position)))
    return this.#held.subarray(position - this.#start)
  }

  async #move(position: number): Promise<void> {
    const buffer = Buffer.alloc(windowBytes)
    const { bytesRead } = await this.#handle.read(buffer, 0, windowBytes, position)
    this.#start = position
    this.#held = buffer.subarray(0, bytesRead)
  }
}

/**
 * A file that is coming: written and hashed as it arrives, so that memory does not grow
 * with it. It may come in pieces; each begins exactly where the last one ended, also one
 * that was cut.
 */
import { createReadStream, existsSync } from "node:fs"
import { open, rm } from "node:fs/promises"
import { ChatError } from "../contract/errors.ts"
import { syncWithoutWaiting } from "../store/sqlite/folder.ts"
import { begunEnding } from "./begun.ts"
import { thumbnailEnding } from "./blobs.ts"

/** How much is looked at to tell a file's type. */
const headBytes = 4_096

/** So many bytes more are written; the next ones are asked for when it resolves. */
type OnWritten = (bytes: number) => Promise<void>

export class Incoming {
  readonly path: string
  readonly #bytesMax: number
  readonly #hasher = new Bun.CryptoHasher("sha256")
  #head = Buffer.alloc(0)
  #bytes = 0
  #isWriting = false

  constructor(path: string, bytesMax: number) {
    this.path = path
    this.#bytesMax = bytesMax
  }

  /** One that another process began, with all bytes that are there. */
  static async reopen(path: string, bytesMax: number): Promise<Incoming> {
    const incoming = new Incoming(path, bytesMax)
    if (existsSync(path)) for await (const piece of createReadStream(path)) incoming.#count(piece)
    return incoming
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Its first bytes. */
  get head(): Uint8Array {
    return this.#head
  }

  get isWriting(): boolean {
    return this.#isWriting
  }

  /** Once, when it is whole. */
  hash(): string {
    return this.#hasher.digest("hex")
  }

  /** Throws ERR_TOO_LARGE for a byte too many, and whatever the stream or the disk throws; what came before is kept. */
  async append(pieces: AsyncIterable<Uint8Array>, onWritten: OnWritten = async () => {}): Promise<void> {
    this.#isWriting = true
    try {
      // Left open, a handle ends the process when it is collected.
      await using handle = await open(this.path, "a", 0o600)
      for await (const piece of pieces) {
        if (this.#bytes + piece.byteLength > this.#bytesMax) throw tooLarge(this.#bytesMax)
        await writeAll(handle, piece)
        this.#count(piece)
        await onWritten(piece.byteLength)
      }
    } finally {
      this.#isWriting = false
    }
  }

  /** Waits until what came so far is on disk. */
  async sync(): Promise<void> {
    await syncWithoutWaiting(this.path)
  }

  async drop(): Promise<void> {
    await dropIncoming(this.path)
  }

  #count(piece: Uint8Array): void {
    this.#hasher.update(piece)
    this.#bytes += piece.byteLength
    if (this.#head.length < headBytes) {
      this.#head = Buffer.concat([this.#head, piece.subarray(0, headBytes - this.#head.length)])
    }
  }
}

/** With what lies beside it. The note goes first: without it the rest is nobody's, should this not come to its end. */
export async function dropIncoming(path: string): Promise<void> {
  for (const ending of [begunEnding, thumbnailEnding, ""]) await rm(path + ending, { force: true })
}

/** All of it, or nothing: a disk that is full may take a part. */
async function writeAll(handle: Awaited<ReturnType<typeof open>>, piece: Uint8Array): Promise<void> {
  let written = 0
  try {
    while (written < piece.byteLength) written += (await handle.write(piece, written)).bytesWritten
  } catch (cause) {
    if (written > 0) await handle.truncate((await handle.stat()).size - written)
    throw cause
  }
}

export function tooLarge(bytesMax: number): ChatError {
  const message = `A file has at most ${(bytesMax / 1_000_000).toLocaleString("en", { maximumFractionDigits: 1 })} MB here.`
  return new ChatError("ERR_TOO_LARGE", { message })
}

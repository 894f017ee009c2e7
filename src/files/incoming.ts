/**
 * A file that is arriving: written and hashed as it comes, so memory does not grow with it.
 * It may come in pieces; each continues exactly where the last one ended, even if that was
 * cut off.
 */
import { createReadStream, existsSync } from "node:fs"
import { open, rm } from "node:fs/promises"
import { ChatError } from "../contract/errors.ts"
import { syncWithoutWaiting } from "../store/sqlite/folder.ts"
import { begunEnding } from "./begun.ts"
import { thumbnailEnding } from "./blobs.ts"

/** How many bytes are needed to recognize a file's type. */
const headBytes = 4_096

/** This many more bytes were written; the next ones are read once it resolves. */
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

  /** A file that another process began, with all its bytes so far. */
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

  /** Call it once, when the file is complete. */
  hash(): string {
    return this.#hasher.digest("hex")
  }

  /** Throws ERR_TOO_LARGE for a byte too many, and any error of the stream or the disk; earlier bytes are kept. */
  async append(pieces: AsyncIterable<Uint8Array>, onWritten: OnWritten = async () => {}): Promise<void> {
    this.#isWriting = true
    try {
      // An open handle ends the process when it is garbage-collected.
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

  /** Waits until all bytes so far are on disk. */
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

/** Removes it and the files beside it. The note goes first: if this is interrupted, the rest belongs to nobody. */
export async function dropIncoming(path: string): Promise<void> {
  for (const ending of [begunEnding, thumbnailEnding, ""]) await rm(path + ending, { force: true })
}

/** Writes all of it, or fails: a full disk may accept a part. */
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

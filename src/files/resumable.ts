/**
 * Uploads that go on after a cut, as the core of tus 1.0 has it: made with a length, filled
 * from where they are, and a file once they are whole. They are this process's: one that
 * starts anew knows none, and the sender begins again.
 */
import { randomBytes } from "node:crypto"
import { ChatError } from "../contract/errors.ts"
import type { File } from "../contract/files.ts"
import { limits } from "../contract/limits.ts"
import type { Files, Origin } from "./files.ts"
import type { Incoming } from "./incoming.ts"

export interface Progress {
  readonly offset: number
  readonly length: number
  /** Once it is whole. */
  readonly file: File | undefined
}

interface Entry {
  readonly incoming: Incoming
  readonly origin: Origin
  /** Who may have so many of them. */
  readonly owner: string
  readonly length: number
  touchedMs: number
  /** Once all bytes are there, and only once. */
  finishing: Promise<void> | undefined
  file: File | undefined
}

const begun = { finishing: undefined, file: undefined }

export class ResumableUploads {
  readonly #files: Files
  readonly #elapsedMs: () => number
  readonly #entries = new Map<string, Entry>()

  constructor(files: Files, elapsedMs: () => number) {
    this.#files = files
    this.#elapsedMs = elapsedMs
  }

  /** Throws as `Files.begin`, and ERR_RATE_LIMITED while the owner has too many that are not whole. */
  async create(origin: Origin, owner: string, length: number): Promise<string> {
    await this.#dropIdle()
    const open = [...this.#entries.values()].filter((entry) => entry.owner === owner && entry.file === undefined)
    if (open.length >= limits.resumablePerOwnerMax) {
      throw new ChatError("ERR_RATE_LIMITED", { details: { retryAfterMs: limits.resumableIdleMs } })
    }
    const incoming = this.#files.begin(length)
    const id = randomBytes(16).toString("base64url")
    this.#entries.set(id, { incoming, origin, owner, length, touchedMs: this.#elapsedMs(), ...begun })
    return id
  }

  /** Throws ERR_NOT_FOUND, also to somebody else. */
  progress(id: string, owner: string): Progress {
    const { incoming, length, file } = this.#entry(id, owner)
    return { offset: incoming.bytes, length, file }
  }

  /** Throws ERR_CONFLICT where it does not go on, and whatever cuts it; what came before stays. */
  async append(id: string, owner: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<Progress> {
    const entry = this.#entry(id, owner)
    const { incoming, length, origin } = entry
    if (entry.finishing !== undefined) {
      await entry.finishing
      return this.progress(id, owner)
    }
    if (incoming.isWriting || offset !== incoming.bytes) {
      throw new ChatError("ERR_CONFLICT", { message: `This upload is at byte ${incoming.bytes}.` })
    }
    try {
      await this.#files.append(incoming, upTo(pieces, length - offset))
    } finally {
      entry.touchedMs = this.#elapsedMs()
      // Dropped meanwhile.
      if (this.#entries.get(id) !== entry) await this.#files.end(incoming)
    }
    this.#entry(id, owner)
    if (incoming.bytes === length) {
      entry.finishing = this.#finish(entry, origin, id)
      await entry.finishing
    }
    return this.progress(id, owner)
  }

  /** One that its owner does not go on with; a file that it has become stays. */
  async drop(id: string, owner: string): Promise<void> {
    const { incoming, finishing } = this.#entry(id, owner)
    if (finishing !== undefined) return
    this.#entries.delete(id)
    if (!incoming.isWriting) await this.#files.end(incoming)
  }

  async #finish(entry: Entry, origin: Origin, id: string): Promise<void> {
    try {
      entry.file = await this.#files.finish(entry.incoming, origin)
    } catch (cause) {
      this.#entries.delete(id)
      throw cause
    } finally {
      await this.#files.end(entry.incoming)
    }
  }

  #entry(id: string, owner: string): Entry {
    const entry = this.#entries.get(id)
    if (entry?.owner === owner) return entry
    throw new ChatError("ERR_NOT_FOUND", { message: "There is no such upload: begin it again." })
  }

  async #dropIdle(): Promise<void> {
    const before = this.#elapsedMs() - limits.resumableIdleMs
    for (const [id, { incoming, touchedMs, file }] of this.#entries) {
      if (touchedMs >= before || incoming.isWriting) continue
      this.#entries.delete(id)
      if (file === undefined) await this.#files.end(incoming)
    }
  }
}

async function* upTo(pieces: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.byteLength
    if (bytes > bytesMax) throw new ChatError("ERR_TOO_LARGE", { message: "This is more than the length announced." })
    yield piece
  }
}

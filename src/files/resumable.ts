/**
 * Uploads that go on after a cut, as the core of tus 1.0 has it: made with a length, filled
 * from where they are, and a file once they are whole. Beside the bytes of each lies what is
 * known of it, so that the next process goes on with it; where that is another machine's,
 * the sender begins again.
 */
import { basename } from "node:path"
import { ChatError } from "../contract/errors.ts"
import type { File } from "../contract/files.ts"
import { limits } from "../contract/limits.ts"
import { type Begun, lastMsOf, noteBegun, noteSafe, readBegun } from "./begun.ts"
import { type Files, onDisk } from "./files.ts"
import { dropIncoming, type Incoming } from "./incoming.ts"
import type { Vault } from "./vault.ts"

export interface ResumableOptions {
  readonly files: Files
  readonly vault: Vault
  readonly elapsedMs: () => number
  /** The system's, which also says when a file was last written. */
  readonly epochMs: () => number
}

export interface Progress {
  readonly offset: number
  readonly length: number
  /** Once it is whole. */
  readonly file: File | undefined
}

interface Entry {
  readonly incoming: Incoming
  readonly begun: Begun
  touchedMs: number
  /** Once all bytes are there, and only once. */
  finishing: Promise<void> | undefined
  file: File | undefined
}

/** Each time so many bytes came, it is waited until they are on disk; at most those come again. */
const unsafeBytesMax = 4 * 1024 * 1024

export class ResumableUploads {
  readonly #options: ResumableOptions
  /** By the names of their files. */
  readonly #entries = new Map<string, Entry>()
  /** On their way from what the last process left. */
  readonly #reopening = new Map<string, Promise<void>>()

  constructor(options: ResumableOptions) {
    this.#options = options
  }

  /** Throws as `Files.begin`, and ERR_RATE_LIMITED while the owner has too many that are not whole. */
  async create(begun: Begun): Promise<string> {
    const { owner, length } = begun
    await this.#dropIdle()
    const open = [...this.#entries.values()].filter((entry) => entry.begun.owner === owner && entry.file === undefined)
    if (open.length >= limits.resumablePerOwnerMax) {
      throw new ChatError("ERR_RATE_LIMITED", { details: { retryAfterMs: limits.resumableIdleMs } })
    }
    const incoming = this.#options.files.begin(length)
    const id = basename(incoming.path)
    this.#add(id, begun, incoming)
    try {
      await onDisk(() => noteBegun(incoming.path, begun))
    } catch (cause) {
      this.#entries.delete(id)
      await incoming.drop()
      throw cause
    }
    return id
  }

  /** Throws ERR_NOT_FOUND, also to somebody else. */
  async progress(id: string, owner: string): Promise<Progress> {
    return progressOf(await this.#entry(id, owner))
  }

  /** Throws ERR_CONFLICT where it does not go on, and whatever cuts it; what came before stays. */
  async append(id: string, owner: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<Progress> {
    const { files, elapsedMs } = this.#options
    const entry = await this.#entry(id, owner)
    const { incoming, begun } = entry
    if (entry.finishing !== undefined) {
      await entry.finishing
      return progressOf(entry)
    }
    if (incoming.isWriting || offset !== incoming.bytes) {
      throw new ChatError("ERR_CONFLICT", { message: `This upload is at byte ${incoming.bytes}.` })
    }
    try {
      await files.append(incoming, madeSafe(incoming, upTo(pieces, begun.length - offset)))
    } finally {
      entry.touchedMs = elapsedMs()
      // Dropped meanwhile.
      if (this.#entries.get(id) !== entry) await files.end(incoming)
      // Where the disk does not take it, what was noted before counts.
      else if (incoming.bytes < begun.length) await noteSafe(incoming.path, incoming.bytes).catch(() => {})
    }
    if (this.#entries.get(id) !== entry) throw unknownUpload()
    if (incoming.bytes === begun.length) {
      entry.finishing = this.#finish(id, entry)
      await entry.finishing
    }
    return progressOf(entry)
  }

  /** One that its owner does not go on with; a file that it has become stays. */
  async drop(id: string, owner: string): Promise<void> {
    const { incoming, finishing } = await this.#entry(id, owner)
    if (finishing !== undefined) return
    this.#entries.delete(id)
    if (!incoming.isWriting) await this.#options.files.end(incoming)
  }

  /** Drops those that nobody went on with for long, whichever process began them. */
  async sweep(): Promise<void> {
    await this.#dropIdle()
    for (const id of this.#options.vault.begun()) {
      const path = this.#options.vault.incoming(id)
      if ((await this.#isOld(path)) && !this.#entries.has(id) && !this.#reopening.has(id)) await dropIncoming(path)
    }
  }

  async #finish(id: string, entry: Entry): Promise<void> {
    const { files } = this.#options
    try {
      entry.file = await files.finish(entry.incoming, entry.begun)
    } catch (cause) {
      this.#entries.delete(id)
      throw cause
    } finally {
      await files.end(entry.incoming)
    }
  }

  async #entry(id: string, owner: string): Promise<Entry> {
    if (!this.#entries.has(id)) await this.#reopen(id)
    const entry = this.#entries.get(id)
    if (entry?.begun.owner === owner) return entry
    throw unknownUpload()
  }

  /** Once, however many ask for it. */
  async #reopen(id: string): Promise<void> {
    if (!/^[0-9a-f]{32}$/.test(id)) return
    const reopening = this.#reopening.get(id) ?? this.#fromFolder(id).finally(() => this.#reopening.delete(id))
    this.#reopening.set(id, reopening)
    await reopening
  }

  async #fromFolder(id: string): Promise<void> {
    const { files, vault } = this.#options
    const path = vault.incoming(id)
    const begun = (await this.#isOld(path)) ? undefined : await readBegun(path)
    if (begun !== undefined) this.#add(id, begun, await files.reopen(path))
  }

  #add(id: string, begun: Begun, incoming: Incoming): void {
    const touchedMs = this.#options.elapsedMs()
    this.#entries.set(id, { incoming, begun, touchedMs, finishing: undefined, file: undefined })
  }

  async #dropIdle(): Promise<void> {
    const before = this.#options.elapsedMs() - limits.resumableIdleMs
    for (const [id, { incoming, touchedMs, file }] of this.#entries) {
      if (touchedMs >= before || incoming.isWriting) continue
      this.#entries.delete(id)
      if (file === undefined) await this.#options.files.end(incoming)
    }
  }

  async #isOld(path: string): Promise<boolean> {
    return this.#options.epochMs() - (await lastMsOf(path)) >= limits.resumableIdleMs
  }
}

function progressOf({ incoming, begun, file }: Entry): Progress {
  return { offset: incoming.bytes, length: begun.length, file }
}

function unknownUpload(): ChatError {
  return new ChatError("ERR_NOT_FOUND", { message: "There is no such upload: begin it again." })
}

/** Notes it, each time that so much more is on disk. */
async function* madeSafe(incoming: Incoming, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let safe = incoming.bytes
  for await (const piece of pieces) {
    // Whoever asks for the next one has written this one.
    yield piece
    if (incoming.bytes - safe < unsafeBytesMax) continue
    safe = incoming.bytes
    await noteSafe(incoming.path, safe)
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

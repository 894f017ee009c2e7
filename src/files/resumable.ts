/**
 * Uploads that can be resumed, by the core of tus 1.0: created with a length, filled from
 * where they are, and a file once complete. A note beside the bytes of each lets the next
 * process continue it; if that runs on another machine, the sender starts over.
 */
import { basename } from "node:path"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import { type Begun, lastMsOf, noteBegun, noteSafe, readBegun } from "./begun.ts"
import { type Files, onDisk } from "./files.ts"
import { dropIncoming, type Incoming } from "./incoming.ts"
import { Sending } from "./sending.ts"
import type { Vault } from "./vault.ts"
import { type Progress, WholeUploads } from "./whole.ts"

interface ResumableOptions {
  readonly files: Files
  readonly vault: Vault
  readonly elapsedMs: () => number
  /** The system's clock, which also dates files. */
  readonly epochMs: () => number
  /** Called when an owner has too many. */
  readonly onFull?: () => void
}

interface Entry {
  readonly incoming: Incoming
  readonly begun: Begun
  /** Bytes that are noted as safe. */
  notedBytes: number
  touchedMs: number
  /** The request that is sending its bytes. */
  sending: Sending | undefined
  /** Resolves to its file. Set once all bytes are there. */
  finishing: Promise<Progress> | undefined
}

export class ResumableUploads {
  readonly #options: ResumableOptions
  /** Uploads by the names of their files. */
  readonly #entries = new Map<string, Entry>()
  readonly #whole = new WholeUploads()
  /**
   * Names that the last process left. No other name is looked for on disk, so none comes back while its bytes are being
   * removed.
   */
  #left: Set<string> | undefined
  /** Being read from there. */
  readonly #reopening = new Map<string, Promise<void>>()

  constructor(options: ResumableOptions) {
    this.#options = options
  }

  /**
   * Throws like `Files.begin`; ERR_RATE_LIMITED while the owner has too many unfinished ones, and ERR_BUSY while all
   * owners together have.
   */
  async create(begun: Begun): Promise<string> {
    const { owner, length } = begun
    await this.#dropIdle()
    const open = [...this.#entries.values()].filter((entry) => entry.begun.owner === owner)
    if (open.length >= limits.resumablePerOwnerMax) {
      this.#options.onFull?.()
      throw new ChatError("ERR_RATE_LIMITED", { details: { retryAfterMs: limits.resumableIdleMs } })
    }
    const all = this.#entries.size + this.#fromBefore().size + this.#reopening.size
    if (all >= limits.resumableMax) throw new ChatError("ERR_BUSY")
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

  /** Throws ERR_NOT_FOUND, also for anybody but its owner. */
  async progress(id: string, owner: string): Promise<Progress> {
    return this.#whole.of(id, owner) ?? progressOf(await this.#entry(id, owner))
  }

  /** Throws ERR_CONFLICT for another offset, and the error that cut it; earlier bytes stay, unless the disk is full. */
  async append(id: string, owner: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<Progress> {
    const whole = this.#whole.of(id, owner)
    if (whole !== undefined) return whole
    const entry = await this.#entry(id, owner)
    const { incoming, begun } = entry
    if (entry.finishing !== undefined) return entry.finishing
    if (incoming.isWriting) await this.#endIfSilent(entry)
    if (incoming.isWriting) throw conflict("Another request is still sending to this upload. Try again in a moment.")
    if (offset !== incoming.bytes) throw conflict(`This upload is at byte ${incoming.bytes}.`)
    await this.#write(id, entry, upTo(pieces, begun.length - offset))
    if (incoming.bytes < begun.length) return progressOf(entry)
    // Another request may have been faster.
    entry.finishing ??= this.#finish(id, entry)
    return entry.finishing
  }

  /** Drops an upload that its owner gives up; a file that it has become stays. */
  async drop(id: string, owner: string): Promise<void> {
    if (this.#whole.of(id, owner) !== undefined) return
    const { incoming, finishing } = await this.#entry(id, owner)
    if (finishing !== undefined) return
    this.#entries.delete(id)
    if (!incoming.isWriting) await this.#options.files.end(incoming)
  }

  /** Drops uploads that nobody has continued for long, begun by any process. */
  async sweep(): Promise<void> {
    await this.#dropIdle()
    const left = this.#fromBefore()
    for (const id of left) {
      const path = this.#options.vault.incoming(id)
      if ((await this.#isOld(path)) && left.delete(id)) await dropIncoming(path)
    }
  }

  /** The last request may look open, behind a proxy above all, although it was cut. */
  async #endIfSilent({ sending }: Entry): Promise<void> {
    if (sending !== undefined && sending.silentMs >= limits.uploadSilenceMs) await sending.end()
  }

  async #write(id: string, entry: Entry, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const { files, elapsedMs } = this.#options
    const { incoming, begun } = entry
    const sending = new Sending(pieces, elapsedMs)
    entry.sending = sending
    try {
      await files.append(incoming, this.#whileWanted(id, entry, sending.pieces()), () => this.#note(entry))
    } catch (cause) {
      // Perhaps nobody ever continues what keeps the disk full.
      if (cause instanceof ChatError && cause.code === "ERR_STORAGE") this.#entries.delete(id)
      throw cause
    } finally {
      entry.touchedMs = elapsedMs()
      if (this.#isGone(id, entry)) await files.end(incoming)
      // If the disk refuses it, the earlier note counts.
      else if (incoming.bytes < begun.length) await this.#noteEnd(entry).catch(() => {})
      sending.over()
    }
    if (this.#isGone(id, entry)) throw unknownUpload()
  }

  async *#whileWanted(id: string, entry: Entry, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      if (this.#isGone(id, entry)) throw unknownUpload()
      yield piece
    }
  }

  async #noteEnd(entry: Entry): Promise<void> {
    if (entry.incoming.bytes === entry.notedBytes) return
    await entry.incoming.sync()
    await this.#note(entry)
  }

  /** All bytes so far are on disk. */
  async #note(entry: Entry): Promise<void> {
    const { path, bytes } = entry.incoming
    entry.notedBytes = bytes
    await noteSafe(path, bytes)
  }

  async #finish(id: string, entry: Entry): Promise<Progress> {
    const { files, elapsedMs } = this.#options
    const { incoming, begun } = entry
    try {
      const progress = { ...progressOf(entry), file: await files.finish(incoming, begun) }
      this.#whole.add(id, { owner: begun.owner, progress, atMs: elapsedMs() })
      return progress
    } finally {
      this.#entries.delete(id)
      await files.end(incoming)
    }
  }

  #isGone(id: string, entry: Entry): boolean {
    return this.#entries.get(id) !== entry
  }

  async #entry(id: string, owner: string): Promise<Entry> {
    if (!this.#entries.has(id)) await this.#reopen(id)
    const entry = this.#entries.get(id)
    if (entry?.begun.owner === owner) return entry
    throw unknownUpload()
  }

  /** Only once, however many ask for it. */
  async #reopen(id: string): Promise<void> {
    const left = this.#fromBefore()
    if (left.delete(id)) {
      const over = () => void this.#reopening.delete(id)
      const failed = (cause: unknown) => {
        over()
        // Everything is still there for the next attempt.
        left.add(id)
        throw cause
      }
      this.#reopening.set(id, this.#fromFolder(id).then(over, failed))
    }
    await this.#reopening.get(id)
  }

  async #fromFolder(id: string): Promise<void> {
    const { files, vault } = this.#options
    const path = vault.incoming(id)
    const begun = (await this.#isOld(path)) ? undefined : await readBegun(path)
    if (begun === undefined) await dropIncoming(path)
    else this.#add(id, begun, await files.reopen(path))
  }

  #fromBefore(): Set<string> {
    this.#left ??= new Set(this.#options.vault.begun())
    return this.#left
  }

  #add(id: string, begun: Begun, incoming: Incoming): void {
    const touchedMs = this.#options.elapsedMs()
    this.#entries.set(id, {
      incoming,
      begun,
      notedBytes: incoming.bytes,
      touchedMs,
      sending: undefined,
      finishing: undefined,
    })
  }

  async #dropIdle(): Promise<void> {
    const before = this.#options.elapsedMs() - limits.resumableIdleMs
    this.#whole.forget(before)
    for (const [id, { incoming, touchedMs, finishing }] of this.#entries) {
      if (touchedMs >= before || incoming.isWriting || finishing !== undefined) continue
      this.#entries.delete(id)
      await this.#options.files.end(incoming)
    }
  }

  async #isOld(path: string): Promise<boolean> {
    return this.#options.epochMs() - (await lastMsOf(path)) >= limits.resumableIdleMs
  }
}

function progressOf({ incoming, begun }: Entry): Progress {
  return { offset: incoming.bytes, length: begun.length, file: undefined }
}

function conflict(message: string): ChatError {
  return new ChatError("ERR_CONFLICT", { message })
}

function unknownUpload(): ChatError {
  return new ChatError("ERR_NOT_FOUND", { message: "There is no such upload: begin it again." })
}

async function* upTo(pieces: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.byteLength
    if (bytes > bytesMax) throw new ChatError("ERR_TOO_LARGE", { message: "This is more than the length announced." })
    yield piece
  }
}

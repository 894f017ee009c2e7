/**
 * Files from their first byte to their last day: received, found, and removed when nothing
 * holds them, no message and no profile.
 *
 * A file is acknowledged once its bytes are safe and its row is written, in that order, so
 * nothing can ever hold a file without bytes. Removal goes the other way: first the row,
 * then the bytes, unless another file has the same ones.
 */
import { randomBytes } from "node:crypto"
import { fileOf } from "../chat/rules/files.ts"
import type { Command, Outcomes } from "../chat/rules/rules.ts"
import type { StoredFile } from "../chat/rules/working-set.ts"
import { type ChatStore, outcomeOf } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import type { File, FileId } from "../contract/files.ts"
import { limits } from "../contract/limits.ts"
import { isPicture } from "../contract/picture-types.ts"
import { door } from "../door.ts"
import { isDiskFull } from "../observe/operator-error.ts"
import type { Origin } from "./begun.ts"
import { type BlobKind, type StoredBlob, thumbnailEnding } from "./blobs.ts"
import { Incoming, tooLarge } from "./incoming.ts"
import { nameFrom } from "./name.ts"
import type { Pace } from "./pace.ts"
import { type Size, type Thumbnails, wantsThumbnail } from "./thumbnails.ts"
import { typeOf } from "./type.ts"
import type { Vault } from "./vault.ts"

export interface FilesOptions {
  readonly store: Pick<ChatStore, "submit">
  readonly vault: Vault
  readonly thumbnails: Thumbnails
  /** The largest size of one file. */
  readonly bytesMax: number
  /** The pace at which bytes are read; without it, as fast as they come. */
  readonly pace?: Pick<Pace, "take">
  /** Why files are refused, if they are. */
  readonly closed?: string | undefined
  /** How much of the disk is free, from 0 to 1. */
  readonly freeShare: () => number
  readonly epochMs: () => number
}

interface FoundBytes {
  readonly file: StoredFile
  readonly sha256: string
  readonly open: (kind: BlobKind) => Promise<StoredBlob | undefined>
}

interface Found extends Origin {
  readonly mimeType: string
  /** Of a picture. */
  readonly size?: Size
}

const pictureModule = door(() => import("./pictures/picture.ts"))

/** The rewritten bytes of a picture are fewer than this. */
const planBytesMax = 1_024

/** Keeps batches of the store short. */
const removedAtOnce = 100

/** While less than this share of the disk is free, files are refused. */
const freeShareMin = 0.1
/**
 * After each so many bytes the free space is checked and the bytes are synced; the last ones when the file gets its
 * place. A commit of messages waits meanwhile for as many bytes: with 4 MiB the team's p99 was 40 ms, with 1 MiB 15 to
 * 17.
 */
const stepBytes = 1024 * 1024

export class Files {
  readonly #options: FilesOptions
  #coming = 0

  constructor(options: FilesOptions) {
    this.#options = options
  }

  /** 0 where files are refused. */
  get bytesMax(): number {
    return this.#options.closed === undefined ? this.#options.bytesMax : 0
  }

  /** Throws ERR_FORBIDDEN where files are refused. */
  checkOpen(): void {
    const { closed = "This server takes no files." } = this.#options
    if (this.bytesMax === 0) throw new ChatError("ERR_FORBIDDEN", { message: closed })
  }

  /** Throws ERR_TOO_LARGE. */
  checkLength(length: number | undefined): void {
    const { bytesMax } = this.#options
    if (length !== undefined && length > bytesMax) throw tooLarge(bytesMax)
  }

  /** Throws a ChatError; nothing is kept then. `length` is the length that the sender announced, if any. */
  async receive(pieces: AsyncIterable<Uint8Array>, origin: Origin, length: number | undefined): Promise<File> {
    const incoming = this.begin(length)
    try {
      await this.append(incoming, pieces)
      return await this.finish(incoming, origin)
    } finally {
      await this.end(incoming)
    }
  }

  /** Removes what is left of a begun upload. */
  async end(incoming: Incoming): Promise<void> {
    await incoming.drop()
  }

  /** Throws ERR_TOO_LARGE, or ERR_STORAGE while the disk is nearly full. */
  begin(length: number | undefined): Incoming {
    this.checkLength(length)
    this.#checkDisk()
    return this.#newIncoming(this.#options.bytesMax)
  }

  /** Continues an upload at `path` that another process began. */
  reopen(path: string): Promise<Incoming> {
    return Incoming.reopen(path, this.#options.bytesMax)
  }

  /**
   * Throws ERR_BUSY while too many uploads are in progress, without those that wait to be resumed, and ERR_STORAGE
   * while the disk is nearly full. `onSafe` is called whenever all bytes so far are on disk.
   */
  async append(incoming: Incoming, pieces: AsyncIterable<Uint8Array>, onSafe?: () => Promise<void>): Promise<void> {
    if (this.#coming >= limits.uploadsAtOnceMax) throw new ChatError("ERR_BUSY")
    this.#checkDisk()
    this.#coming++
    try {
      await this.#write(incoming, pieces, onSafe)
    } finally {
      this.#coming--
    }
  }

  async #write(
    incoming: Incoming,
    pieces: AsyncIterable<Uint8Array>,
    onSafe: () => Promise<void> = async () => {},
  ): Promise<void> {
    let stepAt = incoming.bytes
    const onWritten = async (bytes: number) => {
      await this.#options.pace?.take(bytes)
      if (incoming.bytes - stepAt < stepBytes) return
      stepAt = incoming.bytes
      this.#checkDisk()
      await incoming.sync()
      await onSafe()
    }
    await onDisk(() => incoming.append(pieces, onWritten))
  }

  /** Moves the kept bytes to their place and writes the row; `incoming` is the caller's to drop. */
  async finish(incoming: Incoming, { name, ownerId }: Origin): Promise<File> {
    const mimeType = typeOf(incoming.head)
    const { bytesOf, planOf } = await pictureModule()
    const plan = await planOf(mimeType, incoming.path)
    if (plan === undefined) return this.#keep(incoming, { name, ownerId, mimeType })
    const cleaned = this.#newIncoming(incoming.bytes + planBytesMax)
    try {
      await this.#write(cleaned, bytesOf(plan.parts, incoming.path))
      const size = "width" in plan ? { size: { width: plan.width, height: plan.height } } : {}
      return await this.#keep(cleaned, { name, ownerId, mimeType, ...size })
    } finally {
      await cleaned.drop()
    }
  }

  async #keep(incoming: Incoming, { name, ownerId, mimeType, size }: Found): Promise<File> {
    const { vault, epochMs } = this.#options
    const { blobs } = vault
    const sha256 = incoming.hash()
    const { bytes } = incoming
    const thumbnail = await this.#thumbnailOf(incoming, mimeType, size)
    const file: StoredFile = {
      id: newFileId(),
      name: nameFrom(name),
      mimeType,
      bytes,
      ...size,
      hasThumbnail: thumbnail !== undefined,
    }
    await vault.locked(sha256, async () => {
      const place = async () => {
        await onDisk(() => blobs.place(incoming.path, sha256))
        if (thumbnail !== undefined) await blobs.placeThumbnail(thumbnail, sha256)
      }
      try {
        await place()
        await this.#ask({ kind: "addFile", file, sha256, ownerId, at: epochMs() })
        // Another server removed it, which could not know this row until now.
        if (!(await blobs.holds(sha256))) await place()
      } catch (cause) {
        await this.#removeUnused(sha256).catch(() => {})
        throw cause
      }
    })
    return fileOf(file)
  }

  /** Its current place. */
  async #thumbnailOf({ path, bytes }: Incoming, mimeType: string, size: Size | undefined): Promise<string | undefined> {
    if (size === undefined || !isPicture(mimeType) || !wantsThumbnail(size, bytes)) return undefined
    const target = path + thumbnailEnding
    return (await this.#options.thumbnails.make(path, target)) ? target : undefined
  }

  #newIncoming(bytesMax: number): Incoming {
    return new Incoming(this.#options.vault.incoming(randomBytes(16).toString("hex")), bytesMax)
  }

  /** Throws ERR_NOT_FOUND, unless something holds it. */
  async find(id: FileId): Promise<FoundBytes> {
    const { blobs } = this.#options.vault
    const { file, sha256 } = await this.#ask({ kind: "findFile", id })
    return { file, sha256, open: (kind) => blobs.find(sha256, kind) }
  }

  /** Removes some of the files that nothing holds and that are older. Returns how many. */
  async removeLoose(before: number): Promise<number> {
    const ids = await this.#ask({ kind: "looseFiles", before, limit: removedAtOnce })
    if (ids.length === 0) return 0
    const removed = await this.#ask({ kind: "removeFiles", ids, before })
    await this.removeUnused([...new Set(removed.map(({ sha256 }) => sha256))])
    return removed.length
  }

  /** Removes the bytes of contents that no file has. */
  async removeUnused(hashes: readonly string[]): Promise<void> {
    const used = new Set(await this.#ask({ kind: "hashesInUse", hashes }))
    for (const sha256 of hashes) {
      // Checked again under its lock: somebody may be sending the same content.
      if (!used.has(sha256)) await this.#options.vault.locked(sha256, () => this.#removeUnused(sha256))
    }
  }

  async #removeUnused(sha256: string): Promise<void> {
    const used = await this.#ask({ kind: "hashesInUse", hashes: [sha256] })
    if (!used.includes(sha256)) await this.#options.vault.blobs.remove(sha256)
  }

  #checkDisk(): void {
    if (this.#options.freeShare() < freeShareMin) throw diskFull()
  }

  #ask<C extends Command>(command: C): Promise<Outcomes[C["kind"]]> {
    return outcomeOf(this.#options.store, command)
  }
}

function newFileId(): FileId {
  return randomBytes(16).toString("base64url") as FileId
}

/** The sender learns that the disk is full; all other errors are for the log. */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw isDiskFull(cause) ? diskFull(cause) : cause
  }
}

function diskFull(cause?: unknown): ChatError {
  const message = "The server's disk is nearly full, so it takes no files for now; messages still go."
  return new ChatError("ERR_STORAGE", {
    message,
    cause: cause ?? Object.assign(new Error(message), { code: "ENOSPC" }),
  })
}

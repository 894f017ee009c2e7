/**
 * Files from their first byte to their last day: taken in, found, and removed when no
 * message holds them.
 *
 * A file is answered for once its bytes are safe and its row is written, in that order,
 * so no message can ever hold a file without its bytes. What is removed goes the other way:
 * first the row, then the bytes, unless another file has the same ones.
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
  /** Of one file. */
  readonly bytesMax: number
  /** At which they are taken; without, as fast as they come. */
  readonly pace?: Pick<Pace, "take">
  /** Why none is taken, where that is so. */
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

/** What is written anew of a picture is less than this. */
const planBytesMax = 1_024

/** So that no batch of the store is long. */
const removedAtOnce = 100

/** Below this much of a disk that is free, nothing is taken. */
const freeShareMin = 0.1
/**
 * Each time that so many bytes came, the disk is looked at and they are brought onto it; the last ones when the file gets its place.
 * A commit of messages meanwhile waits for as many: with 4 MiB the team's p99 was 40 ms, with 1 MiB 15 to 17.
 */
const stepBytes = 1024 * 1024

export class Files {
  readonly #options: FilesOptions
  #coming = 0

  constructor(options: FilesOptions) {
    this.#options = options
  }

  /** 0 where none is taken. */
  get bytesMax(): number {
    return this.#options.closed === undefined ? this.#options.bytesMax : 0
  }

  /** Throws ERR_FORBIDDEN where none is taken. */
  checkOpen(): void {
    const { closed = "This server takes no files." } = this.#options
    if (this.bytesMax === 0) throw new ChatError("ERR_FORBIDDEN", { message: closed })
  }

  /** Throws ERR_TOO_LARGE. */
  checkLength(length: number | undefined): void {
    const { bytesMax } = this.#options
    if (length !== undefined && length > bytesMax) throw tooLarge(bytesMax)
  }

  /** Throws a ChatError; nothing is kept then. `length` is what the sender announces, if it does. */
  async receive(pieces: AsyncIterable<Uint8Array>, origin: Origin, length: number | undefined): Promise<File> {
    const incoming = this.begin(length)
    try {
      await this.append(incoming, pieces)
      return await this.finish(incoming, origin)
    } finally {
      await this.end(incoming)
    }
  }

  /** Of one that was begun: what is left of it goes. */
  async end(incoming: Incoming): Promise<void> {
    await incoming.drop()
  }

  /** Throws ERR_TOO_LARGE, or ERR_STORAGE while the disk is nearly full. */
  begin(length: number | undefined): Incoming {
    this.checkLength(length)
    this.#checkDisk()
    return this.#newIncoming(this.#options.bytesMax)
  }

  /** One that another process began, at `path`. */
  reopen(path: string): Promise<Incoming> {
    return Incoming.reopen(path, this.#options.bytesMax)
  }

  /**
   * Throws ERR_BUSY while too many are on their way, those that wait to be resumed aside, and ERR_STORAGE while the disk is nearly full.
   * `onSafe` is called whenever all that came so far is on disk.
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

  /** What is kept of it goes to its place, with its row; `incoming` is the caller's to drop. */
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
        // Removed by another server, which cannot know of this row until now.
        if (!(await blobs.holds(sha256))) await place()
      } catch (cause) {
        await this.#removeUnused(sha256).catch(() => {})
        throw cause
      }
    })
    return fileOf(file)
  }

  /** Where it is, for now. */
  async #thumbnailOf({ path, bytes }: Incoming, mimeType: string, size: Size | undefined): Promise<string | undefined> {
    if (size === undefined || !isPicture(mimeType) || !wantsThumbnail(size, bytes)) return undefined
    const target = path + thumbnailEnding
    return (await this.#options.thumbnails.make(path, target)) ? target : undefined
  }

  #newIncoming(bytesMax: number): Incoming {
    return new Incoming(this.#options.vault.incoming(randomBytes(16).toString("hex")), bytesMax)
  }

  /** Throws ERR_NOT_FOUND, unless a message holds it. */
  async find(id: FileId): Promise<FoundBytes> {
    const { blobs } = this.#options.vault
    const { file, sha256 } = await this.#ask({ kind: "findFile", id })
    return { file, sha256, open: (kind) => blobs.find(sha256, kind) }
  }

  /** Some of those that no message holds and that are older; how many they were. */
  async removeLoose(before: number): Promise<number> {
    const ids = await this.#ask({ kind: "looseFiles", before, limit: removedAtOnce })
    if (ids.length === 0) return 0
    const removed = await this.#ask({ kind: "removeFiles", ids, before })
    await this.removeUnused([...new Set(removed.map(({ sha256 }) => sha256))])
    return removed.length
  }

  /** The bytes of those contents that no file has. */
  async removeUnused(hashes: readonly string[]): Promise<void> {
    const used = new Set(await this.#ask({ kind: "hashesInUse", hashes }))
    for (const sha256 of hashes) {
      // Asked again under its lock: somebody may just be sending the same.
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

/** What a disk says when it is full is the sender's to know; all else is for the log. */
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

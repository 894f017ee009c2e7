/**
 * Files in a bucket of S3, or of a compatible service, laid out like the folder.
 *
 * Several servers share it, so none may remove what another is about to use: contents
 * without a row are left alone for a day, and whoever has written a row checks that the
 * bytes are still there. Memory holds one piece of a file at a time, in both directions.
 */

import type { S3Options } from "bun"
import { dayMs } from "../contract/durations.ts"
import { ChatError } from "../contract/errors.ts"
import { type BlobKind, type Blobs, hashesAmong, keyOf, type StoredBlob } from "./blobs.ts"
import { Bucket, unusable } from "./bucket.ts"

interface S3BlobsOptions {
  /** `s3://bucket/prefix`. */
  readonly url: string
  /** By default those of the environment, by their usual names. */
  readonly access?: S3Options
  readonly epochMs: () => number
  readonly onFailure: (cause: unknown) => void
}

const readBytes = 1024 * 1024
/** Longer than any upload takes from its last byte to its row. */
const orphanMs = dayMs

export class S3Blobs implements Blobs {
  readonly #bucket: Bucket
  readonly #options: S3BlobsOptions

  constructor(options: S3BlobsOptions) {
    this.#options = options
    this.#bucket = new Bucket(options.url, options.access)
  }

  /** Throws an OperatorError when it cannot be used. */
  async check(): Promise<void> {
    try {
      await this.#bucket.check()
    } catch (cause) {
      throw unusable("FILES_URL", cause)
    }
  }

  async place(path: string, sha256: string): Promise<void> {
    if (!(await this.holds(sha256))) await this.#put(path, sha256, "original")
  }

  async placeThumbnail(path: string, sha256: string): Promise<void> {
    await this.#put(path, sha256, "thumbnail")
  }

  async holds(sha256: string): Promise<boolean> {
    return (await this.find(sha256, "original")) !== undefined
  }

  find(sha256: string, kind: BlobKind): Promise<StoredBlob | undefined> {
    return this.#reach(async () => {
      const key = keyOf(sha256, kind)
      const size = await this.#bucket.sizeOf(key)
      return size === undefined ? undefined : { size, body: (start, end) => this.#read(key, start, end) }
    })
  }

  async remove(sha256: string): Promise<void> {
    await this.#reach(async () => {
      await this.#bucket.remove(keyOf(sha256, "thumbnail"))
      await this.#bucket.remove(keyOf(sha256, "original"))
    })
  }

  async *hashes(): AsyncGenerator<readonly string[]> {
    const before = this.#options.epochMs() - orphanMs
    try {
      for await (const entries of this.#bucket.pages()) {
        const old = entries.filter(({ modifiedAt }) => modifiedAt < before)
        yield hashesAmong(old.map(({ key }) => key.slice(key.lastIndexOf("/") + 1)))
      }
    } catch (cause) {
      throw this.#unreachable(cause)
    }
  }

  #put(path: string, sha256: string, kind: BlobKind): Promise<void> {
    return this.#reach(() => this.#bucket.put(path, keyOf(sha256, kind)))
  }

  /** Read in pieces: a body that is requested whole comes as fast as the network, and waits in memory. */
  #read(key: string, start: number, end: number): ReadableStream<Uint8Array> {
    let at = start
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (at >= end) return controller.close()
      const until = Math.min(end, at + readBytes)
      const piece = await this.#reach(() => this.#bucket.read(key, at, until))
      if (piece.byteLength !== until - at) throw new Error("The bucket gave another range than was asked for.")
      at = until
      controller.enqueue(piece)
    }
    return new ReadableStream({ pull }, { highWaterMark: 0 })
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      throw this.#unreachable(cause)
    }
  }

  /** The cause is for the log; the client is told to try again. */
  #unreachable(cause: unknown): ChatError {
    this.#options.onFailure(cause)
    const message = "The server cannot reach the store of its files; try again in a moment."
    return new ChatError("ERR_STORAGE", { message, cause })
  }
}

/**
 * Files in a bucket of S3, or of whatever speaks as it does, laid out as the folder is.
 *
 * Several servers share it, so none may remove what another is about to use: what has no
 * row yet is left alone for a day, and who has written a row looks whether the bytes are
 * still there. Memory holds a piece of a file at a time, in both directions.
 */

import { S3Client, type S3Options } from "bun"
import { dayMs } from "../contract/durations.ts"
import { ChatError } from "../contract/errors.ts"
import { codeOf, OperatorError } from "../observe/operator-error.ts"
import { type BlobKind, type Blobs, hashesAmong, keyOf, type StoredBlob } from "./blobs.ts"

export interface S3BlobsOptions {
  /** `s3://bucket/prefix`. */
  readonly url: string
  /** By default those of the environment, by their usual names. */
  readonly access?: S3Options
  readonly epochMs: () => number
  readonly onFailure: (cause: unknown) => void
}

/** The least that S3 takes as a part. */
const partBytes = 5 * 1024 * 1024
const readBytes = 1024 * 1024
const listedAtOnce = 1_000
/** Longer than any upload takes from its last byte to its row. */
const orphanMs = dayMs

export class S3Blobs implements Blobs {
  readonly #client: S3Client
  readonly #prefix: string
  readonly #options: S3BlobsOptions

  constructor(options: S3BlobsOptions) {
    const { bucket, prefix } = placeIn(options.url)
    this.#options = options
    this.#client = new S3Client({ ...options.access, bucket })
    this.#prefix = prefix
  }

  /** Throws an OperatorError when it cannot be used. */
  async check(): Promise<void> {
    try {
      await this.#client.list({ prefix: this.#prefix, maxKeys: 1 })
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const remedy = "Check FILES_URL, S3_ENDPOINT (or AWS_ENDPOINT), and AWS_ACCESS_KEY_ID with its secret."
      throw new OperatorError(`The bucket of FILES_URL cannot be used (${codeOf(cause) ?? why}). ${remedy}`, { cause })
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
      const size = await this.#sizeOf(this.#key(sha256, kind))
      if (size === undefined) return undefined
      return { size, body: (start, end) => this.#read(this.#key(sha256, kind), start, end) }
    })
  }

  async remove(sha256: string): Promise<void> {
    await this.#reach(async () => {
      await this.#client.delete(this.#key(sha256, "thumbnail"))
      await this.#client.delete(this.#key(sha256, "original"))
    })
  }

  async *hashes(): AsyncGenerator<readonly string[]> {
    const before = this.#options.epochMs() - orphanMs
    let continuationToken: string | undefined
    do {
      const page = await this.#list(continuationToken)
      const old = (page.contents ?? []).filter(({ lastModified }) => Date.parse(`${lastModified}`) < before)
      yield hashesAmong(old.map(({ key }) => key.slice(key.lastIndexOf("/") + 1)))
      continuationToken = page.isTruncated ? page.nextContinuationToken : undefined
    } while (continuationToken !== undefined)
  }

  #list(continuationToken: string | undefined) {
    const more = continuationToken === undefined ? {} : { continuationToken }
    return this.#reach(() => this.#client.list({ prefix: this.#prefix, maxKeys: listedAtOnce, ...more }))
  }

  #put(path: string, sha256: string, kind: BlobKind): Promise<void> {
    return this.#reach(async () => {
      const file = Bun.file(path)
      const writer = this.#client.file(this.#key(sha256, kind)).writer({ partSize: partBytes, queueSize: 1, retry: 3 })
      for await (const piece of file.stream()) {
        writer.write(piece)
        await writer.flush()
      }
      await writer.end()
      // A service that says yes and keeps a part would lose it for good.
      const kept = await this.#sizeOf(this.#key(sha256, kind))
      if (kept !== file.size) throw new Error(`The bucket has ${kept} bytes of ${file.size}.`)
    })
  }

  async #sizeOf(key: string): Promise<number | undefined> {
    try {
      return (await this.#client.stat(key)).size
    } catch (cause) {
      if (codeOf(cause) === "NoSuchKey") return undefined
      throw cause
    }
  }

  /** Asked for in pieces, since a body that is asked for at once comes as fast as the network and waits in memory. */
  #read(key: string, start: number, end: number): ReadableStream<Uint8Array> {
    let at = start
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (at >= end) return controller.close()
      const until = Math.min(end, at + readBytes)
      const piece = await this.#reach(() => this.#client.file(key).slice(at, until).bytes())
      if (piece.byteLength !== until - at) throw new Error("The bucket gave another range than was asked for.")
      at = until
      controller.enqueue(piece)
    }
    return new ReadableStream({ pull }, { highWaterMark: 0 })
  }

  #key(sha256: string, kind: BlobKind): string {
    return this.#prefix + keyOf(sha256, kind)
  }

  /** What keeps it from being reached is for the log; who waits is told to try again. */
  async #reach<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      this.#options.onFailure(cause)
      const message = "The server cannot reach the store of its files; try again in a moment."
      throw new ChatError("ERR_STORAGE", { message, cause })
    }
  }
}

function placeIn(url: string): { readonly bucket: string; readonly prefix: string } {
  const { hostname, pathname } = new URL(url)
  const prefix = decodeURIComponent(pathname).replaceAll(/^\/+|\/+$/g, "")
  return { bucket: hostname, prefix: prefix === "" ? "" : `${prefix}/` }
}

/**
 * Where the bytes of whole files are, each content once, under its hash: a folder of this
 * machine, or a bucket that several servers share. What is in its place is whole, whenever
 * a process ends.
 */
export type BlobKind = "original" | "thumbnail"

export interface StoredBlob {
  readonly size: number
  /** From `start` to before `end`, at the pace of whoever reads it. */
  readonly body: (start: number, end: number) => Blob | ReadableStream<Uint8Array>
}

export interface Blobs {
  /** Gives the whole file at `path` its place, or nothing when the same is there. It is safe then. */
  place(path: string, sha256: string): Promise<void>
  /** It is not waited for until it is safe: without it the picture itself is shown. */
  placeThumbnail(path: string, sha256: string): Promise<void>
  /** Once its row is written: whether it is still there, though another server may have removed the same meanwhile. */
  holds(sha256: string): Promise<boolean>
  find(sha256: string, kind: BlobKind): Promise<StoredBlob | undefined>
  remove(sha256: string): Promise<void>
  /** Some at a time, every content that may be without a row for good; not those that somebody may just be placing. */
  hashes(): AsyncGenerator<readonly string[]>
}

export const thumbnailEnding = ".webp"
const hashPattern = /^[0-9a-f]{64}$/

/** `ab/<sha256>`: no folder has too many. */
export function keyOf(sha256: string, kind: BlobKind): string {
  return `${sha256.slice(0, 2)}/${sha256}${kind === "thumbnail" ? thumbnailEnding : ""}`
}

/** The contents among names of files, each once; what is not ours is left out. */
export function hashesAmong(names: readonly string[]): readonly string[] {
  const hashes = names.map((name) => (name.endsWith(thumbnailEnding) ? name.slice(0, -thumbnailEnding.length) : name))
  return [...new Set(hashes.filter((name) => hashPattern.test(name)))]
}

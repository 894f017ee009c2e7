/**
 * Where the bytes of complete files are, each content once, under its hash: a folder of
 * this machine, or a bucket that several servers share. A content in its place is complete,
 * whenever a process ends.
 */
export type BlobKind = "original" | "thumbnail"

export interface StoredBlob {
  readonly size: number
  /** From `start` up to, and without, `end`, at the reader's pace. */
  readonly body: (start: number, end: number) => Blob | ReadableStream<Uint8Array>
}

export interface Blobs {
  /** Moves the complete file at `path` to its place, or does nothing if the content is there. It is safe then. */
  place(path: string, sha256: string): Promise<void>
  /** Its sync is not awaited: without a thumbnail the picture itself is shown. */
  placeThumbnail(path: string, sha256: string): Promise<void>
  /**
   * Call it once the row is written. Returns whether the content is still there: another server may have removed the
   * same one meanwhile.
   */
  holds(sha256: string): Promise<boolean>
  find(sha256: string, kind: BlobKind): Promise<StoredBlob | undefined>
  remove(sha256: string): Promise<void>
  /** Yields, some at a time, every content that may have no row for good; not those that are just being placed. */
  hashes(): AsyncGenerator<readonly string[]>
}

export const thumbnailEnding = ".webp"
const hashPattern = /^[0-9a-f]{64}$/

/** `ab/<sha256>`, so no folder has too many files. */
export function keyOf(sha256: string, kind: BlobKind): string {
  return `${sha256.slice(0, 2)}/${sha256}${kind === "thumbnail" ? thumbnailEnding : ""}`
}

/** The contents among file names, each once; other names are ignored. */
export function hashesAmong(names: readonly string[]): readonly string[] {
  const hashes = names.map((name) => (name.endsWith(thumbnailEnding) ? name.slice(0, -thumbnailEnding.length) : name))
  return [...new Set(hashes.filter((name) => hashPattern.test(name)))]
}

/**
 * Bytes on their way and in their place. What is still coming is in `files/incoming` of the
 * data folder, which is emptied when a process first takes one.
 *
 * Whoever places or removes a content holds its lock, so that none is removed while
 * somebody else of this process has just found it there.
 */
import { rmSync } from "node:fs"
import { join } from "node:path"
import { makeFolder } from "../store/sqlite/folder.ts"
import type { Blobs } from "./blobs.ts"
import { FolderBlobs } from "./folder-blobs.ts"

export class Vault {
  readonly blobs: Blobs
  readonly #folder: string
  readonly #locks = new Map<string, Promise<unknown>>()
  #isMade = false

  constructor(folder: string, blobs: Blobs = new FolderBlobs(folder)) {
    this.#folder = folder
    this.blobs = blobs
  }

  /** Of a file that is still coming. */
  incoming(name: string): string {
    this.#make()
    return join(this.#folder, "incoming", name)
  }

  /** One after the other, for one content. */
  async locked<T>(sha256: string, work: () => Promise<T>): Promise<T> {
    const before = this.#locks.get(sha256) ?? Promise.resolve()
    const mine = before.then(work, work)
    const settled = mine.catch(() => {})
    this.#locks.set(sha256, settled)
    try {
      return await mine
    } finally {
      if (this.#locks.get(sha256) === settled) this.#locks.delete(sha256)
    }
  }

  /** What was coming when the last process ended came to nothing. */
  #make(): void {
    if (this.#isMade) return
    rmSync(join(this.#folder, "incoming"), { recursive: true, force: true })
    makeFolder(join(this.#folder, "incoming"))
    this.#isMade = true
  }
}

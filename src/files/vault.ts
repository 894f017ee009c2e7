/**
 * Bytes on their way and in their place. Uploads are in `files/incoming` of the data
 * folder; when a process first takes one, only those that can continue are kept there.
 *
 * Placing or removing a content takes its lock, so none is removed while another task of
 * this process has just found it.
 */
import { existsSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { makeFolder } from "../store/sqlite/folder.ts"
import { begunEnding } from "./begun.ts"
import type { Blobs } from "./blobs.ts"
import { FolderBlobs } from "./folder-blobs.ts"

export class Vault {
  readonly blobs: Blobs
  readonly #incoming: string
  readonly #locks = new Map<string, Promise<unknown>>()
  #isMade = false

  constructor(folder: string, blobs: Blobs = new FolderBlobs(folder)) {
    this.#incoming = join(folder, "incoming")
    this.blobs = blobs
  }

  /** The path of a file that is still arriving. */
  incoming(name: string): string {
    this.#make()
    return join(this.#incoming, name)
  }

  /** Names of uploads that can continue. */
  begun(): readonly string[] {
    if (!existsSync(this.#incoming)) return []
    const notes = readdirSync(this.#incoming).filter((name) => name.endsWith(begunEnding))
    return notes.map((name) => name.slice(0, -begunEnding.length))
  }

  /** Runs tasks for one content one after the other. */
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

  /** Removes other uploads that the last process did not finish. */
  #make(): void {
    if (this.#isMade) return
    makeFolder(this.#incoming)
    const left = new Set(this.begun().flatMap((name) => [name, name + begunEnding]))
    for (const name of readdirSync(this.#incoming)) {
      if (!left.has(name)) rmSync(join(this.#incoming, name), { recursive: true, force: true })
    }
    this.#isMade = true
  }
}

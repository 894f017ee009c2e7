/** Files in a folder of this machine, `files/ab/<sha256>`, which only one process writes. */

import { existsSync } from "node:fs"
import { mkdir, open, readdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { syncWithoutWaiting } from "../store/sqlite/folder.ts"
import { type BlobKind, type Blobs, hashesAmong, keyOf, type StoredBlob } from "./blobs.ts"

export class FolderBlobs implements Blobs {
  readonly #folder: string
  /** Folders whose names are on disk, or on their way there. */
  readonly #made = new Map<string, Promise<void>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  pathOf(sha256: string, kind: BlobKind = "original"): string {
    return join(this.#folder, keyOf(sha256, kind))
  }

  async place(path: string, sha256: string): Promise<void> {
    const target = this.pathOf(sha256)
    if (existsSync(target)) return rm(path)
    const folder = join(target, "..")
    await this.#make(folder)
    await syncWithoutWaiting(path)
    await rename(path, target)
    await syncNames(folder)
  }

  /** Whoever finds it created waits too until its name is safe. Nothing else waits for the disk. */
  async #make(folder: string): Promise<void> {
    const make = async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await syncNames(join(folder, ".."))
    }
    const isMade = this.#made.has(folder) && existsSync(folder)
    const made = (isMade && this.#made.get(folder)) || make()
    this.#made.set(folder, made)
    await made.catch((cause) => {
      this.#made.delete(folder)
      throw cause
    })
  }

  async placeThumbnail(path: string, sha256: string): Promise<void> {
    await rename(path, this.pathOf(sha256, "thumbnail"))
  }

  /** Nobody else removes any. */
  async holds(): Promise<boolean> {
    return true
  }

  async find(sha256: string, kind: BlobKind): Promise<StoredBlob | undefined> {
    const file = Bun.file(this.pathOf(sha256, kind))
    if (!(await file.exists())) return undefined
    const { size } = file
    // A slice would not be sent from the disk by the system itself.
    return { size, body: (start, end) => (end - start === size ? file : file.slice(start, end)) }
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256, "thumbnail"), { force: true })
    await rm(this.pathOf(sha256), { force: true })
  }

  /** A folder at a time. */
  async *hashes(): AsyncGenerator<readonly string[]> {
    for (const folder of await namesIn(this.#folder)) {
      if (/^[0-9a-f]{2}$/.test(folder)) yield hashesAmong(await namesIn(join(this.#folder, folder)))
    }
  }
}

/** Windows does this by itself, and opens no folder. */
async function syncNames(folder: string): Promise<void> {
  if (process.platform === "win32") return
  await using handle = await open(folder, "r")
  await handle.sync()
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : []
}

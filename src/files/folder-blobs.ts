/** Files in a folder of this machine, `files/ab/<sha256>`, which one process alone writes. */
import { existsSync } from "node:fs"
import { open, readdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { makeFolder } from "../store/sqlite/folder.ts"
import { type BlobKind, type Blobs, hashesAmong, keyOf, type StoredBlob } from "./blobs.ts"

export class FolderBlobs implements Blobs {
  readonly #folder: string

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
    makeFolder(folder)
    await sync(path, "r+")
    await rename(path, target)
    // Windows does this by itself, and opens no folder.
    if (process.platform !== "win32") await sync(folder, "r")
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
    // Sliced, it would not be sent from the disk by the system itself.
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

async function sync(path: string, flags: "r" | "r+"): Promise<void> {
  await using handle = await open(path, flags)
  await handle.sync()
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : []
}

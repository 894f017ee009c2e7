/**
 * Where bytes are: `files/ab/<sha256>` in the data folder, each content once. What is still
 * coming is in `files/incoming`, which is emptied when a
 * process first takes one.
 *
 * A content gets its place only once it is whole and on disk, so what has a place is whole,
 * whenever the process ends. Whoever places or removes a content holds its lock, so that
 * none is removed while somebody else has just found it there.
 */
import { existsSync, rmSync } from "node:fs"
import { open, readdir, rename, rm } from "node:fs/promises"
import { basename, join } from "node:path"
import { makeFolder } from "../store/sqlite/folder.ts"

const hashPattern = /^[0-9a-f]{64}$/
const thumbnailEnding = ".webp"

export class Vault {
  readonly #folder: string
  readonly #locks = new Map<string, Promise<unknown>>()
  #isMade = false

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Of a file that is still coming. */
  incoming(name: string): string {
    this.#make()
    return join(this.#folder, "incoming", name)
  }

  pathOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256)
  }

  thumbnailOf(sha256: string): string {
    return this.pathOf(sha256) + thumbnailEnding
  }

  /** Gives a whole file its place, or nothing when the same is there. It is on disk then. Only under its lock. */
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

  /** A thumbnail is made again where a power cut took it: it is not waited for. */
  async placeThumbnail(path: string, sha256: string): Promise<void> {
    await rename(path, this.thumbnailOf(sha256))
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.thumbnailOf(sha256), { force: true })
    await rm(this.pathOf(sha256), { force: true })
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

  /** Every content that has a place, a folder at a time. */
  async *hashes(): AsyncGenerator<readonly string[]> {
    for (const folder of await namesIn(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue
      const names = await namesIn(join(this.#folder, folder))
      const hashes = names.map((name) => basename(name, thumbnailEnding)).filter((name) => hashPattern.test(name))
      yield [...new Set(hashes)]
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

async function sync(path: string, flags: "r" | "r+"): Promise<void> {
  await using handle = await open(path, flags)
  await handle.sync()
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : []
}

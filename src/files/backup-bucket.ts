/**
 * Backups in a bucket. Each is a database, named by its moment, and a list of the file
 * contents that it knows; the contents are stored once for all backups, under their hashes.
 * So any program that speaks S3 can turn one into what `warren restore` takes.
 *
 * A backup is made and checked in the data folder. Its database is sent last, so one that
 * is there is complete; a content is removed only when no remaining backup lists it.
 */
import { existsSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import type { S3Options } from "bun"
import { limits } from "../contract/limits.ts"
import { OperatorError } from "../observe/operator-error.ts"
import { backUp } from "../store/sqlite/backup.ts"
import { momentOf, nameOf, newestFirst } from "../store/sqlite/backup-folder.ts"
import { contentsIn, filesBeside } from "../store/sqlite/files-beside.ts"
import { databaseName, freeBytesOf, makeFolder } from "../store/sqlite/folder.ts"
import type { BackupPlace, MadeBackup } from "../store/sqlite/scheduled-backups.ts"
import { hashesAmong, keyOf } from "./blobs.ts"
import { Bucket, unusable } from "./bucket.ts"

const onItsWay = "backup-on-its-way"
const listEnding = ".contents"
const contentsFolder = "files/"
const kinds = ["original", "thumbnail"] as const

interface BucketBackupsOptions {
  readonly dataDir: string
  /** `s3://bucket/folder`. */
  readonly url: string
  readonly access?: S3Options
}

export class BucketBackups implements BackupPlace {
  readonly name: string
  readonly #dataDir: string
  readonly #bucket: Bucket

  constructor({ dataDir, url, access }: BucketBackupsOptions) {
    this.name = url.replace(/\/+$/, "")
    this.#dataDir = dataDir
    this.#bucket = new Bucket(url, access)
  }

  latestAt(now: number): Promise<number | undefined> {
    return told(async () => {
      const [latest] = namesAmong(await this.#bucket.keys("warren-"), now)
      return latest === undefined ? undefined : momentOf(latest)
    })
  }

  make(at: number, signal: AbortSignal): Promise<MadeBackup> {
    return told(() => this.#make(at, signal))
  }

  rotate(keep: number, now: number): Promise<void> {
    return told(() => this.#rotate(keep, now))
  }

  async #make(at: number, signal: AbortSignal): Promise<MadeBackup> {
    const folder = join(this.#dataDir, onItsWay)
    // What a killed server has left.
    rmSync(folder, { recursive: true, force: true })
    checkSpace(this.#dataDir)
    makeFolder(folder)
    try {
      const name = nameOf(at)
      const file = join(folder, name)
      const { bytes, messages } = await backUp({ dataDir: this.#dataDir, file, signal, onProgress: () => {} })
      const contents = (await contentsIn(file, signal)).map(([sha256]) => sha256)
      await this.#sendContents(filesBeside(file), contents, signal)
      await this.#bucket.putText(name + listEnding, contents.join("\n"))
      await this.#bucket.put(file, name, signal)
      return { file: `${this.name}/${name}`, bytes, messages }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  async #rotate(keep: number, now: number): Promise<void> {
    const keys = await this.#bucket.keys("warren-")
    const names = namesAmong(keys, now)
    const kept = new Set(names.slice(0, keep))
    const surplus = names.slice(keep)
    const lists = keys.filter((key) => key.endsWith(listEnding) && !kept.has(key.slice(0, -listEnding.length)))
    for (const key of [...surplus, ...lists]) await this.#bucket.remove(key)
    if (surplus.length > 0) await this.#removeContentsBut(kept)
  }

  /** Contents that the bucket does not have yet. */
  async #sendContents(from: string, hashes: readonly string[], signal: AbortSignal): Promise<void> {
    const there = new Set(await this.#bucket.keys(contentsFolder))
    for (const path of hashes.flatMap((sha256) => kinds.map((kind) => keyOf(sha256, kind)))) {
      const key = contentsFolder + path
      if (!there.has(key) && existsSync(join(from, path))) await this.#bucket.put(join(from, path), key, signal)
    }
  }

  async #removeContentsBut(kept: ReadonlySet<string>): Promise<void> {
    const listed = new Set<string>()
    for (const name of kept) {
      const list = await this.#bucket.textOf(name + listEnding)
      // It is unknown which contents it needs.
      if (list === undefined) return
      for (const sha256 of list.split("\n")) listed.add(sha256)
    }
    for (const key of await this.#bucket.keys(contentsFolder)) {
      const [sha256] = hashesAmong([key.slice(key.lastIndexOf("/") + 1)])
      if (sha256 !== undefined && !listed.has(sha256)) await this.#bucket.remove(key)
    }
  }
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw unusable("BACKUP_DIR", cause)
  }
}

/** The newest first. */
function namesAmong(keys: readonly string[], now: number): string[] {
  const order = newestFirst(now)
  return keys
    .filter((key) => momentOf(key) !== undefined)
    .sort((a, b) => order(Number(momentOf(a)), Number(momentOf(b))))
}

/** Messages go on beside it. */
function checkSpace(dataDir: string): void {
  const needed = statSync(join(dataDir, databaseName)).size + 2 * limits.diskReserveBytes
  const free = freeBytesOf(dataDir)
  if (free >= needed) return
  const [neededMib, freeMib] = [needed, free].map((bytes) => Math.ceil(bytes / 1024 / 1024))
  throw new OperatorError(
    `A backup on its way to the bucket takes ${neededMib} MiB on the disk that holds ${dataDir}, where ${freeMib} are free: free some space.`,
  )
}

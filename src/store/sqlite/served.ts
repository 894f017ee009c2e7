/**
 * The state of the file when it was last served, kept beside it: a start can tell whether
 * it was replaced since by a file with other counters, such as an older copy.
 *
 * A server that closes the file records its size and time. A killed server leaves a log
 * that is not empty, or a file that is as it was at the start. Everything else counts as
 * replaced, also a folder that was copied: a new epoch costs a client one page, but a
 * wrongly kept one would cost it messages.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as v from "valibot"
import { syncFile, syncFolder } from "./folder.ts"

export const servedName = "served.json"

const recordSchema = v.object({
  epoch: v.string(),
  inode: v.string(),
  bytes: v.string(),
  modifiedNs: v.string(),
  /** Whether the file was closed, with its whole log folded in. */
  isClosed: v.boolean(),
})
type ServedRecord = v.InferOutput<typeof recordSchema>

export class Served {
  readonly #file: string
  readonly #path: string
  readonly #record: ServedRecord | undefined
  /** Whether the file is the one that was last served, as far as can be seen from outside. */
  readonly #isInPlace: boolean

  /** Looks at the file before it is opened, since opening may write to it. */
  constructor(file: string) {
    this.#file = file
    this.#path = join(dirname(file), servedName)
    this.#record = read(this.#path)
    this.#isInPlace = this.#record !== undefined && isInPlace(file, this.#record)
  }

  /** Whether it still is the file of this epoch. */
  isSame(epoch: string): boolean {
    return this.#isInPlace && this.#record?.epoch === epoch
  }

  remember(epoch: string, { isClosed }: { readonly isClosed: boolean }): void {
    const written = `${this.#path}.new`
    try {
      const record: ServedRecord = { epoch, ...looksOf(this.#file), isClosed }
      writeFileSync(written, `${JSON.stringify(record)}\n`, { mode: 0o600 })
      syncFile(written)
      renameSync(written, this.#path)
      syncFolder(dirname(this.#path))
    } catch {
      // Then the next start finds an unexpected file, and names a new epoch.
      rmSync(written, { force: true })
    }
  }

  /** The file, or its replacement, has the same contents but looks different from when it was last served. */
  rememberChanged(): void {
    if (this.#isInPlace && this.#record) this.remember(this.#record.epoch, { isClosed: true })
  }
}

function isInPlace(file: string, { isClosed, inode, bytes, modifiedNs }: ServedRecord): boolean {
  const found = looksOf(file)
  if (found.inode !== inode) return false
  if (found.bytes === bytes && found.modifiedNs === modifiedNs) return true
  return !isClosed && (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

/** A missing file cannot be read. */
function looksOf(file: string) {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false })
  return { inode: `${found?.ino}`, bytes: `${found?.size}`, modifiedNs: `${found?.mtimeNs}` }
}

/** Also undefined when it cannot be read, or holds something else. */
function read(path: string): ServedRecord | undefined {
  try {
    const result = v.safeParse(recordSchema, JSON.parse(readFileSync(path, "utf8")))
    return result.success ? result.output : undefined
  } catch {
    return undefined
  }
}

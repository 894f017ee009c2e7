/**
 * Whether a folder of backups is still on the disk it was on. A mounted disk may vanish: then an empty folder, or none,
 * is left on the system's disk, and backups made there would lie beside the data and fill its disk.
 */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { OperatorError } from "../../observe/operator-error.ts"

/** A file in the data folder: the path of a backup folder that is on a disk of its own. */
const recordName = "backup-disk"

/** The number of the disk that holds a path. */
export type DiskOf = (path: string) => number

const diskOfPath: DiskOf = (path) => statSync(path).dev

export class BackupDisk {
  readonly #record: string
  readonly #folder: string
  readonly #diskOf: DiskOf

  constructor(dataDir: string, folder: string, diskOf = diskOfPath) {
    this.#record = join(dataDir, recordName)
    this.#folder = resolve(folder)
    this.#diskOf = diskOf
  }

  /** Called where no backup is seen. Throws an OperatorError if the folder was on a disk of its own, and is not now. */
  check(): void {
    if (!this.#wasApart() || this.#isApart()) return
    throw new OperatorError(
      `${this.#folder} was on a disk of its own, which is not there now: mount it. If backups are to be on this disk from now on, delete ${this.#record}.`,
    )
  }

  /** Once there is a backup. */
  remember(): void {
    if (this.#wasApart() || !this.#isApart()) return
    writeFileSync(`${this.#record}.new`, this.#folder, { mode: 0o600 })
    renameSync(`${this.#record}.new`, this.#record)
  }

  #wasApart(): boolean {
    return existsSync(this.#record) && readFileSync(this.#record, "utf8") === this.#folder
  }

  #isApart(): boolean {
    return this.#diskOf(nearest(this.#folder)) !== this.#diskOf("/")
  }
}

/** The path, or the nearest existing folder above it. */
function nearest(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearest(dirname(path))
}

/** A folder of backups, each named by its moment. Files of any other name in it are nobody's business here. */
import { existsSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { momentInName } from "../../observe/moment.ts"
import { codeOf, isDiskFull, OperatorError, reasonOf } from "../../observe/operator-error.ts"
import { backUp } from "./backup.ts"
import { BackupDisk, type DiskOf } from "./backup-disk.ts"
import { filesBeside } from "./files-beside.ts"
import { makeFolder, syncFolder } from "./folder.ts"
import type { BackupPlace } from "./scheduled-backups.ts"
import { onReadOnlyDisk } from "./trouble.ts"

const backupName = /^warren-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z\.db$/

interface DatedBackup {
  readonly path: string
  readonly epochMs: number
}

export function nameOf(epochMs: number): string {
  return `warren-${momentInName(epochMs)}.db`
}

/** The time of a backup, from its name, in milliseconds since the epoch; none for other names. */
export function momentOf(name: string): number | undefined {
  const [, day, hours, minutes, seconds] = backupName.exec(name) ?? []
  const epochMs = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`)
  return Number.isNaN(epochMs) ? undefined : epochMs
}

/** Orders moments. Those in the future come last: a wrong clock made them, before all current ones. */
export function newestFirst(now: number): (one: number, other: number) => number {
  return (one, other) => Number(one > now) - Number(other > now) || other - one
}

/** The newest first. */
export function backupsIn(folder: string, now: number): DatedBackup[] {
  const order = newestFirst(now)
  return readdirSync(folder)
    .flatMap((name) => {
      const epochMs = momentOf(name)
      return epochMs === undefined ? [] : [{ path: join(folder, name), epochMs }]
    })
    .sort((a, b) => order(a.epochMs, b.epochMs))
}

/** For a server's own backups of the data in `dataDir`. */
export function folderOfBackups(dataDir: string, folder: string, diskOf?: DiskOf): BackupPlace {
  const disk = new BackupDisk(dataDir, folder, diskOf)
  return {
    name: folder,
    latestAt: async (now) => {
      try {
        const latest = existsSync(folder) ? backupsIn(folder, now)[0] : undefined
        if (latest === undefined) disk.check()
        makeFolder(folder)
        return latest?.epochMs
      } catch (cause) {
        if (cause instanceof OperatorError) throw cause
        throw new OperatorError(whyUnusable(folder, cause), { cause })
      }
    },
    make: async (at, signal) => {
      const file = join(folder, nameOf(at))
      const { bytes, messages } = await backUp({ dataDir, file, signal, onProgress: () => {} })
      disk.remember()
      return { file, bytes, messages }
    },
    rotate: async (keep, now) => void rotate(folder, keep, now),
  }
}

function whyUnusable(folder: string, cause: unknown): string {
  if (isDiskFull(cause)) return `The disk that holds ${folder} is full: free some space, or choose another BACKUP_DIR.`
  switch (codeOf(cause)) {
    case "EACCES":
    case "EPERM":
      return `${folder} cannot be written: give the server's user the right to, or choose another BACKUP_DIR.`
    case "EROFS":
      return onReadOnlyDisk(folder)
    case "EEXIST":
    case "ENOTDIR":
      return `${folder} is no folder: move away what is there, or choose another BACKUP_DIR.`
    default:
      return `${folder} cannot be used: ${reasonOf(cause)}.`
  }
}

/** Deletes the oldest beyond so many. Returns the deleted ones. */
export function rotate(folder: string, keep: number, now: number): string[] {
  const surplus = backupsIn(folder, now).slice(keep)
  for (const { path } of surplus) {
    rmSync(path, { force: true })
    rmSync(filesBeside(path), { recursive: true, force: true })
  }
  if (surplus.length > 0) syncFolder(folder)
  return surplus.map(({ path }) => path)
}

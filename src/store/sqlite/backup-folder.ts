/** A folder of backups, each named by its moment. Files of any other name in it are nobody's business here. */
import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { filesBeside } from "./files-beside.ts"
import { syncFolder } from "./folder.ts"

const backupName = /^warren-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z\.db$/

export interface DatedBackup {
  readonly path: string
  readonly epochMs: number
}

export function nameOf(epochMs: number): string {
  return `warren-${new Date(epochMs).toISOString().replace(/\.\d+/, "").replaceAll(":", "-")}.db`
}

/** The newest first. */
export function backupsIn(folder: string): DatedBackup[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const [, day, hours, minutes, seconds] = backupName.exec(name) ?? []
      const epochMs = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`)
      return Number.isNaN(epochMs) ? [] : [{ path: join(folder, name), epochMs }]
    })
    .sort((a, b) => b.epochMs - a.epochMs)
}

/** Deletes the oldest, beyond so many. Returns those that are gone. */
export function rotate(folder: string, keep: number): string[] {
  const surplus = backupsIn(folder).slice(keep)
  for (const { path } of surplus) {
    rmSync(path, { force: true })
    rmSync(filesBeside(path), { recursive: true, force: true })
  }
  if (surplus.length > 0) syncFolder(folder)
  return surplus.map(({ path }) => path)
}

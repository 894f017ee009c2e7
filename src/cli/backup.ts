/** `warren backup FILE`: copies the data, also while a server is serving it, and checks the copy before it says done. */
import { statSync } from "node:fs"
import { join, resolve } from "node:path"
import { type Config, configError, isBucket } from "../config.ts"
import { OperatorError } from "../observe/operator-error.ts"
import { backUp } from "../store/sqlite/backup.ts"
import { nameOf, rotate } from "../store/sqlite/backup-folder.ts"
import type { Arguments, Command } from "./command.ts"
import { counted } from "./counted.ts"
import { filesTold, missingTold } from "./files-told.ts"
import { interruptible } from "./interruptible.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { mebibytes, showProgress } from "./progress.ts"
import { typed } from "./typed.ts"

export const backupCommand: Command = {
  wordsMax: 1,
  takesFiles: true,
  run: backup,
  summary: "Copy the data, also while a server is serving it.",
  usage: ["backup FILE [--data-dir FOLDER] [--json]", "backup FOLDER --keep N [--data-dir FOLDER] [--json]"],
  about: [
    "The copy is checked before it gets its name, so a file of that name is a whole backup. Nothing is overwritten.",
    "With --keep the copy is named by its moment, and the oldest of such names in the folder are deleted once it is whole.",
    "Data in PostgreSQL (DATABASE_URL) is backed up with pg_dump instead.",
    'The server makes backups by itself with BACKUP_EVERY and BACKUP_DIR. "warren restore" brings one back.',
  ],
  flags: [{ name: "keep", value: "N", help: "Keep the newest N in the folder, and delete the older ones." }, jsonFlag],
  settings: ["dataDir", "databaseUrl", "filesUrl"],
  examples: [
    ["Each night, from /etc/cron.daily", "warren backup --data-dir /var/lib/warren /var/backups/warren --keep 14"],
    ["Into a file of this name", "warren backup before-the-move.db"],
  ],
}

const keepMax = 10_000
const backupToBucket =
  "A command makes backups in a folder: copy one to the bucket, or let the server send them there, with BACKUP_EVERY and BACKUP_DIR."

async function backup({ positionals: [place], flags, switches }: Arguments): Promise<number> {
  const keep = keepOf(flags["keep"])
  if (place === undefined) throw configError([keep === undefined ? namesNoFile : namesNoFolder])
  const config = ownConfig(flags)
  const { dataDir, databaseUrl, filesUrl } = config
  if (databaseUrl !== undefined) throw configError([backupOfPostgres(place, config)])
  if (isBucket(place)) throw configError([backupToBucket])
  const file = keep === undefined ? place : join(checkedFolder(place), nameOf(Date.now()))
  const startedMs = performance.now()
  const progress = showProgress()
  const onProgress = (step: "copying" | "checking", share: number, total: number) =>
    progress.tell(step === "copying" ? "Copying" : "Checking the copy", share, mebibytes(total))
  const made = await interruptible("Interrupted; nothing was kept.", (signal) =>
    backUp({ dataDir, file, signal, onProgress }).finally(progress.end),
  )
  const deleted = keep === undefined ? [] : rotate(place, keep, Date.now())
  const ms = performance.now() - startedMs
  if (switches.has("json")) {
    process.stdout.write(`${JSON.stringify({ event: "backed up", file, ...made, deleted, ms: Math.round(ms) })}\n`)
    return 0
  }
  const size = `${mebibytes(made.bytes).amount.toFixed(1)} MiB`
  const missing = missingTold(made, filesUrl, join(dataDir, "files"))
  const counts = `${counted(made.messages, "message")} of ${counted(made.rooms, "room")}${filesTold(made)}`
  const gone = deleted.length === 0 ? "" : ` Deleted ${counted(deleted.length, "older backup")}.`
  const seconds = (ms / 1_000).toFixed(1)
  process.stdout.write(
    `Copied ${counts} (${size}) to ${file} and checked the copy, in ${seconds} s.${missing}${gone}\n`,
  )
  return 0
}

const namesNoFile = "Name the file of the backup: warren backup FILE"
const namesNoFolder = "Name the folder of the backups: warren backup FOLDER --keep N"

function keepOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const keep = /^\d{1,5}$/.test(value) ? Number(value) : 0
  if (keep < 1 || keep > keepMax) throw configError([`--keep must be a whole number from 1 to ${keepMax}.`])
  return keep
}

function checkedFolder(place: string): string {
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory()) return place
  throw new OperatorError(`${place} is no folder: make it, or choose another place.`)
}

function backupOfPostgres(file: string, { dataDir, filesUrl }: Config): string {
  const command = `pg_dump --format=custom --file=${typed(file)} "$DATABASE_URL"`
  const files = filesUrl === undefined ? `the folder ${join(resolve(dataDir), "files")}` : filesUrl
  return `DATABASE_URL is set, so the data is in PostgreSQL, which is backed up with: ${command}\nFiles that people sent are not in it: copy ${files} too.`
}

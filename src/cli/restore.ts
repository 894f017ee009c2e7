/** `warren restore FILE`: replaces the data by a backup, once that is checked, and keeps the old data. */
import { resolve } from "node:path"
import { configError } from "../config.ts"
import { filesBeside } from "../store/sqlite/files-beside.ts"
import { type Restored, restore } from "../store/sqlite/restore.ts"
import type { Arguments, Command } from "./command.ts"
import { counted } from "./counted.ts"
import { filesTold, missingTold } from "./files-told.ts"
import { interruptible } from "./interruptible.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { mebibytes, showProgress } from "./progress.ts"
import { typed } from "./typed.ts"

export const restoreCommand: Command = {
  wordsMax: 1,
  takesFiles: true,
  run: restoreFile,
  summary: "Put a backup in the place of the data, and keep the old data.",
  usage: ["restore FILE [--data-dir FOLDER] [--json]"],
  about: [
    "Stop the server first: a folder in use is refused. The backup is checked before anything is changed, and stays as it is. What was in the folder is kept in a folder replaced-… inside it; delete that when you no longer need it, or restore its warren.db to go back.",
    "Clients notice by themselves: the restored data begins a new epoch, so they load their rooms anew and show nothing that is gone.",
    "Data in PostgreSQL (DATABASE_URL) is restored with pg_restore instead.",
  ],
  flags: [jsonFlag],
  settings: ["dataDir", "databaseUrl", "filesUrl"],
  examples: [
    [
      "The night's backup, on a server that runs as a service",
      "warren restore --data-dir /var/lib/warren warren-2026-01-31T03-00-00Z.db",
    ],
  ],
}

async function restoreFile({ positionals: [file], flags, switches }: Arguments): Promise<number> {
  if (file === undefined) throw configError(["Name the backup: warren restore FILE"])
  const { dataDir, databaseUrl, filesUrl } = ownConfig(flags)
  if (databaseUrl !== undefined) throw configError([restoreOfPostgres(file)])
  process.umask(0o077)
  const startedMs = performance.now()
  const progress = showProgress()
  const onProgress = (step: "copying" | "checking", share: number, bytes: number) =>
    progress.tell(step === "copying" ? "Copying" : "Checking the copy", share, mebibytes(bytes))
  const restored = await interruptible("Interrupted; the data is as it was.", (signal) =>
    restore({ dataDir, file, now: new Date(), signal, onProgress }).finally(progress.end),
  )
  const ms = performance.now() - startedMs
  const told = switches.has("json")
    ? JSON.stringify({ event: "restored", file, ...restored, ms: Math.round(ms) })
    : summary({ file, dataDir, filesUrl }, restored, ms)
  process.stdout.write(`${told}\n`)
  return 0
}

function restoreOfPostgres(file: string): string {
  const command = `pg_restore --clean --if-exists --dbname="$DATABASE_URL" ${typed(file)}`
  return `DATABASE_URL is set, so the data is in PostgreSQL, which is restored with: ${command}`
}

interface Places {
  readonly file: string
  readonly dataDir: string
  readonly filesUrl: string | undefined
}

function summary({ file, dataDir, filesUrl }: Places, restored: Restored, ms: number): string {
  const { rooms, messages, bytes, latestAt, kept, isOlder } = restored
  const counts = `${counted(messages, "message")} of ${counted(rooms, "room")}${filesTold(restored)}`
  const missing = missingTold(restored, filesUrl, filesBeside(file))
  const latest = latestAt === undefined ? "" : `, the latest of ${new Date(latestAt).toISOString()}`
  const lines = [
    `Restored ${counts} (${mebibytes(bytes).amount.toFixed(1)} MiB${latest}) from ${file}, in ${(ms / 1_000).toFixed(1)} s.${missing}`,
    kept === undefined
      ? `${resolve(dataDir)} held no data before.`
      : `What was there before is kept in ${resolve(kept)}.`,
    ...(isOlder ? ["It is of an older Warren: the next start upgrades it first."] : []),
    "Start the server: whoever connects loads the rooms anew.",
  ]
  return lines.join("\n")
}

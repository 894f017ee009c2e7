/** `warren backup FILE`: copies the data, also while a server is serving it, and checks the copy before it says done. */
import { configError } from "../config.ts"
import { backUp } from "../store/sqlite/backup.ts"
import type { Arguments, Command } from "./command.ts"
import { counted } from "./counted.ts"
import { interruptible } from "./interruptible.ts"
import { ownConfig } from "./own-settings.ts"

export const backupCommand: Command = {
  wordsMax: 1,
  run: backup,
  summary: "Copy the data, also while a server is serving it.",
  usage: ["backup FILE [--data-dir FOLDER]"],
  about: [
    "The copy is checked before it gets its name, so a file of that name is a whole backup. Nothing is overwritten.",
    "Data in PostgreSQL (DATABASE_URL) is backed up with pg_dump instead.",
    'To restore one, stop the server and put the copy in the place of warren.db; "Backup and restore" in docs/operating.md has the commands.',
  ],
  settings: ["dataDir", "databaseUrl"],
  examples: [
    [
      "Each night, from /etc/cron.daily",
      'warren backup --data-dir /var/lib/warren "/var/backups/warren-$(date +%F).db"',
    ],
  ],
}

async function backup({ positionals, flags }: Arguments): Promise<number> {
  const [file] = positionals
  if (file === undefined) throw configError(["Name the file of the backup: warren backup FILE"])
  const { dataDir, databaseUrl } = ownConfig(flags)
  if (databaseUrl !== undefined) throw configError([backupOfPostgres(file)])
  const startedMs = performance.now()
  const { rooms, messages, bytes } = await interruptible("Interrupted; nothing was kept.", (signal) =>
    backUp({ dataDir, file, signal, onProgress: showProgress }).finally(clearLine),
  )
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MiB`
  const counts = `${counted(messages, "message")} of ${counted(rooms, "room")}`
  process.stdout.write(`Copied ${counts} (${size}) to ${file} and checked the copy, in ${seconds} s.\n`)
  return 0
}

function backupOfPostgres(file: string): string {
  const command = `pg_dump --format=custom --file=${file} "$DATABASE_URL"`
  return `DATABASE_URL is set, so the data is in PostgreSQL, which is backed up with: ${command}`
}

function showProgress(step: "copying" | "checking", share: number): void {
  if (!process.stderr.isTTY) return
  clearLine()
  process.stderr.write(step === "copying" ? `Copying: ${Math.floor(share * 100)} %` : "Checking the copy")
}

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K")
}

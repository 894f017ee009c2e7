/**
 * `warren import slack FILE.zip` and the like: imports another chat's export into a folder, or says what would be
 * imported.
 */
import { statSync } from "node:fs"
import { resolve } from "node:path"
import { configError } from "../../config.ts"
import { writeInBulk } from "../../store/sqlite/bulk.ts"
import type { Bulk } from "../../store/sqlite/bulk-rows.ts"
import { rehearseInBulk } from "../../store/sqlite/rehearsal.ts"
import type { Arguments } from "../command.ts"
import { counted } from "../counted.ts"
import { interruptible } from "../interruptible.ts"
import { ownConfig } from "../own-settings.ts"
import { showProgress } from "../progress.ts"
import { fileTaker } from "./files-taken.ts"
import { Intake, type IntakeOptions, type Report } from "./intake.ts"

/** An opened export of another chat. */
interface Source extends Disposable {
  /** Its size and time identify the export. */
  readonly file: string
  /** The same export gives the same ids. */
  readonly read: (intake: Intake) => Promise<void>
}

export interface SourceKind {
  readonly name: string
  /** As the command's usage names it. */
  readonly argument: string
  readonly open: (path: string) => Source
}

export async function importFrom(
  kind: SourceKind,
  { positionals: [, file], flags, switches }: Arguments,
): Promise<number> {
  if (file === undefined) throw configError([`Name the export: warren import ${kind.name} ${kind.argument}`])
  const { dataDir, databaseUrl } = ownConfig(flags)
  if (databaseUrl !== undefined)
    throw configError([
      "What another chat exports is imported into a folder: unset DATABASE_URL, and move the folder with migrate-to afterwards.",
    ])
  process.umask(0o077)
  const isDry = switches.has("dry-run")
  const startedMs = performance.now()
  using source = kind.open(file)
  const progress = showProgress()
  const onProgress: IntakeOptions["onProgress"] = (share, messages) =>
    progress.tell(isDry ? "Reading" : "Importing", share, {
      amount: share > 0 ? messages / share : 0,
      unit: "messages",
    })
  const told = isDry ? "Interrupted." : "Interrupted; nothing was imported. Run it again, and it goes on where it was."
  const report = await interruptible(told, (signal) => {
    const takeFile = isDry ? undefined : fileTaker(dataDir)
    const read = async (bulk: Bulk) => {
      const intake = new Intake(bulk, { signal, onProgress, takeFile })
      await source.read(intake)
      return intake.report
    }
    const written = isDry
      ? rehearseInBulk(dataDir, read)
      : writeInBulk(dataDir, read, { source: nameOf(kind, source), signal })
    return written.finally(progress.end)
  })
  const ms = performance.now() - startedMs
  process.stdout.write(
    switches.has("json")
      ? `${JSON.stringify({ event: isDry ? "read" : "imported", ...report, ms: Math.round(ms) })}\n`
      : tell(report, isDry, ms),
  )
  return 0
}

function nameOf({ name }: SourceKind, { file }: Source): string {
  const { size, mtimeMs } = statSync(file)
  return JSON.stringify([name, resolve(file), size, mtimeMs])
}

function tell({ rooms, users, added, known, replies, reactions, files, leftOut }: Report, isDry: boolean, ms: number) {
  const lines = [
    `${isDry ? "Would import" : "Imported"} ${counted(added, "message")} of ${counted(rooms, "room")} and ${counted(users, "user")}, with ${counted(replies, "reply", "replies")}, ${counted(reactions, "reaction")} and ${counted(files, "file")}, in ${(ms / 1_000).toFixed(1)} s.`,
    ...(known > 0 ? [`${counted(known, "message")} ${known === 1 ? "was" : "were"} there already.`] : []),
    ...Object.entries(leftOut).map(([what, count]) => `Left out: ${what} (${count.toLocaleString("en")}).`),
    isDry
      ? "Nothing was written."
      : "Start the server. With AUTH=accounts a person takes over their rooms by a link from: warren invite --as USERID",
  ]
  return `${lines.join("\n")}\n`
}

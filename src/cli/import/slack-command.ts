/** `warren import slack FILE.zip`: reads the export of a workspace into a folder, or says what would come. */
import { configError } from "../../config.ts"
import { type Bulk, writeInBulk } from "../../store/sqlite/bulk.ts"
import type { Arguments } from "../command.ts"
import { counted } from "../counted.ts"
import { interruptible } from "../interruptible.ts"
import { ownConfig } from "../own-settings.ts"
import { showProgress } from "../progress.ts"
import { importSlack, type Report, type SlackOptions } from "./slack.ts"
import { openZip } from "./zip.ts"

const nothing: Bulk = { user: () => {}, room: () => {}, message: () => true }

export async function importFromSlack({ positionals: [, file], flags, switches }: Arguments): Promise<number> {
  if (file === undefined) throw configError(["Name the export: warren import slack FILE.zip"])
  const { dataDir, databaseUrl } = ownConfig(flags)
  if (databaseUrl !== undefined)
    throw configError([
      "Slack is imported into a folder: unset DATABASE_URL, and move the folder with migrate-to afterwards.",
    ])
  process.umask(0o077)
  const isDry = switches.has("dry-run")
  const startedMs = performance.now()
  using zip = openZip(file)
  const progress = showProgress()
  const onProgress: SlackOptions["onProgress"] = (share, messages) =>
    progress.tell(isDry ? "Reading" : "Importing", share, {
      amount: share > 0 ? messages / share : 0,
      unit: "messages",
    })
  const report = await interruptible("Interrupted; nothing was imported.", (signal) => {
    const read = (bulk: Bulk) => importSlack(zip, bulk, { signal, onProgress })
    return (isDry ? read(nothing) : writeInBulk(dataDir, read)).finally(progress.end)
  })
  const ms = performance.now() - startedMs
  process.stdout.write(
    switches.has("json")
      ? `${JSON.stringify({ event: isDry ? "read" : "imported", ...report, ms: Math.round(ms) })}\n`
      : tell(report, isDry, ms),
  )
  return 0
}

function tell({ rooms, users, added, known, replies, reactions, leftOut }: Report, isDry: boolean, ms: number): string {
  const lines = [
    `${isDry ? "Would import" : "Imported"} ${counted(added, "message")} of ${counted(rooms, "room")} and ${counted(users, "user")}, with ${counted(replies, "reply", "replies")} and ${counted(reactions, "reaction")}, in ${(ms / 1_000).toFixed(1)} s.`,
    ...(known > 0 ? [`${counted(known, "message")} ${known === 1 ? "was" : "were"} there already.`] : []),
    ...Object.entries(leftOut).map(([what, count]) => `Left out: ${count.toLocaleString("en")} ${what}.`),
    isDry ? "Nothing was written." : "Start the server.",
  ]
  return `${lines.join("\n")}\n`
}

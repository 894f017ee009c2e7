/** `warren import FILE`: what `warren export` wrote, into a folder or a database that holds nothing yet. */
import { createReadStream, statSync } from "node:fs"
import { createInterface } from "node:readline"
import type { Counts } from "../chat/store.ts"
import { configError } from "../config.ts"
import { OperatorError } from "../observe/operator-error.ts"
import { importLines } from "../store/move/lines.ts"
import type { Target } from "../store/move/sides.ts"
import { newEpoch } from "../store/new-epoch.ts"
import { postgresTarget } from "../store/postgres/side.ts"
import { sqliteTarget } from "../store/sqlite/side.ts"
import type { Arguments, Command } from "./command.ts"
import { counted } from "./counted.ts"
import { interruptible } from "./interruptible.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { showProgress, type Whole } from "./progress.ts"

export const importCommand: Command = {
  wordsMax: 2,
  run: (args) => (args.positionals[0] === "slack" ? fromSlack(args) : importData(args)),
  summary: "Read what export wrote, or what a workspace of Slack exports.",
  usage: [
    "import FILE.ndjson [--data-dir FOLDER] [--json]",
    "import slack FILE.zip [--dry-run] [--data-dir FOLDER] [--json]",
  ],
  about: [
    "Ids, numbers and times stay the same; the data begins a new epoch. Every line is checked, and a file with a mistake in it, or without its end, is not imported at all. - reads standard input.",
    "The bytes of files are not in the export: copy the folder files beside the data.",
    "From Slack come the public channels with their people, messages, times, threads (as replies), edits and reactions, into a folder that may hold data already; stop the server first. Run it again with a later export, and only what is new comes. --dry-run says what would come. Private channels and direct conversations are left out, and files stay at Slack: messages have their links.",
  ],
  flags: [{ name: "dry-run", help: "Of Slack: read everything, write nothing, and report." }, jsonFlag],
  settings: ["dataDir", "databaseUrl"],
  examples: [
    ["Into a new folder", "warren import --data-dir /var/lib/warren warren.ndjson"],
    ["A workspace of Slack, to see what would come", "warren import slack export.zip --dry-run"],
    ["From a compressed file", "zstd -dc warren.ndjson.zst | warren import -"],
  ],
}

/** Loaded when it is asked for: it knows all emoji by their names. */
async function fromSlack(args: Arguments): Promise<number> {
  const { importFromSlack } = await import("./import/slack-command.ts")
  return importFromSlack(args)
}

async function importData({ positionals: [file, surplus], flags, switches }: Arguments): Promise<number> {
  if (file === undefined) throw configError(["Name the export: warren import FILE.ndjson, or - for standard input"])
  if (surplus !== undefined) throw configError([`"import" takes no "${surplus}". See "warren help import".`])
  const { dataDir, databaseUrl } = ownConfig(flags)
  const { lines, share } = open(file)
  process.umask(0o077)
  const startedMs = performance.now()
  const target = databaseUrl === undefined ? sqliteTarget(dataDir, { isAnew: true }) : await postgresTarget(databaseUrl)
  const progress = showProgress()
  const counts = await interruptible("Interrupted; nothing was imported.", (signal) => {
    const onProgress = (messages: number) => {
      const done = share()
      const whole: Whole | undefined = done > 0 ? { amount: messages / done, unit: "messages" } : undefined
      progress.tell("Importing", done, whole)
    }
    return fill(target, lines, { signal, onProgress }).finally(progress.end)
  })
  const ms = performance.now() - startedMs
  const told = `Imported ${counted(counts.messages, "message")} of ${counted(counts.rooms, "room")}, in ${(ms / 1_000).toFixed(1)} s. Start the server.`
  process.stdout.write(
    `${switches.has("json") ? JSON.stringify({ event: "imported", ...counts, ms: Math.round(ms) }) : told}\n`,
  )
  return 0
}

async function fill(
  target: Target,
  lines: AsyncIterable<string>,
  options: Parameters<typeof importLines>[2],
): Promise<Counts> {
  try {
    const epoch = newEpoch()
    await target.begin(epoch)
    const counts = await importLines(target, lines, options)
    await target.finish(epoch, counts)
    return counts
  } finally {
    await target.close()
  }
}

/** Its lines, and the share of it that was read: none of a stream whose end nobody knows. */
function open(file: string): { readonly lines: AsyncIterable<string>; readonly share: () => number } {
  if (file === "-") return { lines: createInterface({ input: process.stdin, crlfDelay: Infinity }), share: () => 0 }
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) throw new OperatorError(`There is no ${file}: name the file that export wrote.`)
  const input = createReadStream(file)
  const lines = createInterface({ input, crlfDelay: Infinity })
  return { lines, share: () => (found.size === 0 ? 1 : input.bytesRead / found.size) }
}

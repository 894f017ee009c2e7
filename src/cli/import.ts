/** `warren import FILE`: reads what `warren export` wrote into an empty folder or database. */
import { createReadStream } from "node:fs"
import { join } from "node:path"
import type { Counts } from "../chat/store.ts"
import { configError } from "../config.ts"
import { contentsOf } from "../store/move/contents.ts"
import { importLines, linesIn } from "../store/move/lines.ts"
import type { Target } from "../store/move/sides.ts"
import { newEpoch } from "../store/new-epoch.ts"
import { postgresTarget } from "../store/postgres/side.ts"
import { copyFiles, type FilesCopied, filesBeside } from "../store/sqlite/files-beside.ts"
import { sqliteTarget } from "../store/sqlite/side.ts"
import { unknownWord } from "./arguments.ts"
import type { Arguments, Command } from "./command.ts"
import { counted } from "./counted.ts"
import { filesTold, missingTold } from "./files-told.ts"
import { readNamed, sizeOfNamed } from "./import/named-file.ts"
import type { SourceKind } from "./import/run.ts"
import { interruptible } from "./interruptible.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { showProgress, type Whole } from "./progress.ts"

export const importCommand: Command = {
  wordsMax: 2,
  words: ["slack", "mattermost", "campfire"],
  takesFiles: true,
  run: (args) => {
    const open = others.get(args.positionals[0] ?? "")
    return open === undefined ? importData(args) : fromOther(open, args)
  },
  summary: "Read what export wrote, or what another chat has.",
  usage: [
    "import FILE.ndjson [--data-dir FOLDER] [--json]",
    "import slack FILE.zip [--dry-run] [--data-dir FOLDER] [--json]",
    "import mattermost FILE.jsonl [--dry-run] [--data-dir FOLDER] [--json]",
    "import campfire FOLDER [--dry-run] [--data-dir FOLDER] [--json]",
  ],
  about: [
    "Ids, numbers and times stay the same; the data begins a new epoch. Every line is checked, and a file with a mistake in it, or without its end, is not imported at all. With - as the file it reads standard input.",
    "The files come from FILE.files, where export has put them; with standard input, copy that folder beside the data, as files.",
    "From other chats come people, rooms with their members, messages with their times, replies, edits, mentions, reactions and files, into a folder that may hold data already; stop the server first. It is all or nothing; one that was ended in the middle, also by a kill, goes on where it was when it is run again. Run it with a later export, and only what is new comes. --dry-run says what would be new, and what is left out; for that the server may go on.",
    "Of Slack the zip that a workspace exports (files stay there: messages have their links); of Mattermost the lines of a bulk export, with the folder data beside; of ONCE Campfire its folder storage. With private rooms among them, the folder is served with AUTH=accounts or token only. warren invite --as USERID makes a person's account.",
  ],
  flags: [{ name: "dry-run", help: "Of another chat: read everything, write nothing, and report." }, jsonFlag],
  settings: ["dataDir", "databaseUrl", "filesUrl"],
  examples: [
    ["Into a new folder", "warren import --data-dir /var/lib/warren warren.ndjson"],
    ["A workspace of Slack, to see what would come", "warren import slack export.zip --dry-run"],
    ["Campfire, from its volume", "warren import campfire /var/lib/docker/volumes/campfire/_data"],
    ["From a compressed file", "zstd -dc warren.ndjson.zst | warren import -"],
  ],
}

/** Each is loaded on demand: they contain the names of all emoji. */
const others: ReadonlyMap<string, () => Promise<SourceKind>> = new Map([
  ["slack", async () => (await import("./import/slack.ts")).slack],
  ["mattermost", async () => (await import("./import/mattermost.ts")).mattermost],
  ["campfire", async () => (await import("./import/campfire.ts")).campfire],
])

async function fromOther(open: () => Promise<SourceKind>, args: Arguments): Promise<number> {
  const { importFrom } = await import("./import/run.ts")
  return importFrom(await open(), args)
}

async function importData({ positionals: [file, surplus], flags, switches }: Arguments): Promise<number> {
  if (file === undefined) throw configError(["Name the export: warren import FILE.ndjson, or - for standard input"])
  if (surplus !== undefined) throw unknownWord("import", file, [...others.keys()])
  const { dataDir, databaseUrl, filesUrl } = ownConfig(flags)
  const { lines, share } = open(file)
  const to = join(dataDir, "files")
  const from = file === "-" ? to : filesBeside(file)
  process.umask(0o077)
  const startedMs = performance.now()
  const target = databaseUrl === undefined ? sqliteTarget(dataDir, { isAnew: true }) : await postgresTarget(databaseUrl)
  const progress = showProgress()
  const imported = await interruptible("Interrupted; nothing was imported.", (signal) => {
    const onProgress = (messages: number) => {
      const done = share()
      const whole: Whole | undefined = done > 0 ? { amount: messages / done, unit: "messages" } : undefined
      progress.tell("Importing", done, whole)
    }
    return fill(target, lines, { from, to }, { signal, onProgress }).finally(progress.end)
  })
  const ms = performance.now() - startedMs
  const { rooms, messages } = imported
  const what = `${counted(messages, "message")} of ${counted(rooms, "room")}${filesTold(imported)}`
  const missing = missingTold(imported, filesUrl, from)
  const told = `Imported ${what}, in ${(ms / 1_000).toFixed(1)} s.${missing} Start the server.`
  const result = { event: "imported", ...imported, ms: Math.round(ms) }
  process.stdout.write(`${switches.has("json") ? JSON.stringify(result) : told}\n`)
  return 0
}

async function fill(
  target: Target,
  lines: AsyncIterable<string>,
  folders: { readonly from: string; readonly to: string },
  options: Parameters<typeof importLines>[2],
): Promise<Counts & FilesCopied> {
  try {
    const epoch = newEpoch()
    await target.begin(epoch)
    const counts = await importLines(target, lines, options)
    const contents = await contentsOf(target)
    // Before the data: the server then finds all files.
    const files = await copyFiles({ contents, ...folders, isLinked: false, signal: options.signal })
    await target.finish(epoch, counts)
    return { ...counts, ...files }
  } finally {
    await target.close()
  }
}

/** Its lines, and the share that was read; no share for a stream of unknown length. */
function open(file: string): { readonly lines: AsyncIterable<string>; readonly share: () => number } {
  if (file === "-") return { lines: linesIn(process.stdin), share: () => 0 }
  const size = sizeOfNamed(file, "name the file that export wrote")
  const input = createReadStream(file)
  return { lines: linesIn(readNamed(file, input)), share: () => (size === 0 ? 1 : input.bytesRead / size) }
}

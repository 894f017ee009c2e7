/** `warren export FILE`: all data as lines of JSON, with the files beside them, also while a server runs. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { configError } from "../config.ts"
import { codeOf, isDiskFull, OperatorError } from "../observe/operator-error.ts"
import { contentsOf } from "../store/move/contents.ts"
import { exportLines } from "../store/move/lines.ts"
import type { Source } from "../store/move/sides.ts"
import { postgresSource } from "../store/postgres/side.ts"
import type { FilesCopied } from "../store/sqlite/files-beside.ts"
import { partialOf, removeAbandoned } from "../store/sqlite/new-file.ts"
import { sqliteSnapshot } from "../store/sqlite/side.ts"
import { checkBothAbsent, publishWithFiles } from "../store/sqlite/with-files.ts"
import type { Arguments, Command } from "./command.ts"
import { counted } from "./counted.ts"
import { filesTold, missingTold } from "./files-told.ts"
import { interruptible } from "./interruptible.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { showProgress } from "./progress.ts"

export const exportCommand: Command = {
  wordsMax: 1,
  takesFiles: true,
  run: exportData,
  summary: "Write all data as lines of JSON, with the files beside.",
  usage: ["export FILE.ndjson [--data-dir FOLDER] [--json]"],
  about: [
    "Each line is one thing: a room, a user, a member, a message, a reaction, a file. docs/operating.md says what each has. It is one moment of the data, also while a server writes to it; from PostgreSQL only while no server runs.",
    "What people sent as files is put beside it, in FILE.files: keep the two together. On the same disk these are second names of the same bytes and take no space.",
    "With - as the file the lines go to standard output, without the files. Sessions and invitations are left out. Nothing is overwritten.",
  ],
  flags: [jsonFlag],
  settings: ["dataDir", "databaseUrl", "filesUrl"],
  examples: [
    ["Into a file", "warren export --data-dir /var/lib/warren warren.ndjson"],
    ["Compressed", "warren export - | zstd > warren.ndjson.zst"],
  ],
}

async function exportData({ positionals: [file], flags, switches }: Arguments): Promise<number> {
  if (file === undefined)
    throw configError(["Name the file of the export: warren export FILE.ndjson, or - for standard output"])
  const { dataDir, databaseUrl, filesUrl } = ownConfig(flags)
  const startedMs = performance.now()
  const source = databaseUrl === undefined ? sqliteSnapshot(dataDir) : await postgresSource(databaseUrl)
  const counts = await source.counts()
  const progress = showProgress()
  const whole = { amount: counts.messages, unit: "messages" }
  const onProgress = (messages: number) => progress.tell("Exporting", messages / counts.messages, whole)
  const from = join(dataDir, "files")
  const files = await interruptible("Interrupted; nothing was kept.", (signal) => {
    const options = { signal, onProgress }
    return file === "-" ? print(source, options) : writeOut(source, file, from, options)
  }).finally(async () => {
    progress.end()
    await source.close()
  })
  if (files === undefined) return 0
  const ms = performance.now() - startedMs
  const what = `${counted(counts.messages, "message")} of ${counted(counts.rooms, "room")}${filesTold(files)}`
  const told = `Exported ${what} to ${file}, in ${(ms / 1_000).toFixed(1)} s.${missingTold(files, filesUrl, from)}`
  const result = { event: "exported", file, ...counts, ...files, ms: Math.round(ms) }
  process.stdout.write(`${switches.has("json") ? JSON.stringify(result) : told}\n`)
  return 0
}

type Options = Parameters<typeof exportLines>[2]

async function print(source: Source, options: Options): Promise<undefined> {
  for await (const text of exportLines(source, new Date(), options))
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
}

async function writeOut(source: Source, file: string, from: string, options: Options): Promise<FilesCopied> {
  const partial = partialOf(file, "export")
  try {
    told(file, () => checkBothAbsent(file))
    removeAbandoned(file)
    await writeTo(partial, file, exportLines(source, new Date(), options))
    const files = { contents: await contentsOf(source), from, isLinked: true, signal: options.signal }
    return await publishWithFiles(partial, file, files).catch((cause) => {
      throw whyUnwritten(file, cause)
    })
  } finally {
    rmSync(partial, { force: true })
  }
}

async function writeTo(partial: string, file: string, lines: AsyncIterable<string>): Promise<void> {
  const descriptor = told(file, () => openSync(partial, "wx", 0o600))
  try {
    for await (const text of lines) told(file, () => writeWhole(descriptor, Buffer.from(text)))
    told(file, () => fsyncSync(descriptor))
  } finally {
    closeSync(descriptor)
  }
}

function told<T>(file: string, write: () => T): T {
  try {
    return write()
  } catch (cause) {
    throw whyUnwritten(file, cause)
  }
}

function whyUnwritten(file: string, cause: unknown): OperatorError {
  if (cause instanceof OperatorError) return cause
  const why = isDiskFull(cause)
    ? `The disk that holds ${file} is full: free some space.`
    : `${file} cannot be written (${codeOf(cause) ?? cause}).`
  return new OperatorError(why, { cause })
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}

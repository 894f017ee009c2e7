/** `warren export FILE`: all data as lines of JSON, also while a server is serving it. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { configError } from "../config.ts"
import { codeOf, OperatorError } from "../observe/operator-error.ts"
import { exportLines } from "../store/move/lines.ts"
import type { Source } from "../store/move/sides.ts"
import { postgresSource } from "../store/postgres/side.ts"
import { syncFolder } from "../store/sqlite/folder.ts"
import { checkAbsent, partialOf, publish } from "../store/sqlite/new-file.ts"
import { sqliteSnapshot } from "../store/sqlite/side.ts"
import type { Arguments, Command } from "./command.ts"
import { counted } from "./counted.ts"
import { interruptible } from "./interruptible.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { showProgress } from "./progress.ts"

export const exportCommand: Command = {
  wordsMax: 1,
  run: exportData,
  summary: "Write all data as lines of JSON.",
  usage: ["export FILE.ndjson [--data-dir FOLDER] [--json]"],
  about: [
    "Each line is one thing: a room, a user, a member, a message, a reaction, a file. docs/operating.md says what each has. It is one moment of the data, also while a server writes to it; from PostgreSQL only while no server runs.",
    "- writes to standard output. Sessions and invitations are left out; the bytes of files stay in the folder files beside the data. Nothing is overwritten.",
  ],
  flags: [jsonFlag],
  settings: ["dataDir", "databaseUrl"],
  examples: [
    ["Into a file", "warren export --data-dir /var/lib/warren warren.ndjson"],
    ["Compressed", "warren export - | zstd > warren.ndjson.zst"],
  ],
}

async function exportData({ positionals: [file], flags, switches }: Arguments): Promise<number> {
  if (file === undefined)
    throw configError(["Name the file of the export: warren export FILE.ndjson, or - for standard output"])
  const { dataDir, databaseUrl } = ownConfig(flags)
  const startedMs = performance.now()
  const source = databaseUrl === undefined ? sqliteSnapshot(dataDir) : await postgresSource(databaseUrl)
  const counts = await source.counts()
  const progress = showProgress()
  const whole = { amount: counts.messages, unit: "messages" }
  const onProgress = (messages: number) => progress.tell("Exporting", messages / counts.messages, whole)
  try {
    await interruptible("Interrupted; nothing was kept.", (signal) => writeOut(source, file, { signal, onProgress }))
  } finally {
    progress.end()
    await source.close()
  }
  if (file === "-") return 0
  const ms = performance.now() - startedMs
  const told = `Exported ${counted(counts.messages, "message")} of ${counted(counts.rooms, "room")} to ${file}, in ${(ms / 1_000).toFixed(1)} s.`
  process.stdout.write(
    `${switches.has("json") ? JSON.stringify({ event: "exported", file, ...counts, ms: Math.round(ms) }) : told}\n`,
  )
  return 0
}

async function writeOut(source: Source, file: string, options: Parameters<typeof exportLines>[2]): Promise<void> {
  const lines = exportLines(source, new Date(), options)
  if (file === "-") {
    for await (const text of lines) await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
    return
  }
  const partial = partialOf(file, "export")
  try {
    checkAbsent(file)
    await writeTo(partial, file, lines)
    told(file, () => {
      publish(partial, file)
      syncFolder(dirname(file))
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

/** Why the file cannot be written, if it cannot. */
function told<T>(file: string, write: () => T): T {
  try {
    return write()
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause
    const code = codeOf(cause)
    const isFull = code === "ENOSPC" || code === "EDQUOT"
    throw new OperatorError(
      isFull
        ? `The disk that holds ${file} is full: free some space.`
        : `${file} cannot be written (${code ?? cause}).`,
      { cause },
    )
  }
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}

/** `warren migrate-to` and `warren migrate-from`: all data from a folder into PostgreSQL, and back. */
import { join, resolve } from "node:path"
import type { Counts } from "../chat/store.ts"
import { configError, readConfig } from "../config.ts"
import { move } from "../store/move/move.ts"
import type { Source, Target } from "../store/move/sides.ts"
import { postgresSource, postgresTarget } from "../store/postgres/side.ts"
import { contentsOf, examineFiles } from "../store/sqlite/files-beside.ts"
import { asideIn } from "../store/sqlite/folder.ts"
import { databaseName, upgradeFolder } from "../store/sqlite/open.ts"
import { sqliteSource, sqliteTarget } from "../store/sqlite/side.ts"
import type { Arguments, Command } from "./command.ts"
import { counted } from "./counted.ts"
import { interruptible } from "./interruptible.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { showProgress } from "./progress.ts"
import { tellOfUpgrade } from "./upgrade.ts"

const url = "DATABASE_URL=postgres://warren:PASSWORD@127.0.0.1/warren"
const resumed =
  "Ids, numbers and epoch stay the same, so clients notice a restart and nothing else. What was interrupted goes on."

export const migrateToCommand: Command = {
  wordsMax: 1,
  run: migrateTo,
  summary: "Move all data from the folder into PostgreSQL.",
  usage: ["migrate-to [DATABASE_URL] [--data-dir FOLDER] [--json]"],
  about: [
    "Stop the server first; the database must be empty. Everything is compared at the end, room by room.",
    resumed,
    "Everybody on a machine can read the arguments of its processes: put a URL with a password into the variable.",
    "The server goes on keeping files in the folder (DATA_DIR), unless they are in a bucket. What was its warren.db is kept as warren.db.moved, and not served by mistake.",
  ],
  flags: [jsonFlag],
  settings: ["dataDir", "databaseUrl", "filesUrl"],
  examples: [["Into the database that the server will use", `${url} warren migrate-to`]],
}

export const migrateFromCommand: Command = {
  wordsMax: 1,
  run: migrateFrom,
  summary: "Move all data from PostgreSQL into a folder.",
  usage: ["migrate-from [DATABASE_URL] [--data-dir FOLDER] [--json]"],
  about: [
    "Stop the server first; the folder must hold no warren.db yet. Everything is compared at the end, room by room. The server's files are not in the database: name the folder that they are in, or copy its folder files.",
    resumed,
  ],
  flags: [jsonFlag],
  settings: ["dataDir", "databaseUrl", "filesUrl"],
  examples: [["Back into a folder", `${url} warren migrate-from`]],
}

async function migrateTo(args: Arguments): Promise<number> {
  const { dataDir, databaseUrl, filesUrl } = endsOf(args, "migrate-to")
  await upgradeFolder(dataDir, tellOfUpgrade(process.stderr))
  const aside = asideIn(dataDir)
  return carry(
    async () => sqliteSource(dataDir),
    () => postgresTarget(databaseUrl),
    args.switches.has("json")
      ? undefined
      : async () =>
          `Start the server with DATABASE_URL.\nThe old data is kept as ${aside}, with all that people delete from now on: delete it once all is well.${staying(dataDir, filesUrl)}`,
  )
}

async function migrateFrom(args: Arguments): Promise<number> {
  const { dataDir, databaseUrl, filesUrl } = endsOf(args, "migrate-from")
  process.umask(0o077)
  const next = async () => `Start the server without DATABASE_URL.${await missingFiles(dataDir, filesUrl)}`
  return carry(
    () => postgresSource(databaseUrl),
    async () => sqliteTarget(dataDir),
    args.switches.has("json") ? undefined : next,
  )
}

/** Files are in no database: those in a folder are still read there. */
function staying(dataDir: string, filesUrl: string | undefined): string {
  const files = filesUrl === undefined ? contentsOf(filesIn(dataDir)).length : 0
  return files === 0 ? "" : `\nFiles stay in ${filesIn(dataDir)} (${files.toLocaleString("en")}): keep this DATA_DIR.`
}

/** They may be in the data folder of the server on PostgreSQL, or in this one. */
async function missingFiles(dataDir: string, filesUrl: string | undefined): Promise<string> {
  if (filesUrl !== undefined) return ""
  const { signal } = new AbortController()
  const { missing } = await examineFiles(join(dataDir, databaseName), filesIn(dataDir), signal)
  if (missing.length === 0) return ""
  return `\nFiles are missing in ${filesIn(dataDir)} (${missing.length.toLocaleString("en")}): first copy those of the server's DATA_DIR there.`
}

function filesIn(dataDir: string): string {
  return join(resolve(dataDir), "files")
}

function endsOf({ flags, positionals: [given] }: Arguments, command: string) {
  const { dataDir, databaseUrl, filesUrl } =
    given === undefined ? ownConfig(flags) : readConfig(flags, { ...process.env, DATABASE_URL: given })
  if (databaseUrl === undefined) throw configError([`Name the database: DATABASE_URL=postgres://… warren ${command}`])
  return { dataDir, databaseUrl, filesUrl }
}

async function carry(
  openSource: () => Promise<Source>,
  openTarget: () => Promise<Target>,
  /** What to do next, for people; otherwise the result is JSON. */
  next: (() => Promise<string>) | undefined,
): Promise<number> {
  const startedMs = performance.now()
  const progress = showProgress()
  const onProgress = (step: "copying" | "checking", share: number, messages: number) =>
    progress.tell(step === "copying" ? "Copying" : "Checking", share, { amount: messages, unit: "messages" })
  const counts = await interruptible("Interrupted; run it again to go on.", (signal) =>
    between(openSource, openTarget, (source, target) => move(source, target, { signal, onProgress })).finally(
      progress.end,
    ),
  )
  const ms = performance.now() - startedMs
  const told =
    next === undefined
      ? JSON.stringify({ event: "moved", ...counts, ms: Math.round(ms) })
      : `${summary(counts, ms)} ${await next()}`
  process.stdout.write(`${told}\n`)
  return 0
}

async function between<T>(
  openSource: () => Promise<Source>,
  openTarget: () => Promise<Target>,
  work: (source: Source, target: Target) => Promise<T>,
): Promise<T> {
  const source = await openSource()
  try {
    const target = await openTarget()
    try {
      return await work(source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

function summary({ rooms, messages }: Counts, ms: number): string {
  const seconds = (ms / 1_000).toFixed(1)
  return `Moved ${counted(messages, "message")} of ${counted(rooms, "room")} and compared them all, in ${seconds} s.`
}

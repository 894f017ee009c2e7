/** `warren migrate-to` and `warren migrate-from`: all data from a folder into PostgreSQL, and back. */
import type { Counts } from "../chat/store.ts"
import { configError, readConfig } from "../config.ts"
import { move } from "../store/move/move.ts"
import type { Source, Target } from "../store/move/sides.ts"
import { postgresSource, postgresTarget } from "../store/postgres/side.ts"
import { upgradeFolder } from "../store/sqlite/open.ts"
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
    "The folder stays as it is. Served again, it would begin a new epoch.",
  ],
  flags: [jsonFlag],
  settings: ["dataDir", "databaseUrl"],
  examples: [["Into the database that the server will use", `${url} warren migrate-to`]],
}

export const migrateFromCommand: Command = {
  wordsMax: 1,
  run: migrateFrom,
  summary: "Move all data from PostgreSQL into a folder.",
  usage: ["migrate-from [DATABASE_URL] [--data-dir FOLDER] [--json]"],
  about: [
    "Stop the server first; the folder must hold no data yet. Everything is compared at the end, room by room.",
    resumed,
  ],
  flags: [jsonFlag],
  settings: ["dataDir", "databaseUrl"],
  examples: [["Back into a folder", `${url} warren migrate-from`]],
}

async function migrateTo(args: Arguments): Promise<number> {
  const { dataDir, databaseUrl } = endsOf(args, "migrate-to")
  await upgradeFolder(dataDir, tellOfUpgrade(process.stderr))
  return carry(
    async () => sqliteSource(dataDir),
    () => postgresTarget(databaseUrl),
    args.switches.has("json") ? undefined : "Start the server with DATABASE_URL.",
  )
}

async function migrateFrom(args: Arguments): Promise<number> {
  const { dataDir, databaseUrl } = endsOf(args, "migrate-from")
  process.umask(0o077)
  return carry(
    () => postgresSource(databaseUrl),
    async () => sqliteTarget(dataDir),
    args.switches.has("json") ? undefined : "Start the server without DATABASE_URL.",
  )
}

function endsOf({ flags, positionals: [given] }: Arguments, command: string) {
  const { dataDir, databaseUrl } =
    given === undefined ? ownConfig(flags) : readConfig(flags, { ...process.env, DATABASE_URL: given })
  if (databaseUrl === undefined) throw configError([`Name the database: DATABASE_URL=postgres://… warren ${command}`])
  return { dataDir, databaseUrl }
}

async function carry(
  openSource: () => Promise<Source>,
  openTarget: () => Promise<Target>,
  /** What to do next, for people; without it the result is told in JSON. */
  next: string | undefined,
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
      : `${summary(counts, ms)} ${next}`
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

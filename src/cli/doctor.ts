/** `warren doctor`: checks everything that a server needs, and says what to do. */
import { configError } from "../config.ts"
import { OperatorError } from "../observe/operator-error.ts"
import { visible, visibleJson } from "../observe/visible.ts"
import type { Arguments, Command } from "./command.ts"
import { type Check, failed } from "./doctor/check.ts"
import { localChecks } from "./doctor/local.ts"
import { outsideChecks } from "./doctor/outside.ts"
import { interruptible } from "./interruptible.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"

export const doctorCommand: Command = {
  run: doctor,
  summary: "Look at everything a server needs, and say what to do.",
  usage: ["doctor [--url URL] [--json] [SETTINGS]"],
  about: [
    "It looks at the settings, the folder, the disk, the clock, the data (all of it, also while a server runs), the files and the backups, or at the database and Redis. With --url, or PUBLIC_URL, it also goes the way of a browser: certificate, proxy headers, origin, polling and websocket. It changes nothing.",
    "The exit status is the verdict: 0 when everything works, also with warnings; 1 when something does not. What a moment's load can bring about is looked at twice before it counts.",
  ],
  flags: [{ name: "url", value: "URL", help: "The address that people use. [default PUBLIC_URL]" }, jsonFlag],
  settings: [
    "host",
    "port",
    "dataDir",
    "databaseUrl",
    "redisUrl",
    "auth",
    "authSecret",
    "authJwks",
    "authIssuer",
    "authAudience",
    "oidcIssuer",
    "oidcClientId",
    "oidcClientSecret",
    "oidcName",
    "oidcDomains",
    "oidcGroup",
    "publicUrl",
    "filesUrl",
    "backupEvery",
    "backupDir",
    "backupKeep",
  ],
  examples: [
    ["On the server, as its user", "warren doctor --data-dir /var/lib/warren"],
    ["With the way through the proxy", "warren doctor --url https://chat.example.com"],
  ],
}

/** A short load is over by then. */
const againAfterMs = 3_000

async function doctor({ flags, switches }: Arguments): Promise<number> {
  const given = flags["url"]
  if (given !== undefined && !/^https?:\/\/[^/]/.test(given))
    throw configError(["--url must be an http:// or https:// address, such as https://chat.example.com."])
  const checks = await interruptible("Interrupted.", (signal) => examine(flags, given, signal))
  const isWell = checks.every(({ verdict }) => verdict !== "failed")
  const told = switches.has("json") ? visibleJson({ isWell, checks }) : tellAll(checks)
  process.stdout.write(`${told}\n`)
  return isWell ? 0 : 1
}

async function examine(flags: Arguments["flags"], given: string | undefined, signal: AbortSignal): Promise<Check[]> {
  const patience = { signal, pauseMs: againAfterMs }
  try {
    const config = ownConfig(flags)
    const url = given === undefined ? config.publicUrl : new URL(given).origin
    const outside = url === undefined ? [] : await outsideChecks(url, patience)
    return [...(await localChecks(config, Date.now(), patience)), ...outside]
  } catch (cause) {
    if (!(cause instanceof OperatorError)) throw cause
    signal.throwIfAborted()
    const mistakes = cause.message
      .split("\n")
      .map((told) => failed("settings", told, "Set it right, and run this again."))
    return given === undefined ? mistakes : [...mistakes, ...(await outsideChecks(new URL(given).origin, patience))]
  }
}

function tellAll(checks: readonly Check[]): string {
  const marks = { ok: "ok", warning: "WARNING", failed: "FAILED" } as const
  const width = Math.max(...checks.map(({ name }) => name.length))
  return checks
    .flatMap(({ name, verdict, told, remedy }) => [
      `${marks[verdict].padEnd(7)}  ${name.padEnd(width)}  ${visible(told)}`,
      ...(remedy === undefined ? [] : [`${" ".repeat(9 + width)}  → ${visible(remedy)}`]),
    ])
    .join("\n")
}

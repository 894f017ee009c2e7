/** Finds the command, runs it, and turns a person's mistake into a sentence. Commands return their exit status. */
import { parseArgs } from "node:util"
import { version } from "../../package.json"
import { configError, type Setting, settings } from "../config.ts"
import { OperatorError } from "../observe/operator-error.ts"
import { backupCommand } from "./backup.ts"
import type { Arguments, Command } from "./command.ts"
import { demoCommand } from "./demo.ts"
import { help } from "./help.ts"
import { limitsCommand } from "./limits.ts"
import { loadCommand } from "./load.ts"
import { guardOutput, outputFailure } from "./output.ts"
import { serveCommand } from "./serve.ts"
import { tokenCommand } from "./token.ts"

const commands: Readonly<Record<string, Command>> = {
  serve: serveCommand,
  token: tokenCommand,
  limits: limitsCommand,
  backup: backupCommand,
  load: loadCommand,
  demo: demoCommand,
}

export async function runCli(argv: readonly string[]): Promise<number> {
  guardOutput()
  const status = await run(argv)
  const failure = await outputFailure()
  if (failure === undefined) return status
  process.stderr.write(`What this prints could not be written (${failure}).\n`)
  return status || 1
}

async function run(argv: readonly string[]): Promise<number> {
  try {
    const { command, args, wants } = readArguments(argv)
    if (wants === "help") return say(help(Object.values(commands).flatMap(({ usage }) => usage)))
    if (wants === "version") return say(version)
    return await command.run(args)
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    process.stderr.write(`${error.message}\n`)
    return error.status
  }
}

function readArguments(argv: readonly string[]) {
  const shared = Object.values<Setting>(settings).flatMap(({ flag }) => flag ?? [])
  const own = Object.values(commands).flatMap(({ flags = [] }) => flags)
  const toggles = Object.values(commands).flatMap(({ switches = [] }) => switches)
  const known = {
    ...Object.fromEntries([...shared, ...own].map((flag) => [flag, { type: "string" as const }])),
    ...Object.fromEntries(toggles.map((flag) => [flag, { type: "boolean" as const }])),
    help: { type: "boolean" as const, short: "h" },
    version: { type: "boolean" as const },
  }
  const { values, positionals } = parsed(() => parseArgs({ args: [...argv], options: known, allowPositionals: true }))
  const { help, version, ...given } = values
  const [name = "serve", ...rest] = positionals
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) throw configError([`There is no command "${name}"; --help lists them.`])
  const accepted = [...shared, ...(command.flags ?? []), ...(command.switches ?? [])]
  const foreign = Object.keys(given).find((flag) => !accepted.includes(flag))
  if (foreign !== undefined) throw configError([`"${name}" takes no --${foreign}; --help lists the flags.`])
  const surplus = rest[command.wordsMax ?? 0]
  if (surplus !== undefined) throw configError([`"${name}" takes no "${surplus}"; --help shows how it is written.`])
  const wants = help ? ("help" as const) : version ? ("version" as const) : undefined
  const flags = Object.fromEntries(Object.entries(given).filter(([flag]) => !toggles.includes(flag)))
  const switches = new Set(Object.keys(given).filter((flag) => toggles.includes(flag)))
  return { command, args: { positionals: rest, flags: flags as Arguments["flags"], switches }, wants }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    const [sentence = "The arguments cannot be read"] = String((cause as Error).message).split(/[.\n]/)
    throw configError([`${sentence}; --help lists the flags.`])
  }
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

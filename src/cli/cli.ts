/** Finds the command, runs it, and turns a person's mistake into a sentence. Commands return their exit status. */
import { parseArgs } from "node:util"
import { version } from "../../package.json"
import { configError, settings } from "../config.ts"
import { OperatorError } from "../observe/operator-error.ts"
import { help } from "./help.ts"
import { serve } from "./serve.ts"

export interface Arguments {
  readonly positionals: readonly string[]
  /** Values of `--flag value`, by flag. */
  readonly flags: Readonly<Record<string, string | undefined>>
}

const commands: Readonly<Record<string, (args: Arguments) => Promise<number>>> = { serve }

export async function runCli(argv: readonly string[]): Promise<number> {
  try {
    const { command, args, wants } = readArguments(argv)
    if (wants === "help") return say(help())
    if (wants === "version") return say(version)
    return await command(args)
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    process.stderr.write(`${error.message}\n`)
    return error.status
  }
}

function readArguments(argv: readonly string[]) {
  const names = Object.values(settings).map(({ flag }) => flag)
  const options = Object.fromEntries(names.map((flag) => [flag, { type: "string" as const }]))
  const known = { ...options, help: { type: "boolean" as const, short: "h" }, version: { type: "boolean" as const } }
  const { values, positionals } = parsed(() => parseArgs({ args: [...argv], options: known, allowPositionals: true }))
  const { help, version, ...flags } = values
  const [name = "serve", ...rest] = positionals
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) throw configError([`There is no command "${name}"; --help lists them.`])
  const wants = help ? ("help" as const) : version ? ("version" as const) : undefined
  return { command, args: { positionals: rest, flags: flags as Arguments["flags"] }, wants }
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

/** Finds the command, runs it, and turns a person's mistake into a sentence. Commands return their exit status. */
import { version } from "../../package.json"
import { OperatorError } from "../observe/operator-error.ts"
import { visibleLines } from "../observe/visible.ts"
import { asksFor, commandNamed, commandOf, readArguments } from "./arguments.ts"
import type { Command } from "./command.ts"
import { help, helpOf } from "./help.ts"
import { guardOutput, outputFailure } from "./output.ts"
import { serveCommand } from "./serve.ts"

type Commands = Readonly<Record<string, Command>>

export async function runCli(argv: readonly string[]): Promise<number> {
  guardOutput()
  const status = await run(argv)
  const failure = await outputFailure()
  if (failure === undefined) return status
  process.stderr.write(`Standard output could not be written (${failure}).\n`)
  return status || 1
}

async function run(argv: readonly string[]): Promise<number> {
  try {
    const told = await helpOrVersion(argv)
    if (told !== undefined) {
      process.stdout.write(`${told}\n`)
      return 0
    }
    const { command, args } = await read(argv)
    return await command.run(args)
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    // It may contain names that others chose: a file of an export, a room, a server's answer.
    process.stderr.write(`${visibleLines(error.message)}\n`)
    return error.status
  }
}

/** A valid command line of the server runs the server, so a start loads no other command. */
async function read(argv: readonly string[]) {
  try {
    return readArguments(argv, { serve: serveCommand })
  } catch {
    return readArguments(argv, await allCommands())
  }
}

async function allCommands(): Promise<Commands> {
  return (await import("./commands.ts")).commands
}

/** The text of the help or version, if asked for; this comes before any mistake. */
export async function helpOrVersion(argv: readonly string[]): Promise<string | undefined> {
  const [first, topic] = argv
  if (first === "help") return helpFor(topic, await allCommands())
  if (asksFor(argv, "--help", "-h")) {
    const commands = await allCommands()
    return helpFor(commandNamed(argv, commands), commands)
  }
  return first === "version" || asksFor(argv, "--version", "-v") ? version : undefined
}

/** About one command, or about all. */
function helpFor(name: string | undefined, commands: Commands): string {
  if (name === undefined || name === "help" || name === "version" || name.startsWith("-")) return help(commands)
  return helpOf(name, commandOf(name, commands))
}

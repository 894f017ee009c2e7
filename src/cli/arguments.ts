/** Parses a command line: words, flags with a value, and flags without. Every mistake is explained in a sentence. */
import { configError, type Setting, settings } from "../config.ts"
import type { Arguments, Command, Flag } from "./command.ts"
import { nearest } from "./nearest.ts"

interface Line {
  readonly words: readonly string[]
  readonly flags: ReadonlyMap<string, string>
  readonly switches: ReadonlySet<string>
}

interface Request {
  readonly name: string
  readonly command: Command
  readonly args: Arguments
}

/** Without a command, the server runs. */
const commandDefault = "serve"

/** Whether one of these flags is given before `--`: asking for help comes before every mistake. */
export function asksFor(argv: readonly string[], ...forms: readonly string[]): boolean {
  const end = argv.indexOf("--")
  return argv.slice(0, end === -1 ? argv.length : end).some((argument) => forms.includes(argument))
}

/** The named command, if any: the first word that is no flag's value. */
export function commandNamed(argv: readonly string[], commands: Readonly<Record<string, Command>>): string | undefined {
  const known = flagsOf(commands)
  return argv.find((argument, index) => {
    const before = argv[index - 1]
    const isValue = before?.startsWith("--") && known.get(before.slice(2))?.value !== undefined
    return !argument.startsWith("-") && !isValue
  })
}

/** Throws an OperatorError for an invalid command line. */
export function readArguments(argv: readonly string[], commands: Readonly<Record<string, Command>>): Request {
  const known = flagsOf(commands)
  const { words, flags, switches } = readLine(argv, known)
  const [name = commandDefault, ...positionals] = words
  const command = commandOf(name, commands)
  const accepted = flagsOfCommand(command)
  const foreign = [...flags.keys(), ...switches].find((flag) => !accepted.some(({ name }) => name === flag))
  if (foreign !== undefined) throw mistake(`"${name}" takes no --${foreign}.`, `warren help ${name}`)
  const surplus = positionals[command.wordsMax ?? 0]
  if (surplus !== undefined) throw mistake(`"${name}" takes no "${surplus}".`, `warren help ${name}`)
  return { name, command, args: { positionals, flags: Object.fromEntries(flags), switches } }
}

export function commandOf(name: string, commands: Readonly<Record<string, Command>>): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command !== undefined) return command
  throw mistake(`There is no command "${name}".${didYouMean(nearest(name, Object.keys(commands)))}`, "warren help")
}

/** Its own flags, and those of the settings that it uses. */
export function flagsOfCommand({ flags = [], settings: heeded = [] }: Command): readonly Flag[] {
  return [...flags, ...heeded.flatMap((name) => flagOf(settings[name]))]
}

function flagOf({ flag, value, help }: Setting): Flag[] {
  return flag === undefined ? [] : [{ name: flag, value, help }]
}

function flagsOf(commands: Readonly<Record<string, Command>>): ReadonlyMap<string, Flag> {
  const flags = Object.values(commands).flatMap(flagsOfCommand)
  return new Map(flags.map((flag) => [flag.name, flag]))
}

function readLine(argv: readonly string[], known: ReadonlyMap<string, Flag>): Line {
  const words: string[] = []
  const flags = new Map<string, string>()
  const switches = new Set<string>()
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? ""
    if (argument === "--") return { words: [...words, ...argv.slice(index + 1)], flags, switches }
    if (!argument.startsWith("-") || argument === "-") {
      words.push(argument)
      continue
    }
    const [, name = "", given] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? []
    const flag = known.get(name)
    if (flag === undefined) throw unknownFlag(argument, known)
    if (flag.value === undefined) {
      if (given !== undefined) throw mistake(`--${name} takes no value.`)
      switches.add(name)
      continue
    }
    const value = given ?? argv[++index]
    if (value === undefined || (given === undefined && value.startsWith("--")))
      throw mistake(`--${name} needs a value: --${name} ${flag.value}.`)
    flags.set(name, value)
  }
  return { words, flags, switches }
}

function unknownFlag(argument: string, known: ReadonlyMap<string, Flag>): Error {
  const [name = ""] = argument.split("=")
  const variable = name.replace(/^-+/, "").replaceAll("-", "_").toUpperCase()
  if (Object.values<Setting>(settings).some((setting) => setting.variable === variable))
    return mistake(`There is no flag ${name}: set the variable ${variable}.`, "warren serve --help")
  const meant = nearest(name.replace(/^-+/, ""), [...known.keys(), "help", "version"])
  return mistake(`There is no flag ${name}.${didYouMean(meant && `--${meant}`)}`)
}

function didYouMean(name: string | undefined): string {
  return name === undefined ? "" : ` Did you mean ${name}?`
}

/** The error for a word that a command does not know; `meant` is what it stands for where others call that so. */
export function unknownWord(name: string, word: string, words: readonly string[], meant = nearest(word, words)): Error {
  return mistake(`"${name}" knows no "${word}".${didYouMean(meant)}`, `warren help ${name}`)
}

function mistake(sentence: string, help = "warren help"): Error {
  return configError([`${sentence} See "${help}".`])
}

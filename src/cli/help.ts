/** The texts of `warren help`, made from the commands and the settings themselves, for a terminal of 80 columns. */
import { version } from "../../package.json"
import { type Config, type Setting, settings } from "../config.ts"
import type { Command, Flag } from "./command.ts"

const width = 80
const indent = "  "
/** The most common settings; the help of the server lists all. */
const common: readonly (keyof Config)[] = ["host", "port", "dataDir"]

export function help(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const)
  return sections([
    ["", `Warren ${version}: a chat server for small teams.`],
    ["Usage", lines(["warren [COMMAND] [FLAGS]"])],
    ["Commands", columns([...rows, ["help COMMAND", "Explain a command."], ["version", "Show the version."]])],
    ["Flags of the server", columns(common.map((name) => settingRow(settings[name])))],
    [
      "",
      wrapped(
        '"warren serve --help" lists every setting. A setting may also be an environment variable, or a line of .env.',
        width,
      ).join("\n"),
    ],
  ])
}

export function helpOf(name: string, command: Command): string {
  const { summary, usage, about = [], flags = [], settings: heeded = [], examples } = command
  const settingRows = heeded.map((name) => settingRow(settings[name]))
  const shown = examples.flatMap(([what, line], index) => [...(index === 0 ? [] : [""]), `# ${what}`, line])
  return sections([
    ["", `warren ${name}: ${summary}`],
    ["Usage", lines(usage.map((line) => `warren ${line}`))],
    ...about.map((text) => ["", wrapped(text, width).join("\n")] as const),
    ["Flags", columns(flags.map(flagRow))],
    ["Settings (flag, or variable in the environment or in .env)", columns(settingRows)],
    ["Examples", lines(shown)],
  ])
}

type Row = readonly [left: string, right: string]

function settingRow({ flag, value, variable, initial, help }: Setting): Row {
  const standard = initial === undefined ? "" : `, default ${initial}`
  const left = flag === undefined ? variable : `--${flag} ${value}`
  return [left, `${help} [${flag === undefined ? "variable only" : variable}${standard}]`]
}

function flagRow({ name, value, help }: Flag): Row {
  return [value === undefined ? `--${name}` : `--${name} ${value}`, help]
}

function sections(all: readonly (readonly [title: string, text: string])[]): string {
  return all
    .filter(([, text]) => text !== "")
    .map(([title, text]) => (title === "" ? text : `${title}\n${text}`))
    .join("\n\n")
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => (text === "" ? "" : indent + text)).join("\n")
}

/** Two columns; a left entry that is too long has a line of its own. */
function columns(rows: readonly Row[]): string {
  const leftMax = 26
  const left = Math.min(leftMax, Math.max(0, ...rows.map(([text]) => text.length)))
  return rows
    .flatMap(([text, explanation]) => {
      const [first = "", ...more] = wrapped(explanation, width - left - 2 * indent.length)
      const under = more.map((line) => indent + " ".repeat(left) + indent + line)
      if (text.length > left) return [indent + text, indent + " ".repeat(left) + indent + first, ...under]
      return [indent + text.padEnd(left) + indent + first, ...under]
    })
    .join("\n")
}

/** Breaks at spaces; a longer word stays whole. */
function wrapped(text: string, columns: number): string[] {
  const result: string[] = []
  for (const word of text.split(" ")) {
    const last = result.at(-1)
    if (last === undefined || last.length + 1 + word.length > columns) result.push(word)
    else result[result.length - 1] = `${last} ${word}`
  }
  return result
}

/** The completion of fish: a line for each command, word and flag. */
import { flagsOfCommand } from "../arguments.ts"
import { type Commands, choicesOf, isPath, quoted, withoutCommand } from "./values.ts"

export function fish(commands: Commands): string {
  const begin = "complete -c warren"
  const names = Object.entries(commands).map(
    ([name, { summary }]) => `${begin} -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  )
  const flags = Object.entries(commands).flatMap(([name, command]) => {
    const conditions = [
      `__fish_seen_subcommand_from ${name}`,
      ...(name === withoutCommand ? ["__fish_use_subcommand"] : []),
    ]
    return conditions.flatMap((condition) =>
      flagsOfCommand(command).map(({ name: flag, value, help }) => {
        return `${begin} -n ${quoted(condition)} -l ${flag}${fishValue(value)} -d ${quoted(help)}`
      }),
    )
  })
  const words = Object.entries(commands).map(([name, { words: firsts = [], takesFiles }]) => {
    const offered = firsts.length > 0 ? ` -a ${quoted(firsts.join(" "))}` : ""
    return `${begin} -n ${quoted(`__fish_seen_subcommand_from ${name}`)}${takesFiles ? " -F" : " -f"}${offered}`
  })
  const all = [...names, `${begin} -n __fish_use_subcommand -f -a "help version"`, ...words, ...flags]
  return `# fish completion of warren\n${all.join("\n")}\n`
}

function fishValue(value: string | undefined): string {
  if (value === undefined) return ""
  if (isPath(value)) return " -r"
  const choices = choicesOf(value)
  return choices.length > 0 ? ` -x -a ${quoted(choices.join(" "))}` : " -x"
}

/** The completion of bash: a function that looks at the words before the cursor. */
import { flagsOfCommand } from "../arguments.ts"
import type { Command } from "../command.ts"
import { type Commands, choicesOf, isPath, withoutCommand } from "./values.ts"

export function bash(commands: Commands): string {
  const names = Object.keys(commands)
  const cases = Object.entries(commands).map(([name, command]) => {
    const { words = [], takesFiles = false } = command
    const flags = reply(`-W "${flagWords(command)}"`)
    const others = [
      ...(words.length > 0 ? [`[[ $first != "" ]] || ${reply(`-W "${words.join(" ")}"`)}`] : []),
      ...(takesFiles ? [reply("-f")] : []),
    ]
    const steps =
      others.length === 0
        ? [flags]
        : ["if [[ $cur == -* ]]; then", `  ${flags}`, "else", ...others.map((step) => `  ${step}`), "fi"]
    return [`${name})`, ...steps.map((step) => `  ${step}`), "  ;;"].map((line) => `    ${line}`).join("\n")
  })
  return `# bash completion of warren
_warren() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command="" first="" word
  COMPREPLY=()
  case $before in
${valueCases(commands).join("\n")}
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $command != "" ]]; then
      [[ $word == -* ]] || first=$word
      continue
    fi
    case $word in
      ${[...names, "help"].join("|")}) command=$word ;;
    esac
  done
  case $command in
${cases.join("\n")}
    help)
      ${reply(`-W "${names.join(" ")}"`)}
      ;;
    *)
      ${reply(`-W "${[...names, "help", "version"].join(" ")} ${flagWords(commands[withoutCommand])}"`)}
      ;;
  esac
}
complete -o filenames -F _warren warren
`
}

/** The value of a flag: a choice, a file, or anything. */
function valueCases(commands: Commands): string[] {
  const flags = new Map(
    Object.values(commands)
      .flatMap(flagsOfCommand)
      .map(({ name, value }) => [name, value]),
  )
  return [...flags].flatMap(([name, value]) => {
    if (value === undefined) return []
    const choices = choicesOf(value)
    const from = choices.length > 0 ? `-W "${choices.join(" ")}"` : isPath(value) ? "-f" : undefined
    return [`    --${name}) ${from === undefined ? "" : `${reply(from)}; `}return ;;`]
  })
}

function reply(from: string): string {
  return `COMPREPLY+=($(compgen ${from} -- "$cur"))`
}

function flagWords(command: Command | undefined): string {
  const flags = command === undefined ? [] : flagsOfCommand(command)
  return [...flags.map(({ name }) => `--${name}`), "--help"].join(" ")
}

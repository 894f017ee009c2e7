/** The completion of zsh, by its own _arguments and _describe. */
import { flagsOfCommand } from "../arguments.ts"
import type { Flag } from "../command.ts"
import { type Commands, choicesOf, isPath, quoted } from "./values.ts"

export function zsh(commands: Commands): string {
  const described = Object.entries(commands).map(([name, { summary }]) => `    ${quoted(`${name}:${summary}`)}`)
  const cases = Object.entries(commands).map(([name, command]) => {
    const flags = flagsOfCommand(command).map((flag) => `      ${quoted(zshFlag(flag))} \\`)
    const { words: firsts = [], takesFiles } = command
    // The first word is the command itself.
    const first = firsts.length > 0 && !takesFiles ? `'2: :(${firsts.join(" ")})' ` : ""
    const words = takesFiles ? "'*:file:_files'" : `${first}'*: :'`
    return `    ${name})\n      _arguments \\\n${flags.join("\n")}${flags.length > 0 ? "\n" : ""}      '--help[Explain the command.]' ${words}\n      ;;`
  })
  return `#compdef warren
_warren() {
  local -a commands
  commands=(
${described.join("\n")}
    'help:Explain a command.'
    'version:Show the version.'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
${cases.join("\n")}
    help)
      _describe command commands
      ;;
  esac
}
if [ "$funcstack[1]" = _warren ]; then _warren "$@"; else compdef _warren warren; fi
`
}

function zshFlag({ name, value, help }: Flag): string {
  const text = help.replaceAll(/[[\]:\\]/g, (character) => `\\${character}`)
  if (value === undefined) return `--${name}[${text}]`
  const choices = choicesOf(value)
  const offered = choices.length > 0 ? `(${choices.join(" ")})` : isPath(value) ? "_files" : " "
  return `--${name}=[${text}]:${value.replaceAll(":", "\\:")}:${offered}`
}

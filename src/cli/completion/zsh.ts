/** The completion of zsh, by its own _arguments and _describe. */
import { flagsOfCommand } from "../arguments.ts"
import type { Command, Flag } from "../command.ts"
import { type Commands, choicesOf, isPath, quoted } from "./values.ts"

export function zsh(commands: Commands): string {
  const described = Object.entries(commands).map(([name, { summary }]) => `    ${quoted(`${name}:${summary}`)}`)
  const cases = Object.entries(commands).map(([name, command]) => {
    const flags = flagsOfCommand(command).map((flag) => `      ${quoted(zshFlag(flag))} \\`)
    // The server's flags may stand without its command.
    return `    ${name === "serve" ? "serve|-*" : name})\n      _arguments \\\n${flags.join("\n")}${flags.length > 0 ? "\n" : ""}      '--help[Explain the command.]' ${wordsOf(command)}\n      ;;`
  })
  return `#compdef warren
_warren() {
  local -a commands
  commands=(
${described.join("\n")}
    'help:Explain a command.'
    'version:Show the version.'
  )
  if [[ $CURRENT == 2 && $words[2] != -* ]]; then
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

/** The first word is the command itself. */
function wordsOf({ words = [], takesFiles }: Command): string {
  const rest = takesFiles ? "'*:file:_files'" : "'*: :'"
  if (words.length === 0) return rest
  const choices = `(${words.join(" ")})`
  return takesFiles
    ? `'2: : _alternative "words\\: \\:${choices}" "files\\:file\\:_files"' ${rest}`
    : `'2: :${choices}' ${rest}`
}

function zshFlag({ name, value, help }: Flag): string {
  const text = help.replaceAll(/[[\]:\\]/g, (character) => `\\${character}`)
  if (value === undefined) return `--${name}[${text}]`
  const choices = choicesOf(value)
  const offered = choices.length > 0 ? `(${choices.join(" ")})` : isPath(value) ? "_files" : " "
  return `--${name}=[${text}]:${value.replaceAll(":", "\\:")}:${offered}`
}

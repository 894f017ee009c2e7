/** `warren completion SHELL`: what a shell needs to complete commands and flags, made from the commands themselves. */
import { configError } from "../config.ts"
import { flagsOfCommand } from "./arguments.ts"
import type { Arguments, Command, Flag } from "./command.ts"

const shells = ["bash", "zsh", "fish"] as const
type Shell = (typeof shells)[number]
type Commands = Readonly<Record<string, Command>>

/** Of all commands, this one among them: they are asked for when it runs. */
export function completionCommand(commands: () => Commands): Command {
  return {
    wordsMax: 1,
    run: async (args) => print(args, commands()),
    summary: "Print what a shell needs to complete commands and flags.",
    usage: ["completion bash|zsh|fish"],
    examples: [
      ["bash, in ~/.bashrc", "source <(warren completion bash)"],
      ["zsh, into a folder of $fpath", "warren completion zsh > ~/.zfunc/_warren"],
      ["fish", "warren completion fish > ~/.config/fish/completions/warren.fish"],
    ],
  }
}

async function print({ positionals: [shell] }: Arguments, commands: Commands): Promise<number> {
  const known = shells.find((name) => name === shell)
  if (known === undefined) throw configError([`Name the shell: warren completion ${shells.join("|")}`])
  process.stdout.write(scriptFor(known, commands))
  return 0
}

export function scriptFor(shell: Shell, commands: Commands): string {
  switch (shell) {
    case "bash":
      return bash(commands)
    case "zsh":
      return zsh(commands)
    case "fish":
      return fish(commands)
  }
}

/** Those that one does not write out to serve are the server's own. */
const withoutCommand = "serve"

function bash(commands: Commands): string {
  const names = Object.keys(commands)
  const cases = Object.entries(commands).map(([name, command]) => {
    const files = (command.wordsMax ?? 0) > 0 ? '\n      [[ $cur == -* ]] || COMPREPLY+=($(compgen -f -- "$cur"))' : ""
    return `    ${name})\n      COMPREPLY=($(compgen -W "${flagWords(command)}" -- "$cur"))${files}\n      ;;`
  })
  return `# bash completion of warren
_warren() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${[...names, "help"].join("|")}) command=$word; break ;;
    esac
  done
  case $command in
${cases.join("\n")}
    help)
      COMPREPLY=($(compgen -W "${names.join(" ")}" -- "$cur"))
      ;;
    *)
      COMPREPLY=($(compgen -W "${[...names, "help", "version"].join(" ")} ${flagWords(commands[withoutCommand])}" -- "$cur"))
      ;;
  esac
}
complete -o filenames -F _warren warren
`
}

function zsh(commands: Commands): string {
  const described = Object.entries(commands).map(([name, { summary }]) => `    ${quoted(`${name}:${summary}`)}`)
  const cases = Object.entries(commands).map(([name, command]) => {
    const flags = flagsOfCommand(command).map((flag) => `      ${quoted(zshFlag(flag))} \\`)
    const words = (command.wordsMax ?? 0) > 0 ? "'*:file:_files'" : "'*: :'"
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
  return `--${name}${value === undefined ? "" : "="}[${text}]${value === undefined ? "" : `:${value.replaceAll(":", "\\:")}:_files`}`
}

function fish(commands: Commands): string {
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
        return `${begin} -n ${quoted(condition)} -l ${flag}${value === undefined ? "" : " -r"} -d ${quoted(help)}`
      }),
    )
  })
  const all = [...names, `${begin} -n __fish_use_subcommand -f -a "help version"`, ...flags]
  return `# fish completion of warren\n${all.join("\n")}\n`
}

function flagWords(command: Command | undefined): string {
  const flags = command === undefined ? [] : flagsOfCommand(command)
  return [...flags.map(({ name }) => `--${name}`), "--help"].join(" ")
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

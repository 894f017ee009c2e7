/** `warren completion SHELL`: a shell's completion of commands and flags, made from the commands themselves. */
import { configError } from "../config.ts"
import type { Arguments, Command } from "./command.ts"
import { bash } from "./completion/bash.ts"
import { fish } from "./completion/fish.ts"
import type { Commands } from "./completion/values.ts"
import { zsh } from "./completion/zsh.ts"

const shells = ["bash", "zsh", "fish"] as const
type Shell = (typeof shells)[number]

/** All commands, including this one, so they are read when it runs. */
export function completionCommand(commands: () => Commands): Command {
  return {
    wordsMax: 1,
    words: shells,
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

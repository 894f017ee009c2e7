/** What the completions of all shells share. */
import type { Command } from "../command.ts"

export type Commands = Readonly<Record<string, Command>>

/** Flags without a command are the server's. */
export const withoutCommand = "serve"

/** "on|off"; a name in capitals allows any value. */
export function choicesOf(value: string): readonly string[] {
  return /^[a-z]+(\|[a-z]+)+$/.test(value) ? value.split("|") : []
}

export function isPath(value: string): boolean {
  return /^(FILE|FOLDER|PLACE|PATH)/.test(value)
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

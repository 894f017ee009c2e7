/** What the completions of all shells have in common. */
import type { Command } from "../command.ts"

export type Commands = Readonly<Record<string, Command>>

/** Those that one does not write out to serve are the server's own. */
export const withoutCommand = "serve"

/** "on|off"; names in capitals stand for anything. */
export function choicesOf(value: string): readonly string[] {
  return /^[a-z]+(\|[a-z]+)+$/.test(value) ? value.split("|") : []
}

export function isPath(value: string): boolean {
  return /^(FILE|FOLDER|PLACE|PATH)/.test(value)
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

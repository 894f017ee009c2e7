/** What every command is: a file of its own, listed in commands.ts. Its help, and which arguments it takes, are data. */
import type { Config } from "../config.ts"

export interface Arguments {
  readonly positionals: readonly string[]
  /** Values of `--flag value`, by flag: the settings', and the command's own. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** The command's own flags that take no value, if they were given. */
  readonly switches: ReadonlySet<string>
}

/** A flag of one command, beside the settings. */
export interface Flag {
  readonly name: string
  /** What stands for its value in the help; none for a flag that takes none. */
  readonly value?: string
  readonly help: string
}

export interface Command {
  readonly run: (args: Arguments) => Promise<number>
  /** What it does, in a line of `warren help`. */
  readonly summary: string
  /** How it is written, after `warren`: one line for each way. */
  readonly usage: readonly string[]
  /** What else one must know: paragraphs of its help. */
  readonly about?: readonly string[]
  readonly flags?: readonly Flag[]
  /** The settings that it heeds; any other is refused. */
  readonly settings?: readonly (keyof Config)[]
  /** Whole command lines that work, each after what it does. */
  readonly examples: readonly (readonly [what: string, line: string])[]
  /** Words that may follow its name; none unless told otherwise. */
  readonly wordsMax?: number
  /** What the first of them may be, for the completion of shells; files and folders, where it takes some, beside these. */
  readonly words?: readonly string[]
  readonly takesFiles?: boolean
}

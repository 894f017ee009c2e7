/** Every command is a file of its own, listed in commands.ts. Its help, and the arguments it takes, are data. */
import type { Config } from "../config.ts"

export interface Arguments {
  readonly positionals: readonly string[]
  /** Values of `--flag value`, by flag: the settings', and the command's own. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** The command's own flags without a value, if given. */
  readonly switches: ReadonlySet<string>
}

/** A flag of one command, beside the settings. */
export interface Flag {
  readonly name: string
  /** Its placeholder in the help; none for a flag without a value. */
  readonly value?: string
  readonly help: string
}

export interface Command {
  readonly run: (args: Arguments) => Promise<number>
  /** Its summary in `warren help`. */
  readonly summary: string
  /** Its usage after `warren`: one line for each form. */
  readonly usage: readonly string[]
  /** Further paragraphs of its help. */
  readonly about?: readonly string[]
  readonly flags?: readonly Flag[]
  /** The settings that it uses; any other is refused. */
  readonly settings?: readonly (keyof Config)[]
  /** Complete examples, each after its purpose. */
  readonly examples: readonly (readonly [what: string, line: string])[]
  /** The number of words that may follow its name; by default none. */
  readonly wordsMax?: number
  /** Completions for the first word; files and folders, if it takes some, come in addition. */
  readonly words?: readonly string[]
  readonly takesFiles?: boolean
}

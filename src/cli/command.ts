/** What every command is: a file of its own, listed in cli.ts. */
export interface Arguments {
  readonly positionals: readonly string[]
  /** Values of `--flag value`, by flag: the settings', and the command's own. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** The command's own flags that take no value, if they were given. */
  readonly switches: ReadonlySet<string>
}

export interface Command {
  readonly run: (args: Arguments) => Promise<number>
  /** How it is written, and what it does: a line or more of `--help`. */
  readonly usage: readonly (readonly [synopsis: string, help: string])[]
  /** Flags of its own, beside the settings. */
  readonly flags?: readonly string[]
  /** Flags of its own that take no value. */
  readonly switches?: readonly string[]
  /** Words that may follow its name; none unless told otherwise. */
  readonly wordsMax?: number
}

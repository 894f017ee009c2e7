/** Commands that read are answered even if nothing can be written: a full disk must not hide what is on it. */
import type { AnyOutcome, Command } from "../chat/rules/rules.ts"
import { ChatError } from "../contract/errors.ts"

/**
 * A batch failed with `cause`: runs those of its commands that only read. Resolves to `undefined` if that cannot help,
 * else to outcomes in the order of the commands, up to the first reader that `run` did not reach.
 */
export async function readAnyway(
  commands: readonly Command[],
  isReader: (command: Command) => boolean,
  run: (readers: readonly Command[]) => Promise<readonly AnyOutcome[]>,
  cause: unknown,
): Promise<readonly AnyOutcome[] | undefined> {
  const readers = commands.filter(isReader)
  if (readers.length === 0 || readers.length === commands.length) return undefined
  const outcomes = await run(readers)
  const read = new Map(readers.map((command, index) => [command, outcomes[index]]))
  const end = commands.findIndex((command) => read.has(command) && read.get(command) === undefined)
  const reached = end === -1 ? commands : commands.slice(0, end)
  return reached.map((command) => read.get(command) ?? new ChatError("ERR_STORAGE", { cause }))
}

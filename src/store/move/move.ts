/**
 * Moves all data from one store to another: the same ids, numbers and epoch, so clients
 * notice only a restart.
 *
 * Messages are copied in the order of their keys, so an interrupted copy continues after
 * the last one; the other tables are small beside them, and are copied anew. At the end
 * both sides are read again and compared, room by room, before the target may be served.
 */
import type { Counts } from "../../chat/store.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import { compare, fingerprint } from "./fingerprint.ts"
import type { Source, Target } from "./sides.ts"
import { keyOf, mentions, messages, reactions, rowsAtOnce, smallTables, type Table } from "./tables.ts"

export interface MoveOptions {
  readonly signal: AbortSignal
  /** Called often, with the share of the step that is done, from 0 to 1, of so many messages to copy or read. */
  readonly onProgress: (step: "copying" | "checking", share: number, messages: number) => void
}

/**
 * Throws an OperatorError when it cannot be done, or the signal's reason. The next call continues with what was copied.
 */
export async function move(source: Source, target: Target, options: MoveOptions): Promise<Counts> {
  const counts = await source.counts()
  await target.begin(source.epoch)
  for (const table of smallTables) {
    await target.clear(table)
    await copy(table, source, target, options.signal)
  }
  await copy(messages, source, target, options.signal, (copied) => {
    options.onProgress("copying", shareOf(copied, counts.messages), counts.messages)
  })
  for (const table of [reactions, mentions]) await copy(table, source, target, options.signal)
  await check(source, target, counts, options)
  await target.finish(source.epoch, counts)
  await source.retire()
  return counts
}

async function copy(
  table: Table,
  source: Source,
  target: Target,
  signal: AbortSignal,
  onCopied: (lastKey: number) => void = () => {},
): Promise<void> {
  let last = await target.lastKey(table)
  for (;;) {
    signal.throwIfAborted()
    onCopied(last)
    const rows = await source.rows(table, last, rowsAtOnce)
    if (rows.length === 0) return
    await target.write(table, rows)
    last = keyOf(rows.at(-1))
  }
}

async function check(source: Source, target: Target, counts: Counts, { signal, onProgress }: MoveOptions) {
  const whole = 2 * counts.messages
  let read = 0
  const onRead = (rows: number) => {
    read += rows
    onProgress("checking", shareOf(read, whole), whole)
  }
  const here = await fingerprint(source, signal, onRead)
  const there = await fingerprint(target, signal, onRead)
  const difference = compare(here, there, counts)
  if (difference === undefined) return
  throw new OperatorError(
    `${target.place} is not the same as ${source.place} (${difference}), so it cannot be served: empty it, and run this again.`,
  )
}

/** Keys are about as many as messages. */
function shareOf(done: number, all: number): number {
  return all === 0 ? 1 : Math.min(1, done / all)
}

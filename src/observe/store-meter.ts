/** What a store has done: updated once a batch, read on request. */
import { diskBounds, Histogram } from "./histogram.ts"

export class StoreMeter {
  /** Seconds from the first command of a batch to its outcomes. */
  readonly batchSeconds = new Histogram(diskBounds)
  /** Seconds of the commit alone: how long the disk, or the database, takes to make a batch durable. */
  readonly commitSeconds = new Histogram(diskBounds)
  commands = 0
  /** Commands that wait. */
  queue: () => number = () => 0

  batch(commands: number, ms: number): void {
    this.commands += commands
    this.batchSeconds.add(ms / 1_000)
  }

  commit(ms: number): void {
    this.commitSeconds.add(ms / 1_000)
  }
}

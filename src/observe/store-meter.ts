/** What a store has done: added to once a batch, read when somebody asks. */
import { diskBounds, Histogram } from "./histogram.ts"

export class StoreMeter {
  /** Seconds from the first command of a batch to its outcomes. */
  readonly batchSeconds = new Histogram(diskBounds)
  /** Seconds of a commit alone: what the disk, or the database, takes to make a batch durable. */
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

/**
 * Group commit: many writers, one transaction, one order.
 *
 * A database charges for the commit, not for the row, so commands that arrive in the same
 * turn of the event loop share one. Outcomes are handed out only after the commit, in
 * the order of the queue, in one synchronous loop: whatever the server announces is
 * durable, and nothing can slip in between two of them.
 */
import type { AnyOutcome, Command } from "../chat/rules/rules.ts"
import type { ChatStore, Settle } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import type { StoreMeter } from "../observe/store-meter.ts"

export interface GroupCommitOptions {
  /**
   * Applies commands in one transaction, the first of them at least, an outcome for each that it applied; the others
   * come again. Or throws, having applied none.
   */
  readonly commit: (commands: readonly Command[]) => readonly AnyOutcome[] | Promise<readonly AnyOutcome[]>
  /** Bounds the queue, and so the transaction. Commands beyond it are refused with ERR_BUSY. */
  readonly pendingMax: number
  /** Where clients reach the server, for addresses of files; asked for when a message is told. */
  readonly address?: (() => string) | undefined
  /** Told of an exception that failed a batch, or that a settlement threw although it must not. */
  readonly onFailure: (cause: unknown) => void
  /** Counts what is done, if anybody wants to know. */
  readonly meter?: StoreMeter | undefined
}

/** Commands of one transaction: what is announced in one go must not keep everybody else waiting for long. */
export const batchMax = 256

interface Pending {
  readonly command: Command
  readonly settle: Settle<AnyOutcome>
}

export class GroupCommit {
  readonly #options: GroupCommitOptions
  #pending: Pending[] = []
  #running: Promise<void> | undefined
  #closed = false

  constructor(options: GroupCommitOptions) {
    this.#options = options
    if (options.meter !== undefined) options.meter.queue = () => this.#pending.length
  }

  readonly submit: ChatStore["submit"] = (command, settle) => {
    if (this.#closed || this.#pending.length >= this.#options.pendingMax) throw new ChatError("ERR_BUSY")
    // A command settles with the outcome of its own kind: the one thing the types cannot say about a queue of all kinds.
    this.#pending.push({ command, settle: settle as Settle<AnyOutcome> })
    this.#running ??= this.#run()
  }

  /** Refuses new commands, then resolves once every accepted one is settled. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) {
      // Not a microtask: those run between two frames of one read, so nothing would ever batch.
      await new Promise<void>((resolve) => setImmediate(resolve))
      const batch = this.#pending.splice(0, batchMax)
      const startedMs = performance.now()
      const outcomes = await this.#commit(batch.map(({ command }) => command))
      this.#options.meter?.batch(outcomes.length, performance.now() - startedMs)
      this.#pending.unshift(...batch.splice(Math.max(1, outcomes.length)))
      batch.forEach(({ settle }, index) => {
        this.#settle(settle, outcomes[index] ?? new ChatError("ERR_INTERNAL"))
      })
    }
    this.#running = undefined
  }

  /** One that throws is a bug, and must not cost its neighbours their answers. */
  #settle(settle: Settle<AnyOutcome>, outcome: AnyOutcome): void {
    try {
      settle(outcome)
    } catch (cause) {
      this.#options.onFailure(cause)
    }
  }

  async #commit(commands: readonly Command[]): Promise<readonly AnyOutcome[]> {
    try {
      return await this.#options.commit(commands)
    } catch (cause) {
      this.#options.onFailure(cause)
      return commands.map(() => new ChatError("ERR_STORAGE", { cause }))
    }
  }
}

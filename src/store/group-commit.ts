/**
 * Group commit: many writers, one transaction, one order.
 *
 * A database charges for the commit, not for the row, so commands that arrive in the same
 * turn of the event loop share one. If several did, more are probably on their way, and the
 * next commit waits for them as long as the last one took. Outcomes are handed out only
 * after the commit, in the order of the queue, in one synchronous loop: whatever the server
 * announces is durable, and nothing can slip in between two of them.
 */
import type { AnyOutcome, Command } from "../chat/rules/rules.ts"
import type { ChatStore, Settle } from "../chat/store.ts"
import { ChatError } from "../contract/errors.ts"
import type { StoreMeter } from "../observe/store-meter.ts"

export interface GroupCommitOptions {
  /**
   * Applies the first commands, at least one, in one transaction, and returns an outcome for each that it applied; the
   * others come again. Throws if it has applied none.
   */
  readonly commit: (commands: readonly Command[]) => readonly AnyOutcome[] | Promise<readonly AnyOutcome[]>
  /** Bounds the queue, and so the transaction. Commands beyond it are refused with ERR_BUSY. */
  readonly pendingMax: number
  /** Where clients reach the server, for addresses of files. Called when a message is told. */
  readonly address?: (() => string) | undefined
  /** Called with an exception that failed a batch, or that a settlement threw although it must not. */
  readonly onFailure: (cause: unknown) => void
  /** Counts what is done, if anybody wants to know. */
  readonly meter?: StoreMeter | undefined
  /** How long commands wait at most for others to share their commit, in ms. By default 20, which nobody notices. */
  readonly restMsMax?: number | undefined
  /** Milliseconds of a clock that never steps back. */
  readonly elapsedMs?: (() => number) | undefined
  readonly sleep?: ((ms: number) => Promise<void>) | undefined
}

/** Commands in one transaction: telling their outcomes in one go must not keep everybody else waiting for long. */
export const batchMax = 256
const restMsMaxDefault = 20
/** Timers are no finer than that. */
const restMsMin = 1

interface Pending {
  readonly command: Command
  readonly settle: Settle<AnyOutcome>
}

export class GroupCommit {
  readonly #options: GroupCommitOptions
  #pending: Pending[] = []
  #running: Promise<void> | undefined
  #restUntilMs = -Infinity
  #closed = false

  constructor(options: GroupCommitOptions) {
    this.#options = options
    if (options.meter !== undefined) options.meter.queue = () => this.#pending.length
  }

  readonly submit: ChatStore["submit"] = (command, settle) => {
    if (this.#closed || this.#pending.length >= this.#options.pendingMax) throw new ChatError("ERR_BUSY")
    // A command settles with an outcome of its own kind, which the types cannot express for a queue of all kinds.
    this.#pending.push({ command, settle: settle as Settle<AnyOutcome> })
    this.#running ??= this.#run()
  }

  /** Refuses new commands, then resolves once every accepted one is settled. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    const { restMsMax = restMsMaxDefault, elapsedMs = () => performance.now(), sleep = Bun.sleep } = this.#options
    while (this.#pending.length > 0) {
      const restMs = this.#restUntilMs - elapsedMs()
      if (restMs >= restMsMin && this.#pending.length < batchMax && !this.#closed) await sleep(restMs)
      // Not a microtask: those run between two frames of one read, so nothing would be batched.
      await new Promise<void>((resolve) => setImmediate(resolve))
      const batch = this.#pending.splice(0, batchMax)
      const startedMs = elapsedMs()
      const outcomes = await this.#commit(batch.map(({ command }) => command))
      const endedMs = elapsedMs()
      this.#options.meter?.batch(outcomes.length, endedMs - startedMs)
      // A sender who waits for each answer is not held up, and neither are commands that come again.
      const hasCompany = batch.length > 1 && outcomes.length === batch.length
      this.#restUntilMs = hasCompany ? endedMs + Math.min(endedMs - startedMs, restMsMax) : -Infinity
      this.#pending.unshift(...batch.splice(Math.max(1, outcomes.length)))
      batch.forEach(({ settle }, index) => {
        this.#settle(settle, outcomes[index] ?? new ChatError("ERR_INTERNAL"))
      })
    }
    this.#running = undefined
  }

  /** A settlement that throws is a bug, and must not cost the others their answers. */
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

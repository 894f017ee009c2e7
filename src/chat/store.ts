/**
 * What the domain needs from a store: one queue of commands, settled in order.
 *
 * The outcome of a command is given only once it is durable, and everything queued before
 * it has been settled by then. Reading a page is a command too: it is read at its place in
 * the queue, so live events continue exactly where it ends. Times are milliseconds since
 * the epoch.
 */
import { ChatError } from "../contract/errors.ts"
import type { Command, Kind, Outcomes } from "./rules/rules.ts"

/** Called exactly once, never before `submit` has returned. It must not throw. */
export type Settle<Outcome> = (result: Outcome | ChatError) => void

export interface Counts {
  readonly rooms: number
  readonly messages: number
}

export interface ChatStore {
  /**
   * Throws ERR_BUSY when the queue is full or closed; the command is then not taken.
   * Settles with ERR_STORAGE when the batch it was in could not be written.
   */
  submit<C extends Command>(command: C, settle: Settle<Outcomes[C["kind"]]>): void
  /** Totals, kept as counters. Deleted rows count, since they stay; expired ones do not. */
  counts(): Promise<Counts>
  /** Refuses new commands, settles all accepted ones, then releases what it holds. */
  close(): Promise<void>
}

/**
 * The outcome of one command, for callers that need not act at its turn. Rejects with the ChatError that refuses it.
 */
export function outcomeOf<C extends Command>(
  store: Pick<ChatStore, "submit">,
  command: C,
): Promise<Outcomes[C["kind"]]> {
  return promised((settle) => store.submit(command, settle))
}

/** The result of a request. Rejects with the ChatError that refuses it. */
export function promised<Outcome>(request: (settle: Settle<Outcome>) => void): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    request((result) => (result instanceof ChatError ? reject(result) : resolve(result)))
  })
}

/** Asks the store, and turns its outcome into the result of the request. */
export type Ask = <K extends Kind, O>(
  command: Command & { readonly kind: K },
  settle: Settle<O>,
  outcomeOf: (result: Outcomes[K]) => NoInfer<O>,
) => void

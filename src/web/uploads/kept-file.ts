/** A file that waits with its message, and what keeps it until both are sent. */
import type { SharedFile } from "../core/wire.ts"

export interface KeptFile<S> {
  /** The id that it has in its message until it has arrived. */
  readonly id: string
  /** Under which key its message is in the outbox. */
  readonly outboxKey: string
  readonly source: S
  /** Where the server has a part of it. */
  readonly place?: string | undefined
  readonly arrived?: { readonly file: SharedFile; readonly atMs: number } | undefined
}

/** Nothing of it rejects. */
export interface Shelf<S> {
  /** All of them, or none, where they are too large or the browser says no. */
  readonly keep: (files: readonly KeptFile<S>[]) => Promise<boolean>
  /** `undefined` where the browser does not say just now. */
  readonly of: (outboxKey: string) => Promise<readonly KeptFile<S>[] | undefined>
  readonly find: (id: string) => Promise<KeptFile<S> | undefined>
  readonly note: (id: string, change: Pick<KeptFile<S>, "place" | "arrived">) => Promise<unknown>
  readonly drop: (outboxKey: string) => Promise<unknown>
  /** Of the messages, each once. */
  readonly keys: () => Promise<readonly string[]>
}

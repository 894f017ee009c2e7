/** A file that waits with its message, and where it is stored until both are sent. */
import type { SharedFile } from "../core/wire.ts"

export interface KeptFile<S> {
  /** Its id in the message until it has arrived. */
  readonly id: string
  /** The key of its message in the outbox. */
  readonly outboxKey: string
  readonly source: S
  /** The address of the part that the server has. */
  readonly place?: string | undefined
  readonly arrived?: { readonly file: SharedFile; readonly atMs: number } | undefined
}

/** It never rejects. */
export interface Shelf<S> {
  /** Stores all of them, or none if they are too large or the browser refuses. */
  readonly keep: (files: readonly KeptFile<S>[]) => Promise<boolean>
  /** `undefined` if the browser cannot tell now. */
  readonly of: (outboxKey: string) => Promise<readonly KeptFile<S>[] | undefined>
  readonly find: (id: string) => Promise<KeptFile<S> | undefined>
  readonly note: (id: string, change: Pick<KeptFile<S>, "place" | "arrived">) => Promise<unknown>
  readonly drop: (outboxKey: string) => Promise<unknown>
  /** The keys of the messages, each once. */
  readonly keys: () => Promise<readonly string[]>
}

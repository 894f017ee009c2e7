/** The two ends of a move: what each kind of store offers, so that data goes from any to any. */
import type { Counts } from "../../chat/store.ts"
import type { Row, Table } from "./tables.ts"

interface Side {
  /** For people. */
  readonly place: string
  /** Those behind a key, in the order of the keys. */
  readonly rows: (table: Table, after: number, limit: number) => Promise<readonly Row[]>
  readonly close: () => Promise<void>
}

/** Held by this process alone until it is closed. */
export interface Source extends Side {
  readonly epoch: string
  readonly counts: () => Promise<Counts>
  /** Whoever serves it from here on begins a new life of its data. */
  readonly retire: () => Promise<void>
}

export interface Target extends Side {
  /**
   * Made ready for a copy of the data with this epoch, or for the rest of one. Throws an OperatorError when it holds
   * anything else. Nobody can serve it until it is finished.
   */
  readonly begin: (epoch: string) => Promise<void>
  readonly lastKey: (table: Table) => Promise<number>
  readonly clear: (table: Table) => Promise<void>
  readonly write: (table: Table, rows: readonly Row[]) => Promise<void>
  /** From here on it is the data of this epoch. */
  readonly finish: (epoch: string, counts: Counts) => Promise<void>
}

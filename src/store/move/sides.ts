/** The two ends of a move: the same for each kind of store, so data moves from any to any. */
import type { Counts } from "../../chat/store.ts"
import type { Row, Table } from "./tables.ts"

interface Side {
  /** For people. */
  readonly place: string
  /** Rows after a key, in the order of the keys. */
  readonly rows: (table: Table, after: number, limit: number) => Promise<readonly Row[]>
  readonly close: () => Promise<void>
}

/** Locked by this process until it is closed. */
export interface Source extends Side {
  readonly epoch: string
  readonly counts: () => Promise<Counts>
  /** Whoever serves it next begins a new epoch. */
  readonly retire: () => Promise<void>
}

export interface Target extends Side {
  /**
   * Prepares for a copy of the data with this epoch, or for continuing one. Throws an OperatorError when it holds
   * anything else. Nobody can serve it until it is finished.
   */
  readonly begin: (epoch: string) => Promise<void>
  readonly lastKey: (table: Table) => Promise<number>
  readonly clear: (table: Table) => Promise<void>
  readonly write: (table: Table, rows: readonly Row[]) => Promise<void>
  /** From now on it is the data of this epoch. */
  readonly finish: (epoch: string, counts: Counts) => Promise<void>
}

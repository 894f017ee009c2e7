/**
 * What the server and the thread of its index say to each other. Objects of any size go as JSON: to pass one text on costs a
 * thread a fraction of what it costs to copy what it spells.
 */

/** Where the messages are, and where the index is to be. */
export interface Place {
  readonly folder: string
  /** None where the messages are in the folder too. */
  readonly databaseUrl: string | undefined
}

export type ToThread =
  | {
      readonly kind: "find"
      readonly number: number
      /** JSON of it. */
      readonly wanted: string
    }
  | { readonly kind: "end" }

export type FromThread =
  | {
      readonly kind: "found"
      readonly number: number
      readonly answer: string
      /** JSON of all else that was found. */
      readonly rest: string
    }
  | { readonly kind: "notFound"; readonly number: number; readonly cause: string }
  /** While more is missing than is read in a moment: of how many messages, and how many are read. */
  | { readonly kind: "building"; readonly read: number; readonly total: number }
  | { readonly kind: "built"; readonly read: number; readonly ms: number }
  /** Changes that are not in the index yet; told when it is another number, and then at most so often. */
  | { readonly kind: "behind"; readonly changes: number }
  | { readonly kind: "failed"; readonly cause: string }

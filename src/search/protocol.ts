/**
 * Messages between the server and the thread of its index. Large objects are sent as JSON: passing one text costs a
 * thread a fraction of copying the objects.
 */

/** Where the messages are, and where the index goes. */
export interface Place {
  readonly folder: string
  /** Undefined if the messages are in the folder too. */
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
      /** JSON of everything else that was found. */
      readonly rest: string
    }
  | { readonly kind: "notFound"; readonly number: number; readonly cause: string }
  /** Sent while more is missing than is read in a moment: how many messages there are, and how many are indexed. */
  | { readonly kind: "building"; readonly read: number; readonly total: number }
  | { readonly kind: "built"; readonly read: number; readonly ms: number }
  /** Number of changes that are not indexed yet; sent when it changes, but only so often. */
  | { readonly kind: "behind"; readonly changes: number }
  | { readonly kind: "failed"; readonly cause: string }

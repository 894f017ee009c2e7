/** What the chat needs from an index of messages. Its results may be outdated, and are checked again. */
import type { Answer } from "../contract/events.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { FoundMessage, ReadRoom } from "./rules/search.ts"
import type { Settle } from "./store.ts"

export interface Wanted {
  readonly query: string
  /** Only these rooms are searched. */
  readonly roomIds: readonly RoomId[]
  /** Who asks, and is told which reactions are theirs. */
  readonly viewer: UserId | undefined
  /** The rooms in which they are another user. */
  readonly otherViewers: readonly (readonly [RoomId, UserId])[]
  readonly authorId: UserId | undefined
  /** Milliseconds since the epoch, both exclusive. */
  readonly before: number | undefined
  readonly after: number | undefined
  /** The place where an earlier search ended. */
  readonly below: number | undefined
  readonly limit: number
}

export interface Found {
  /** The newest first. */
  readonly messages: readonly FoundMessage[]
  /** Where the next search goes on; absent when there is nothing more. */
  readonly next: number | undefined
}

/** What was found at one moment; not yet checked whether it may be told. */
export interface FoundHits {
  /** The JSON of a `SearchAnswer`, as it goes to the client. */
  readonly answer: string
  readonly count: number
  /** The versions that it was made from. */
  readonly read: readonly ReadRoom[]
  /** Whether some reactions do not show if they are one's own. */
  readonly isUnclear: boolean
}

export type SearchAnswer = Answer<"search_messages">

/** From a UTF-16 unit up to, and without, another. */
export type Range = [start: number, end: number]

export interface Shown {
  /** On one line. */
  readonly excerpt: string
  /** In the excerpt. */
  readonly matches: Range[]
}

export interface Searcher {
  /** Throws ERR_BUSY where too many searches are running; settles with it where the index does not answer. */
  readonly find: (wanted: Wanted, settle: Settle<FoundHits>) => void
  /** Finds the query in texts; `undefined` for a text that does not match. */
  readonly showing: (query: string) => (content: string) => Shown | undefined
}

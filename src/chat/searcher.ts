/** What the chat asks of an index of messages. What it finds may be out of date, and is looked at again. */
import type { Answer } from "../contract/events.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { FoundMessage, ReadRoom } from "./rules/search.ts"
import type { Settle } from "./store.ts"

export interface Wanted {
  readonly query: string
  /** Nothing is found elsewhere. */
  readonly roomIds: readonly RoomId[]
  /** Who asks, and is told which reactions are theirs. */
  readonly viewer: UserId | undefined
  /** In which of the rooms they are somebody else. */
  readonly otherViewers: readonly (readonly [RoomId, UserId])[]
  readonly authorId: UserId | undefined
  /** Milliseconds since the epoch; the moment itself is no part of either. */
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

/** What was found, as it was at one moment: nobody asked yet whether it is to be told. */
export interface FoundHits {
  /** The JSON of a `SearchAnswer`, as it goes to the client. */
  readonly answer: string
  readonly count: number
  /** What was read for it. */
  readonly read: readonly ReadRoom[]
  /** Whether it does not say of some reaction whether that is theirs who asks. */
  readonly isUnclear: boolean
}

export type SearchAnswer = Answer<"search_messages">

/** From a UTF-16 unit up to before another. */
export type Range = [start: number, end: number]

export interface Shown {
  /** On one line. */
  readonly excerpt: string
  /** In the excerpt. */
  readonly matches: Range[]
}

export interface Searcher {
  /** Throws ERR_BUSY where too many are under way; settles with it where the index does not answer. */
  readonly find: (wanted: Wanted, settle: Settle<FoundHits>) => void
  /** Where each text has what was looked for; `undefined` if it has not. */
  readonly showing: (query: string) => (content: string) => Shown | undefined
}

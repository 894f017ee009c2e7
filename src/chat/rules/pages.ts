/** Pages of a room's messages, and which counter they count in. */
import { limits } from "../../contract/limits.ts"
import type { Message } from "../../contract/messages.ts"
import { type PageFound, type Reading, reading } from "./rule.ts"
import type { RoomRecord, WorkingSet } from "./working-set.ts"

/** Messages in the order the contract gives them, and the room's counter when they were read. */
export interface Page {
  readonly messages: readonly Message[]
  readonly rev: number
  readonly epoch: string
  readonly hasMore: boolean
  /** The room never issued the `since` that was asked for; this is the latest page. */
  readonly reset: boolean
  /** Of the messages as JSON, about. */
  readonly bytes: number
}

interface Since {
  readonly since: number
  readonly epoch: string | undefined
  readonly limit: number
}

export function latestPage<O>(set: WorkingSet, room: RoomRecord, limit: number, finish: (page: Page) => O): Reading<O> {
  return pageBefore(set, room, { before: undefined, limit }, finish)
}

/** The page before a `seq`, oldest first. */
export function pageBefore<O>(
  { epoch }: WorkingSet,
  room: RoomRecord,
  { before, limit, reset = false }: { readonly before: number | undefined; readonly limit: number; reset?: boolean },
  finish: (page: Page) => O,
): Reading<O> {
  return reading({ kind: "before", room, before, limit }, ({ messages, rev, hasMore, bytes }: PageFound) =>
    finish({ messages: messages.reverse(), rev, epoch, hasMore, reset, bytes }),
  )
}

/** What changed after `since`, in the order of `rev`; the latest page where the room never issued that number. */
export function pageSince<O>(
  set: WorkingSet,
  room: RoomRecord,
  { since, epoch = set.epoch, limit }: Since,
  finish: (page: Page) => O,
): Reading<O> {
  if (since > room.rev || epoch !== set.epoch) {
    return pageBefore(
      set,
      room,
      { before: undefined, limit: Math.min(limit, limits.historyPageDefault), reset: true },
      finish,
    )
  }
  return reading({ kind: "since", room, since, limit }, (found: PageFound) => finish({ ...found, epoch, reset: false }))
}

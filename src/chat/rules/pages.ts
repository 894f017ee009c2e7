/** Pages of a room's messages, and which counter they count in. */
import type { MessageChange } from "../../contract/changes.ts"
import { limits } from "../../contract/limits.ts"
import type { Message } from "../../contract/messages.ts"
import type { MessageId } from "../../contract/values.ts"
import { type PageFound, type Reading, reading } from "./rule.ts"
import type { RoomRecord, WorkingSet } from "./working-set.ts"

export type Mine = ReadonlyMap<MessageId, readonly string[]>

/** Messages in the order the contract gives them, and the room's counter when they were read. */
export interface Page {
  readonly messages: readonly Message[]
  readonly rev: number
  readonly epoch: string
  readonly hasMore: boolean
  /** The room never issued the `since` that was asked for; this is the latest page. */
  readonly reset: boolean
  /** Emoji that who asked has on a message, where its `userIds` are too few to tell. */
  readonly mine?: Mine | undefined
  /** What the last change of a message was, by its `rev`: said by a store that several servers share. */
  readonly changes?: ReadonlyMap<number, MessageChange> | undefined
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
  return reading({ kind: "before", room, before, limit }, (found: PageFound) =>
    finish({ ...found, messages: found.messages.reverse(), epoch, reset }),
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

/**
 * Pages of a room's messages, and which counter they go by. Where the counter shows that there is nothing, nothing is
 * read.
 */
import { limits } from "../../contract/limits.ts"
import type { UserId } from "../../contract/values.ts"
import type { Page } from "./found.ts"
import type { PageFound } from "./queries.ts"
import { type Reading, type Ruled, reading } from "./rule.ts"
import type { RoomRecord, WorkingSet } from "./working-set.ts"

interface Wanted {
  readonly limit: number
  /** The reader, unless it is the server itself. */
  readonly userId?: UserId | undefined
}

interface Before extends Wanted {
  readonly before: number | undefined
  readonly reset?: boolean
}

interface Since extends Wanted {
  readonly since: number
  readonly epoch: string | undefined
}

/** The page before a `seq`, oldest first; without one the latest. */
export function pageBefore<O>(
  { epoch }: WorkingSet,
  room: RoomRecord,
  { before, limit, userId: viewer, reset = false }: Before,
  finish: (page: Page) => O,
): Ruled<O> {
  if (room.rev === 0) return finish(emptyPage(room, epoch, reset))
  return reading({ kind: "before", room, before, limit, viewer }, (found: PageFound) =>
    finish({ ...found, epoch, reset }),
  )
}

/** The page after a `seq`, or around one: oldest first too. */
export function pageFrom(
  { epoch }: WorkingSet,
  room: RoomRecord,
  { limit, userId: viewer, ...from }: Wanted & ({ readonly after: number } | { readonly around: number }),
): Reading<Page> {
  const finish = (found: PageFound) => ({ ...found, epoch, reset: false })
  return "after" in from
    ? reading({ kind: "after", room, after: from.after, limit, viewer }, finish)
    : reading({ kind: "around", room, around: from.around, limit, viewer }, finish)
}

/** What changed after `since`, in the order of `rev`; the latest page where the room never issued that number. */
export function pageSince<O>(
  set: WorkingSet,
  room: RoomRecord,
  { since, epoch = set.epoch, limit, userId }: Since,
  finish: (page: Page) => O,
): Ruled<O> {
  const isForgotten = since > 0 && since < room.forgotten
  if (since > room.rev || epoch !== set.epoch || isForgotten) {
    const latest = { before: undefined, limit: Math.min(limit, limits.historyPageDefault), userId, reset: true }
    return pageBefore(set, room, latest, finish)
  }
  if (since === room.rev) return finish(emptyPage(room, epoch, false))
  return reading({ kind: "since", room, since, limit, viewer: userId }, (found: PageFound) =>
    finish({ ...found, epoch, reset: false }),
  )
}

function emptyPage({ rev }: RoomRecord, epoch: string, reset: boolean): Page {
  return { messages: [], rev, epoch, hasMore: false, reset, bytes: 0 }
}

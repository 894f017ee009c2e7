/** What a search may look through, and what becomes of what it found. */
import { ChatError } from "../../contract/errors.ts"
import type { Hit } from "../../contract/search.ts"
import type { MessageId, RoomId } from "../../contract/values.ts"
import { messageOf } from "./message-view.ts"
import { never, type Rule } from "./rule.ts"
import type { RoomRecord, WorkingSet } from "./working-set.ts"

/** Who asks: what they may read is decided by this alone. */
export interface Seeker {
  /** Rooms that the session is in. */
  readonly joined: ReadonlySet<RoomId>
  /** A room that was asked for by its id. */
  readonly roomId: RoomId | undefined
}

export interface SearchScope extends Seeker {
  readonly kind: "searchScope"
}

export interface ReadHits extends Seeker {
  readonly kind: "readHits"
  readonly ids: readonly MessageId[]
}

/** ERR_NOT_IN_ROOM, whether the room exists or not. */
const searchScope: Rule<SearchScope, readonly RoomId[]> = {
  needs: ({ roomId }) => (roomId === undefined ? {} : { rooms: [roomId] }),
  writes: never,
  apply: (set, seeker) => {
    const { roomId, joined } = seeker
    if (roomId === undefined) return [...joined]
    const room = set.room(roomId)
    if (room === undefined || !mayRead(room, seeker)) return new ChatError("ERR_NOT_IN_ROOM", { details: { roomId } })
    return [roomId]
  },
}

/** What is deleted, or in a room that is not to be read any more, is left out. */
const readHits: Rule<ReadHits, readonly Pick<Hit, "message" | "roomName">[]> = {
  needs: ({ ids }) => ({ messages: ids }),
  writes: never,
  apply: (set, seeker) => seeker.ids.flatMap((id) => hit(set, id, seeker)),
}

export const rules = { searchScope, readHits }

function hit(set: WorkingSet, id: MessageId, seeker: Seeker): Pick<Hit, "message" | "roomName">[] {
  const record = set.message(id)
  if (record === undefined || record.extra?.deletedAt !== undefined || !mayRead(record.room, seeker)) return []
  return [{ message: messageOf(record, set.address), roomName: record.room.room.name }]
}

/** One's own rooms, and a public one that is named. */
function mayRead({ room: { id, visibility } }: RoomRecord, { joined, roomId }: Seeker): boolean {
  return joined.has(id) || (id === roomId && visibility === "public")
}

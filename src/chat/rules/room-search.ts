/**
 * Picks a page from the list of public rooms. Every store reads its list in order and lets
 * this choose, so all of them find the same rooms.
 *
 * A search compares names one by one, 1 to 3 µs each, so it is bounded: it ends after
 * `roomsSearchedMax`, or when the names were as much work as so many long ones, and says
 * where the next search continues.
 */

import { limits } from "../../contract/limits.ts"
import { timeOf } from "../../contract/moment.ts"
import type { ListedRoom } from "../../contract/rooms.ts"
import { searchable } from "../../contract/searchable.ts"
import type { RoomId } from "../../contract/values.ts"

/** Characters compared in one search, twice what names usually have: 2 ms. U+FDFA alone is 18 of them. */
const charactersSearchedMax = (limits.roomsSearchedMax * limits.nameLengthMax) / 2

export interface ListRooms {
  readonly kind: "listRooms"
  readonly query: string | undefined
  /** The list goes on behind this place. */
  readonly after: ListPlace | undefined
  readonly limit: number
}

/** Where a public room stands in the list: the latest activity first, and the highest id of one moment. */
export interface ListPlace {
  readonly lastAt: number
  readonly id: RoomId
}

export interface RoomPage {
  /** Has `memberCount` where this server's own members do not tell it. */
  readonly rooms: readonly (Omit<ListedRoom, "memberCount"> & Partial<Pick<ListedRoom, "memberCount">>)[]
  /** The last place that was looked at; absent at the end of the list. */
  readonly next: ListPlace | undefined
}

export interface RoomInList extends ListPlace {
  readonly name: string
  readonly topic: string
  readonly createdAt: number
  readonly rev: number
}

/** How many rooms after `after` decide the page: one more than it holds shows whether there is another. */
export function roomsNeeded({ query, limit }: ListRooms): number {
  return (query === undefined ? limit : limits.roomsSearchedMax) + 1
}

/** `rooms` are those after `after`, in the order of the list, at least as many as are needed if there are. */
export function pickRooms(rooms: readonly RoomInList[], command: ListRooms): RoomPage {
  const { query, limit } = command
  const needed = rooms.slice(0, roomsNeeded(command) - 1)
  const { matches, last } = query === undefined ? { matches: needed, last: needed.at(-1) } : search(needed, query)
  const picked = matches.slice(0, limit)
  const end = matches.length > limit ? picked.at(-1) : last
  const isEnd = end === undefined || end === rooms.at(-1)
  return { rooms: picked.map(describe), next: isEnd ? undefined : { lastAt: end.lastAt, id: end.id } }
}

/** Those that match, up to the last one looked at. */
function search(rooms: readonly RoomInList[], query: string) {
  const wanted = searchable(query)
  const matches: RoomInList[] = []
  let last: RoomInList | undefined
  let characters = 0
  for (const room of rooms) {
    const name = searchable(room.name)
    if (name.includes(wanted)) matches.push(room)
    last = room
    characters += name.length
    if (characters >= charactersSearchedMax) break
  }
  return { matches, last }
}

function describe({ id, name, topic, createdAt, rev, lastAt }: RoomInList): RoomPage["rooms"][number] {
  const lastMessageAt = rev === 0 ? null : timeOf(lastAt)
  return { id, name, topic, visibility: "public", createdAt: timeOf(createdAt), rev, lastMessageAt }
}

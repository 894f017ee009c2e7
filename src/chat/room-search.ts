/**
 * Picks a page from the list of public rooms. Every store reads its list in order and
 * has this choose, so all of them find the same rooms.
 *
 * A search compares names one by one, 1 to 3 µs each, and is therefore bounded: it ends
 * after `roomsSearchedMax` and says where the next one goes on.
 */
import { limits } from "../contract/limits.ts"
import type { Command, ListPlace, RoomPage } from "./store.ts"

const isAscii = /^[\x20-\x7e]*$/
const accentsAndInvisible = /[\u0300-\u036f]|\p{DI}/gu

type ListRooms = Command & { readonly kind: "listRooms" }

export interface RoomInList extends ListPlace {
  readonly name: string
  readonly createdAt: number
  readonly rev: number
}

/** How many rooms behind `after` decide the page: one more than it can take in tells whether there is another. */
export function roomsNeeded({ query, limit }: ListRooms): number {
  return (query === undefined ? limit : limits.roomsSearchedMax) + 1
}

/** `rooms` are those behind `after`, in the order of the list, at least as many as are needed if there are. */
export function pickRooms(rooms: readonly RoomInList[], command: ListRooms): RoomPage {
  const { query, limit } = command
  const needed = rooms.slice(0, roomsNeeded(command) - 1)
  const wanted = searchable(query ?? "")
  const matches = needed.filter(({ name }) => searchable(name).includes(wanted))
  const picked = matches.slice(0, limit)
  const last = matches.length > limit ? picked.at(-1) : needed.at(-1)
  const isEnd = last === undefined || last === rooms.at(-1)
  return { rooms: picked.map(describe), next: isEnd ? undefined : { lastAt: last.lastAt, id: last.id } }
}

/** Without what people leave out when they search: case, accents, the width of letters, joiners between them. */
function searchable(text: string): string {
  if (isAscii.test(text)) return text.toUpperCase().trim()
  const bare = text.normalize("NFKD").replace(accentsAndInvisible, "")
  return bare.normalize("NFC").toUpperCase().trim()
}

function describe({ id, name, createdAt, rev, lastAt }: RoomInList): RoomPage["rooms"][number] {
  const lastMessageAt = rev === 0 ? null : new Date(lastAt).toISOString()
  return { id, name, createdAt: new Date(createdAt).toISOString(), rev, lastMessageAt }
}

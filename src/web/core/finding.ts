/**
 * What a query finds: one's rooms, people who are in them, rooms of the server, and last
 * a room of that name that could be created, the messages that hold it, and what can be done. The best comes first: what is the query, what
 * begins with it, what has a word that does, and what contains it. Without a query all of
 * them are there to be chosen from.
 */
import { searchable } from "../../contract/searchable.ts"
import { namesakesOf } from "./namesakes.ts"
import type { Room } from "./room.ts"
import type { ListedRoom, Member } from "./wire.ts"

/** `apart` tells people of one name apart. */
export type Option =
  | { readonly kind: "room"; readonly key: string; readonly room: Room; readonly apart: string | undefined }
  | { readonly kind: "person"; readonly key: string; readonly person: Person; readonly apart: string | undefined }
  | { readonly kind: "listed"; readonly key: string; readonly room: ListedRoom }
  | { readonly kind: "search"; readonly key: string; readonly query: string }
  | { readonly kind: "markRead"; readonly key: string }
  | { readonly kind: "create"; readonly key: string; readonly name: string }

/** Somebody, and in which of one's rooms they are now. */
export interface Person {
  readonly member: Member
  readonly rooms: readonly Room[]
  readonly isOnline: boolean
}

export interface Sources {
  /** In the order in which they are shown when all match alike. */
  readonly rooms: readonly Room[]
  readonly people: readonly Person[]
  readonly listed: readonly ListedRoom[]
  /** What marking all as read is called, where something is unread. */
  readonly markRead?: string | undefined
}

/** More than these nobody reads: one more letter is quicker. */
const roomsMax = 12
const peopleMax = 6
const listedMax = 8

export function find(query: string, { rooms, people, listed, markRead }: Sources): Option[] {
  const name = query.trim()
  const own = best(rooms, ({ name }) => name.value, query, roomsMax)
  const met = best(people, ({ member }) => member.username, query, peopleMax)
  const apart = namesakesOf([...own.flatMap(({ peer }) => peer ?? []), ...met.map(({ member }) => member)])
  return [
    ...own.map((room): Option => ({ kind: "room", key: room.id, room, apart: apart.get(room.peer?.userId ?? "") })),
    ...met.map(
      (person): Option => ({
        kind: "person",
        key: `person-${person.member.userId}`,
        person,
        apart: apart.get(person.member.userId),
      }),
    ),
    ...best(listed, (room) => room.name, query, listedMax).map(
      (room): Option => ({ kind: "listed", key: room.id, room }),
    ),
    ...(name === "" ? [] : [{ kind: "create" as const, key: "create", name }]),
    ...(name === "" ? [] : [{ kind: "search" as const, key: "search", query: name }]),
    ...(markRead !== undefined && rankOf(searchable(markRead), searchable(query)) !== -1
      ? [{ kind: "markRead" as const, key: "markRead" }]
      : []),
  ]
}

/** Those who are in one's rooms, once each, whichever of the rooms they are in. */
export function peopleOf(rooms: readonly Room[], userId: string): Person[] {
  const people = new Map<string, Person & { readonly rooms: Room[] }>()
  for (const room of rooms) {
    for (const member of room.presence.members.value.values()) {
      const person = people.get(member.userId)
      if (person !== undefined) person.rooms.push(room)
      else if (member.userId !== userId) people.set(member.userId, { member, rooms: [room], isOnline: true })
    }
  }
  return [...people.values()]
}

/**
 * These, and whom the server found besides, but for oneself and those whom one of the rooms is a talk with: that is
 * found by their name.
 */
export function withFound(
  people: readonly Person[],
  found: readonly Person[],
  rooms: readonly Room[],
  userId: string,
): Person[] {
  const left = new Set([userId, ...rooms.map(({ peer }) => peer?.userId)])
  const all = new Map([...found, ...people].map((person) => [person.member.userId, person]))
  return [...all.values()].filter(({ member }) => !left.has(member.userId))
}

function best<T>(all: readonly T[], nameOf: (one: T) => string, query: string, max: number): T[] {
  const wanted = searchable(query)
  const ranks: readonly T[][] = [[], [], [], []]
  for (const one of all) ranks[rankOf(searchable(nameOf(one)), wanted)]?.push(one)
  return ranks.flat().slice(0, max)
}

/** -1 for what does not contain it. */
function rankOf(name: string, wanted: string): number {
  const at = name.indexOf(wanted)
  if (at === -1) return at
  if (at === 0) return name.length === wanted.length ? 0 : 1
  return /[\s\p{P}]/u.test(name[at - 1] ?? "") ? 2 : 3
}

/**
 * What a query finds: one's rooms, people in them, rooms of the server, and last a room of that name that could be
 * created, messages, and commands. The best match comes first: equal to the query, beginning with it, with a word that
 * begins with it, containing it. Without a query everything is offered.
 */
import { searchable } from "../../contract/searchable.ts"
import { namesakesOf } from "./namesakes.ts"
import type { Room } from "./room.ts"
import type { ListedRoom, Member } from "./wire.ts"

/** `apart` distinguishes people of the same name. */
export type Option =
  | { readonly kind: "room"; readonly key: string; readonly room: Room; readonly apart: string | undefined }
  | { readonly kind: "person"; readonly key: string; readonly person: Person; readonly apart: string | undefined }
  | { readonly kind: "listed"; readonly key: string; readonly room: ListedRoom }
  | { readonly kind: "search"; readonly key: string; readonly query: string }
  | { readonly kind: "markRead"; readonly key: string }
  | { readonly kind: "create"; readonly key: string; readonly name: string }

/** Somebody, and which of one's rooms they are in now. */
export interface Person {
  readonly member: Member
  readonly rooms: readonly Room[]
  readonly isOnline: boolean
}

export interface Sources {
  /** In the order shown when all match alike. */
  readonly rooms: readonly Room[]
  readonly people: readonly Person[]
  readonly listed: readonly ListedRoom[]
  /** The label of marking all as read, if something is unread. */
  readonly markRead?: string | undefined
}

/** Nobody reads more than these: one more letter is faster. */
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

/** People in one's rooms, each once. */
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
 * These and those whom the server found, except oneself and those with whom one has a direct room: that is found by
 * their name.
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

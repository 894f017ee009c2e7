/**
 * Names that are highlighted in a message: the current names of people it mentions, and that of the room. A name that
 * was known once stays highlighted after its owner leaves.
 */
import { useMemo } from "preact/hooks"
import type { Room } from "../core/room.ts"
import type { Message } from "../core/wire.ts"
import { inOrder, type Named } from "../markdown/names.ts"
import { useClient } from "./context.ts"

/** As it is written in every language: one is meant as well. */
const everybody: Named = { name: "room", isOwn: true }

const known = new WeakMap<Room, Map<string, string>>()
/** Lists of members whose names are among those. */
const taken = new WeakSet<object>()

/** The same list while their names stay the same. */
export function useNames(room: Room, message: Message | undefined): readonly Named[] {
  const { identity } = useClient()
  const { mentions = [], mentionsRoom = false } = message ?? {}
  const people = mentions.flatMap((userId): Named[] => {
    const isOwn = userId === room.userId
    const name = nameOf(room, userId) ?? (isOwn ? identity.user.value?.username : undefined)
    return name === undefined ? [] : [{ name, isOwn }]
  })
  const names = mentionsRoom ? [...people, everybody] : people
  return useMemo(() => inOrder(names), [JSON.stringify(names)])
}

/** Of people who are here, wrote a fetched message, or are members. */
function nameOf(room: Room, userId: string): string | undefined {
  const names = known.get(room) ?? new Map<string, string>()
  known.set(room, names)
  const members = room.belonging.members.value
  // Not for each unknown name: the list may be long.
  if (!taken.has(members)) for (const one of members) names.set(one.userId, one.username)
  taken.add(members)
  const name = room.nameOf(userId)
  if (name !== undefined) names.set(userId, name)
  return names.get(userId)
}

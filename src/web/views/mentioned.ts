/**
 * Whose names stand out in a message: those of people it mentions, as they are called now, and that of the room. Whoever
 * had a name here keeps it: nothing that stood out stops to because somebody goes.
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

/** The same list as long as they are called so. */
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

/** Of who is here, wrote something of what was fetched, or belongs to the room. */
function nameOf(room: Room, userId: string): string | undefined {
  const names = known.get(room) ?? new Map<string, string>()
  known.set(room, names)
  const members = room.belonging.members.value
  // Not for each name that nobody knows: the list may be long.
  if (!taken.has(members)) for (const one of members) names.set(one.userId, one.username)
  taken.add(members)
  const name = room.nameOf(userId)
  if (name !== undefined) names.set(userId, name)
  return names.get(userId)
}

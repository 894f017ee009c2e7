/** The current results of a query: one's own rooms and people at once, the server's a moment after the last key. */
import { useEffect, useMemo } from "preact/hooks"
import { Directory } from "../core/directory.ts"
import { find, type Option, type Person, peopleOf, withFound } from "../core/finding.ts"
import { isPresent } from "../core/is-here.ts"
import type { Room } from "../core/room.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { searchPauseMs, useFoundPeople } from "./found-people.ts"

export function useOptions(query: string): Option[] {
  const client = useClient()
  // A directory of its own: the list of rooms must not show what is searched for here.
  const directory = useMemo(() => new Directory(client.connection), [])
  useEffect(() => {
    const timer = setTimeout(() => void directory.search(query), searchPauseMs)
    return () => clearTimeout(timer)
  }, [query])
  const own = client.rooms.value.filter(({ name }) => name.value !== "")
  const people = usePeople(query, own)
  const isOwn = new Set(own.map(({ id }) => id))
  const listed = directory.rooms.value.filter(({ id }) => !isOwn.has(id))
  // Without a query, Enter returns to the previous room.
  const others = own.filter((room) => room !== client.open.value)
  const isUnread = own.some(({ unread }) => unread.value > 0)
  const markRead = isUnread ? laterTexts().find.markRead : undefined
  return find(query, { rooms: query.trim() === "" ? others : own, people, listed, markRead })
}

/** More than are shown: some appear as rooms. */
const enough = 20

/** Where people are identified one can write to anybody, otherwise only go to the room they are in. */
function usePeople(query: string, own: readonly Room[]): Person[] {
  const client = useClient()
  const { userId } = client.identity
  const here = useMemo(() => peopleOf(client.rooms.peek(), userId), [])
  const found = useFoundPeople(query, { enough, isWanted: client.isKnown && query.trim() !== "" })
  if (!client.isKnown) return here
  const online = client.online.value
  const others = found.map((user): Person => ({ member: user, rooms: [], isOnline: isPresent(user, online) }))
  return withFound(here, others, own, userId)
}

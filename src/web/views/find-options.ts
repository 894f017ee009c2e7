/** What a query finds now: one's own rooms and people at once, the server's a moment after the last key. */
import { useEffect, useMemo } from "preact/hooks"
import { Directory } from "../core/directory.ts"
import { find, type Option, peopleOf } from "../core/finding.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"

const searchPauseMs = 150

export function useOptions(query: string): Option[] {
  const client = useClient()
  // Not the one of the list beside the room, which would show what is searched for here.
  const directory = useMemo(() => new Directory(client.connection), [])
  const people = useMemo(() => peopleOf(client.rooms.peek(), client.identity.userId), [])
  useEffect(() => {
    const timer = setTimeout(() => void directory.search(query), searchPauseMs)
    return () => clearTimeout(timer)
  }, [query])
  const own = client.rooms.value.filter(({ name }) => name.value !== "")
  const isOwn = new Set(own.map(({ id }) => id))
  const listed = directory.rooms.value.filter(({ id }) => !isOwn.has(id))
  // With nothing typed, Enter goes back to where one was before.
  const others = own.filter((room) => room !== client.open.value)
  const isUnread = own.some(({ unread }) => unread.value > 0)
  const markRead = isUnread ? laterTexts().find.markRead : undefined
  return find(query, { rooms: query.trim() === "" ? others : own, people, listed, markRead })
}

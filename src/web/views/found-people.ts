/** People of the server whose name contains the text, a moment after the last key. */
import { useEffect, useMemo } from "preact/hooks"
import { PeopleSearch } from "../core/people-search.ts"
import type { Peer } from "../core/room.ts"
import { useClient } from "./context.ts"

export const searchPauseMs = 150

interface Wanted {
  /** How many are wanted. */
  readonly enough: number
  readonly isWanted?: boolean
}

export function useFoundPeople(query: string, wanted: Wanted): readonly Peer[] {
  const search = usePeopleSearch(query, wanted)
  return wanted.isWanted === false ? [] : search.found.value
}

export function usePeopleSearch(query: string, { enough, isWanted = true }: Wanted): PeopleSearch {
  const client = useClient()
  const search = useMemo(() => new PeopleSearch(client, enough), [])
  useEffect(() => {
    if (!isWanted) return
    const timer = setTimeout(() => void search.search(query), searchPauseMs)
    return () => clearTimeout(timer)
  }, [query, isWanted])
  return search
}

/** The field that finds rooms: one's own as one types, the server's a moment later. Ctrl+K comes here from anywhere. */
import { useEffect, useRef } from "preact/hooks"
import { texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { SearchIcon } from "./icons.tsx"

const pauseMs = 200

export interface RoomSearchProps {
  readonly query: string
  readonly onQuery: (query: string) => void
}

export function RoomSearch({ query, onQuery }: RoomSearchProps) {
  const { directory } = useClient()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (query.trim() === directory.query.peek()) return
    const timer = setTimeout(() => void directory.search(query), pauseMs)
    return () => clearTimeout(timer)
  }, [query])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      input.current?.select()
    }
    addEventListener("keydown", onKey)
    return () => removeEventListener("keydown", onKey)
  }, [])
  return (
    <search class="search">
      <SearchIcon />
      <input
        ref={input}
        type="search"
        placeholder={texts().sidebar.find}
        aria-label={texts().sidebar.find}
        aria-keyshortcuts="Control+K"
        dir="auto"
        maxLength={80}
        value={query}
        onInput={(event) => onQuery(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && onQuery("")}
      />
    </search>
  )
}

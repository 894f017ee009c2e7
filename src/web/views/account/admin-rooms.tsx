/** All public rooms, by their latest activity. Opening one grants no special rights. */
import { useEffect, useMemo, useState } from "preact/hooks"
import { Directory } from "../../core/directory.ts"
import { laterTexts } from "../../texts/texts.ts"
import { useClient } from "../context.ts"
import { searchPauseMs } from "../found-people.ts"
import { ListedRooms } from "../other-rooms.tsx"
import { SearchField } from "../search-field.tsx"

export function PublicRooms({ onOpen }: { readonly onOpen: () => void }) {
  const { connection } = useClient()
  const t = laterTexts().administration
  // A directory of its own: the list of rooms must not show what is searched for here.
  const directory = useMemo(() => new Directory(connection), [])
  const [query, setQuery] = useState("")
  useEffect(() => {
    const timer = setTimeout(() => void directory.search(query), query === "" ? 0 : searchPauseMs)
    return () => clearTimeout(timer)
  }, [query])
  const rooms = directory.rooms.value
  const isEmpty = directory.state.value.kind === "ready" && rooms.length === 0
  return (
    <>
      <SearchField label={t.findRoom} value={query} onInput={setQuery} />
      <ListedRooms
        directory={directory}
        rooms={rooms}
        hereIn={({ memberCount }) => (memberCount > 0 ? t.here(memberCount) : undefined)}
        onOpen={onOpen}
      />
      <p role="status" class={isEmpty ? "aside" : "unseen"}>
        {isEmpty && t.noRooms}
      </p>
      <p class="hint">{t.roomsNote}</p>
    </>
  )
}

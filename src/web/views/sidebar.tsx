/** One's rooms with what is unread in them, the other public rooms, and oneself. */
import { useState } from "preact/hooks"
import { texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { Mark, PlusIcon } from "./icons.tsx"
import { Me } from "./me.tsx"
import { isWide } from "./media.ts"
import { NewRoom } from "./new-room.tsx"
import { OtherRooms } from "./other-rooms.tsx"
import { OwnRooms } from "./own-rooms.tsx"
import { RoomSearch } from "./room-search.tsx"

export function Sidebar() {
  const client = useClient()
  const [query, setQuery] = useState("")
  const [isCreating, setCreating] = useState(false)
  // On a narrow screen it is a view of its own. Not other elements: what was typed and scrolled here would be lost.
  const isView = !isWide.value && client.open.value === undefined
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a label
    <div class="sidebar" role={isView ? "main" : "complementary"} aria-label={texts().sidebar.label}>
      <div class="brand">
        <div {...(isView ? { role: "heading", "aria-level": 1 } : {})}>
          <a href="/" class="wordmark">
            <Mark />
            Warren
          </a>
        </div>
        <button
          type="button"
          class="icon-button"
          title={texts().sidebar.newRoom}
          aria-label={texts().sidebar.newRoom}
          onClick={() => setCreating(true)}
        >
          <PlusIcon />
        </button>
      </div>
      <RoomSearch query={query} onQuery={setQuery} />
      <nav class="room-lists" aria-label={texts().sidebar.label}>
        <OwnRooms query={query} />
        <OtherRooms query={query} onCreate={() => setCreating(true)} />
      </nav>
      <Me />
      {isCreating && (
        <NewRoom
          name={query.trim()}
          onClose={() => setCreating(false)}
          onCreated={() => {
            setQuery("")
            void client.directory.search("")
          }}
        />
      )}
    </div>
  )
}
